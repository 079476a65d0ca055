import ObjectStorage
import StorageTesting
import Synchronization
import Testing

/// Asks again and again, and counts what it got up to a time.
private final class Greedy: Sendable {
  private let limiter: RateLimiter
  private let amount: Int64
  private let end: Timestamp
  private let clock: AdvancingClock
  private let got = Mutex<[Int64: Int64]>([:])
  private let done = Mutex<CheckedContinuation<Void, Never>?>(nil)

  init(_ limiter: RateLimiter, _ amount: Int64, until end: Timestamp, _ clock: AdvancingClock) {
    (self.limiter, self.amount, self.end, self.clock) = (limiter, amount, end, clock)
  }

  /// Runs to the end; returns what came in each second.
  func run() async -> [Int64: Int64] {
    await withCheckedContinuation { continuation in
      done.withLock { $0 = continuation }
      ask()
    }
    return got.withLock { $0 }
  }

  private func ask() {
    while true {
      let now = clock.now
      guard now < end else { return done.withLock { $0.take() }?.resume() ?? () }
      guard
        limiter.take(
          amount,
          pass: {
            self.take(); self.ask()
          }) == nil
      else { return }
      take()
    }
  }

  private func take() { got.withLock { $0[clock.now.secondsSinceEpoch, default: 0] += amount } }
}

@Suite("limits in time", .timeLimit(.minutes(1)))
struct RateLimiterTests {
  /// 2023-11-14 22:13:20 UTC.
  static let start = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)

  struct Row: Sendable {
    var rate: Int64
    var amount: Int64
    var late: Duration
    var askers = 1
  }

  static let rows = [
    Row(rate: 20 << 20, amount: 327_680, late: .zero),
    Row(rate: 20 << 20, amount: 327_680, late: .milliseconds(7)),
    Row(rate: 20 << 20, amount: 4096, late: .milliseconds(3), askers: 16),
    Row(rate: 1 << 30, amount: 1 << 20, late: .milliseconds(1), askers: 4),
    Row(rate: 100 << 10, amount: 1600, late: .milliseconds(40)),
    Row(rate: 7, amount: 1, late: .milliseconds(5)),
    Row(rate: 5000, amount: 1, late: .milliseconds(2), askers: 8),
  ]

  @Test("in 30 seconds a limit lets through what it says, within 3 %", arguments: rows)
  func accuracy(_ row: Row) async throws {
    let clock = AdvancingClock(at: Self.start, late: row.late)
    let limiter = RateLimiter(
      try Timetable(String(row.rate), example: "1") { Int64($0) }, in: .utc, clock: clock.runClock)
    let end = Self.start.advanced(byMilliseconds: 30_000)
    let got = await withTaskGroup(of: [Int64: Int64].self) { group in
      for _ in 0..<row.askers {
        group.addTask { await Greedy(limiter, row.amount, until: end, clock).run() }
      }
      return await group.reduce(into: [:]) { all, one in all.merge(one) { $0 + $1 } }
    }
    let seconds = got.filter { $0.key < end.secondsSinceEpoch }
    let all = seconds.values.reduce(0, +)
    #expect(abs(Double(all) / (30 * Double(row.rate)) - 1) < 0.03, "\(all)")
    // Smooth: no second has more than a quarter of a second saved up, and one that is passing.
    let most = seconds.values.max() ?? 0
    #expect(Double(most) <= 1.3 * Double(row.rate) + Double(row.amount), "\(most)")
  }

  @Test("a limit changes at its minute")
  func timetable() async throws {
    // 40 s at 1,000 a second, a minute at 100, then 1,000 again.
    let clock = AdvancingClock(at: Self.start)
    let limiter = RateLimiter(
      try Timetable("22:00-22:14=1000,22:14-22:15=100,22:15-23:00=1000", example: "1") { Int64($0) },
      in: .utc,
      clock: clock.runClock)
    let end = Self.start.advanced(byMilliseconds: 130_000)
    let got = await Greedy(limiter, 10, until: end, clock).run()
    func sum(_ seconds: Range<Int64>) -> Int64 {
      seconds.reduce(0) { $0 + (got[Self.start.secondsSinceEpoch + $1] ?? 0) }
    }
    #expect(abs(sum(0..<40) - 40_000) <= 400)
    #expect(abs(sum(40..<100) - 6000) <= 60)
    #expect(abs(sum(100..<130) - 30_000) <= 300)
  }

  @Test("where the limit ends, who waits passes at once")
  func lifted() async throws {
    let clock = AdvancingClock(at: Self.start)
    let limiter = RateLimiter(
      try Timetable("22:00-22:14=1", example: "1") { Int64($0) }, in: .utc, clock: clock.runClock)
    #expect(limiter.take(1_000_000) {} == nil)
    try await limiter.pass()
    #expect(clock.now == Self.start.advanced(byMilliseconds: 40_000))
    #expect(limiter.rate == nil)
    for _ in 0..<1000 { try await limiter.pass() }
    #expect(clock.now == Self.start.advanced(byMilliseconds: 40_000))
  }

  @Test("those who wait pass in their order, and one that left does not pass")
  func order() async throws {
    let clock = AdvancingClock(at: Self.start)
    let limiter = RateLimiter(
      try Timetable("1000", example: "1") { Int64($0) }, in: .utc, clock: clock.runClock)
    #expect(limiter.take(5000) {} == nil)
    let passed = Mutex<[Int]>([])
    let tickets = (0..<5).map { number in limiter.take(10) { passed.withLock { $0.append(number) } } }
    let left = try #require(tickets[2])
    #expect(limiter.cancel(left) && !limiter.cancel(left))
    try await limiter.pass()
    #expect(passed.withLock { $0 } == [0, 1, 3, 4])
  }

  @Test("a task that is cancelled stops waiting")
  func cancelled() async throws {
    // Nobody's sleep ends.
    let clock = RunClock(
      now: { Self.start }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 })
    let limiter = RateLimiter(try Timetable("1", example: "1") { Int64($0) }, in: .utc, clock: clock)
    #expect(limiter.take(3600) {} == nil)
    let task = Task { try await limiter.pass() }
    task.cancel()
    let error = await #expect(throws: StorageError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }

  @Test("a clock that is put back neither stops nor frees anybody")
  func clockPutBack() {
    var bucket = TokenBucket(rate: 1000, at: Self.start)
    let before = Self.start.advanced(byMilliseconds: -3_600_000)
    let later = before.advanced(byMilliseconds: 1000)
    let first = bucket.take(1000, at: Self.start)
    let early = bucket.take(1, at: before)
    #expect(first && !early && bucket.wait() == .seconds(1))
    let due = bucket.take(1, at: later)
    let next = bucket.take(1, at: later)
    #expect(due && !next)
  }
}

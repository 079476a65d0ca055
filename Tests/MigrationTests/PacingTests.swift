import AuditLedger
import Checksums
import Migration
import NIOCore
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing
import Transfers

/// A source that throttles whoever reads more than a few objects at a time.
private struct ThrottlingStore: ObjectReader {
  let inner: MemoryStore
  let allowed: Int
  let gauge = Gauge()

  final class Gauge: Sendable {
    private let state = Mutex((open: 0, refused: 0))
    var refused: Int { state.withLock { $0.refused } }

    func open(upTo allowed: Int) -> Bool {
      state.withLock { state in
        guard state.open < allowed else {
          state.refused += 1
          return false
        }
        state.open += 1
        return true
      }
    }

    func close() { state.withLock { $0.open -= 1 } }
  }

  var location: StoreLocation { StoreLocation(kind: .memory, bucket: "from") }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    try await inner.list(scope, from: position)
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await inner.head(key, part: part)
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    guard gauge.open(upTo: allowed) else {
      throw StorageError(.throttled, "slow down", retryAfter: .seconds(1))
    }
    defer { gauge.close() }
    // Everybody who may come at the same time has come.
    for _ in 0..<50 { await Task.yield() }
    return try await inner.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
  }
}

@Suite("the pace of a run", .timeLimit(.minutes(10)))
struct PacingTests {
  /// 2023-11-14 22:13:20 UTC.
  static let start = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)

  private final class Events: Sendable {
    private let events = Mutex<[MigrationEvent]>([])
    var all: [MigrationEvent] { events.withLock { $0 } }
    func note(_ event: MigrationEvent) { events.withLock { $0.append(event) } }

    var widths: [Int] {
      all.compactMap { event in if case .width(let width) = event { width } else { nil } }
    }

    /// When it was said to go on.
    var openings: [Timestamp] {
      all.compactMap { event in if case .outsideWindow(_, _, let at) = event { at } else { nil } }
    }
  }

  private func run(
    _ scene: Scene, from source: any ObjectReader, _ pacing: Pacing, clock: RunClock, copying: CopySettings,
    _ events: Events
  ) async throws -> Tally {
    let ledger = try await Ledger.open(scene.ledgerPath, .create)
    let configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: scene.destination, prefix: ObjectKey("")), jobName: "job", copying: copying,
      pacing: pacing, retries: 100_000, retryPolicy: RetryPolicy(maximumTries: 1000), toolVersion: "test",
      clock: clock, eventLoops: MultiThreadedEventLoopGroup.singleton)
    do {
      let tally = try await MigrationRun(configuration, ledger: ledger) { events.note($0) }.run(.migrate)
      await ledger.close()
      return tally
    } catch {
      await ledger.close()
      throw error
    }
  }

  private func filled(_ count: Int, bytes: Int = 100) -> MemoryStore {
    let store = MemoryStore(.s3)
    for index in 0..<count {
      store.set(ObjectKey("k\(index)"), patternedBytes(bytes, seed: UInt64(index)))
    }
    return store
  }

  @Test("a store that throttles is asked less, and everything is copied")
  func throttled() async throws {
    let scene = Scene()
    let source = ThrottlingStore(inner: filled(300), allowed: 4)
    let (clock, events) = (AdvancingClock(at: Self.start), Events())
    let tally = try await run(
      scene, from: source, Pacing(), clock: clock.runClock, copying: CopySettings(), events)
    #expect(tally.completed == 300 && tally.error == 0)
    #expect(source.gauge.refused > 0 && events.widths.first == 4, "\(events.widths)")
    #expect(events.widths.min() == 4)
  }

  @Test("objects and parts share the places, in any mixture", arguments: [1, 2, 5])
  func shared(_ width: Int) async throws {
    let scene = Scene()
    let store = filled(40)
    for index in 0..<12 {
      store.set(ObjectKey("large \(index)"), patternedBytes(9000, seed: UInt64(index)))
    }
    let source = ThrottlingStore(inner: store, allowed: width)
    let events = Events()
    let copying = CopySettings(singlePutLimit: 1000, singlePutLimitWithMD5: 1000, partSize: 1000)
    let ledger = try await Ledger.open(scene.ledgerPath, .create)
    let configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: scene.destination, prefix: ObjectKey("")), jobName: "job", copying: copying,
      parallelObjects: width, toolVersion: "test", clock: scene.clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    let tally = try await MigrationRun(configuration, ledger: ledger) { events.note($0) }.run(.migrate)
    await ledger.close()
    // The source refuses one more than there are places: it never had to.
    #expect(tally.completed == 52 && source.gauge.refused == 0 && events.widths.isEmpty)
  }

  @Test("limits slow a run down to what they say, and everything is copied")
  func limited() async throws {
    let scene = Scene()
    let (clock, events) = (AdvancingClock(at: Self.start), Events())
    let pacing = Pacing(bandwidth: try Timetable(bandwidth: "10240"))
    let tally = try await run(
      scene, from: filled(50, bytes: 4096), pacing, clock: clock.runClock, copying: CopySettings(), events)
    #expect(tally.completed == 50)
    let seconds = Double(clock.now.millisecondsSinceEpoch - Self.start.millisecondsSinceEpoch) / 1000
    #expect(abs(seconds / 20 - 1) < 0.03, "\(seconds)")
  }

  @Test("outside its window a run waits and says so, and goes on at the minute")
  func window() async throws {
    let scene = Scene()
    let (clock, events) = (AdvancingClock(at: Self.start), Events())
    let pacing = Pacing(window: try DailyWindow(parsing: "23:00-06:00"))
    let tally = try await run(
      scene, from: filled(5), pacing, clock: clock.runClock, copying: CopySettings(), events)
    #expect(tally.completed == 5)
    let opening = Self.start.advanced(byMilliseconds: 46 * 60_000 + 40_000)
    #expect(events.openings == [opening])
    #expect(clock.now >= opening && clock.now < opening.advanced(byMilliseconds: 60_000))
  }

  @Test("a run that waits for its window stops at once")
  func interrupted() async throws {
    let scene = Scene()
    let events = Events()
    let clock = RunClock(
      now: { Self.start }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 })
    let pacing = Pacing(window: try DailyWindow(parsing: "23:00-06:00"))
    let task = Task {
      try await run(
        scene, from: filled(5), pacing, clock: clock, copying: CopySettings(), events)
    }
    while events.openings.isEmpty { await Task.yield() }
    task.cancel()
    let stop = await #expect(throws: RunStop.self) { _ = try await task.value }
    guard case .interrupted = stop else {
      Issue.record("\(String(describing: stop))")
      return
    }
  }
}

import NIOCore
import Synchronization

/// Lets through at a rate that may change at every minute, in the order in which was asked.
public final class RateLimiter: Sendable {
  /// One who waits.
  public struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  private struct Waiter {
    let ticket: Ticket
    let amount: Int64
    let pass: @Sendable () -> Void
  }

  private struct State {
    var bucket: TokenBucket
    var waiting: CircularBuffer<Waiter> = []
    var tickets: UInt64 = 0
    /// When the timetable is looked at again.
    var checkAt: Timestamp
    var isServing = false
  }

  private let timetable: Timetable
  private let zone: ZoneClock
  private let clock: RunClock
  private let state: Mutex<State>

  public init(_ timetable: Timetable, in zone: ZoneClock, clock: RunClock) {
    self.timetable = timetable
    self.zone = zone
    self.clock = clock
    let now = clock.now()
    let rate = timetable.limit(atMinute: zone.minute(at: now))
    state = Mutex(
      State(bucket: TokenBucket(rate: rate, at: now), checkAt: zone.nextMinute(after: now)))
  }

  /// A second; nil while there is no limit.
  public var rate: Int64? {
    let now = clock.now()
    return state.withLock { state in
      follow(&state, now)
      return state.bucket.rate
    }
  }

  /// Asks to let so many through: nil where they may pass at once; otherwise `pass` is called when they may.
  public func take(_ amount: Int64, pass: @escaping @Sendable () -> Void) -> Ticket? {
    let now = clock.now()
    let (ticket, hasToServe) = state.withLock { state -> (Ticket?, Bool) in
      follow(&state, now)
      if state.waiting.isEmpty, state.bucket.take(amount, at: now) { return (nil, false) }
      state.tickets += 1
      let ticket = Ticket(number: state.tickets)
      state.waiting.append(Waiter(ticket: ticket, amount: amount, pass: pass))
      defer { state.isServing = true }
      return (ticket, !state.isServing)
    }
    if hasToServe { Task { await serve() } }
    return ticket
  }

  /// Whoever waits with the ticket does not want to pass any more; false where it has passed.
  @discardableResult
  public func cancel(_ ticket: Ticket) -> Bool {
    state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
      state.waiting.remove(at: index)
      return true
    }
  }

  /// Counts what has passed without asking.
  public func owe(_ amount: Int64) {
    guard amount > 0 else { return }
    state.withLock { $0.bucket.owe(amount) }
  }

  /// Waits until one may pass; throws `cancelled` where the task is.
  public func pass() async throws(StorageError) {
    let gate = Gate()
    let isThrough = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        gate.open(continuation)
        let ticket = take(1) { gate.end(with: true) }
        if ticket == nil { gate.end(with: true) } else { gate.hold(ticket) }
      }
    } onCancel: {
      gate.end(with: false)
    }
    if let ticket = gate.ticket, !isThrough { cancel(ticket) }
    guard isThrough else { throw StorageError(.cancelled, "stopped while waiting for the limit of requests") }
  }

  /// Lets everybody through in order, sleeping in between; ends when nobody waits.
  private func serve() async {
    while true {
      let now = clock.now()
      let (passed, wait) = state.withLock { state -> ([Waiter], Duration?) in
        follow(&state, now)
        var passed: [Waiter] = []
        while let first = state.waiting.first, state.bucket.take(first.amount, at: now) {
          passed.append(state.waiting.removeFirst())
        }
        guard !state.waiting.isEmpty else {
          state.isServing = false
          return (passed, nil)
        }
        let untilCheck = state.checkAt.millisecondsSinceEpoch - now.millisecondsSinceEpoch
        return (passed, min(state.bucket.wait(), .milliseconds(max(1, untilCheck))))
      }
      for waiter in passed { waiter.pass() }
      guard let wait else { return }
      // Nobody holds this task, so nobody cancels it; those who wait can leave.
      try? await clock.sleep(max(wait, .milliseconds(1)))
    }
  }

  private func follow(_ state: inout State, _ now: Timestamp) {
    guard now >= state.checkAt || isFar(now, from: state.checkAt) else { return }
    state.checkAt = zone.nextMinute(after: now)
    let rate = timetable.limit(atMinute: zone.minute(at: now))
    if rate != state.bucket.rate { state.bucket.set(rate: rate, at: now) }
  }

  /// Whether the clock was put back.
  private func isFar(_ now: Timestamp, from checkAt: Timestamp) -> Bool {
    checkAt.millisecondsSinceEpoch - now.millisecondsSinceEpoch > 60_000
  }
}

/// Ends one wait once, by whoever comes first.
private final class Gate: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Bool, Never>?
    var result: Bool?
    var ticket: RateLimiter.Ticket?
  }

  private let state = Mutex(State())

  var ticket: RateLimiter.Ticket? { state.withLock { $0.ticket } }

  func open(_ continuation: CheckedContinuation<Bool, Never>) {
    let result = state.withLock { state in
      if state.result == nil { state.continuation = continuation }
      return state.result
    }
    if let result { continuation.resume(returning: result) }
  }

  func hold(_ ticket: RateLimiter.Ticket?) { state.withLock { $0.ticket = ticket } }

  func end(with result: Bool) {
    let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard state.result == nil else { return nil }
      state.result = result
      return state.continuation.take()
    }
    continuation?.resume(returning: result)
  }
}

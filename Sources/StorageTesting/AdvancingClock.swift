public import ObjectStorage
import Synchronization

/// A clock whose sleepers wake at once and find that their time has passed.
///
/// For tests in which one task at a time sleeps: time goes on only where somebody waits for it.
public final class AdvancingClock: Sendable {
  private let milliseconds: Mutex<Int64>
  private let late: Duration

  /// Whoever sleeps wakes late by this much.
  public init(at time: Timestamp, late: Duration = .zero) {
    milliseconds = Mutex(time.millisecondsSinceEpoch)
    self.late = late
  }

  public var now: Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds.withLock { $0 }) }

  public func advance(by duration: Duration) {
    let (seconds, attoseconds) = duration.components
    milliseconds.withLock { $0 += seconds * 1000 + attoseconds / 1_000_000_000_000_000 }
  }

  public var runClock: RunClock {
    RunClock(
      now: { self.now },
      sleep: { duration in
        try Task.checkCancellation()
        self.advance(by: duration + self.late)
        await Task.yield()
      }, random: { 0.5 })
  }
}

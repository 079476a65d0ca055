public import AuditLedger
public import ObjectStorage
import Synchronization

/// What moves in each second of a run, until somebody writes it down.
public final class ThroughputBoard: Sendable {
  /// By the second since 1970-01-01 UTC.
  private let seconds = Mutex<[Int64: ThroughputSample]>([:])

  public init() {}

  /// Bytes came, while so many transfers were on their way.
  func moved(_ bytes: Int64, inFlight: Int, at: Timestamp) {
    change(at) { sample in
      sample.bytes = sample.bytes.addingSaturated(bytes)
      sample.inFlight = max(sample.inFlight, Int64(inFlight))
    }
  }

  public func ended(at: Timestamp) { change(at) { $0.objects += 1 } }

  public func retried(_ times: Int64, at: Timestamp) {
    if times > 0 { change(at) { $0.retries += times } }
  }

  private func change(_ at: Timestamp, _ change: (inout ThroughputSample) -> Void) {
    let second = at.secondsSinceEpoch
    seconds.withLock { seconds in
      change(
        &seconds[
          second,
          default: ThroughputSample(
            at: Timestamp(millisecondsSinceEpoch: second * 1000), bytes: 0, objects: 0)])
    }
  }

  /// Takes away the seconds that are over at a time, or all; oldest first.
  public func take(before end: Timestamp? = nil) -> [ThroughputSample] {
    seconds.withLock { seconds in
      let limit = end?.secondsSinceEpoch ?? .max
      guard seconds.keys.contains(where: { $0 < limit }) else { return [] }
      let taken = seconds.filter { $0.key < limit }
      for second in taken.keys { seconds[second] = nil }
      return taken.values.sorted { $0.at < $1.at }
    }
  }
}

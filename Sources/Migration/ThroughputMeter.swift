import AuditLedger
import ObjectStorage
import Synchronization

/// Counts what ended in each second and writes a sample when a second is over.
final class ThroughputMeter: Sendable {
  private let ledger: Ledger
  private let current = Mutex<ThroughputSample?>(nil)

  init(ledger: Ledger) {
    self.ledger = ledger
  }

  func add(_ outcome: ObjectOutcome) async throws(LedgerError) {
    let second = outcome.endedAt.secondsSinceEpoch * 1000
    let finished = current.withLock { current -> ThroughputSample? in
      if let at = current?.at, at.millisecondsSinceEpoch >= second {
        current?.bytes += outcome.bytesSent
        current?.objects += 1
        return nil
      }
      defer {
        current = ThroughputSample(
          at: Timestamp(millisecondsSinceEpoch: second), bytes: outcome.bytesSent, objects: 1)
      }
      return current
    }
    if let finished { try await ledger.record(finished) }
  }

  /// Writes the last second, which nothing else would end.
  func flush() async throws(LedgerError) {
    if let last = current.withLock({ $0.take() }) { try await ledger.record(last) }
  }
}

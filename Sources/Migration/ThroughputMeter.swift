import AuditLedger
import ObjectStorage
import Synchronization
import Transfers

/// Writes down what moved in each second once it is over, and with it what was asked of the stores so far.
final class ThroughputMeter: Sendable {
  private let ledger: Ledger
  private let board: ThroughputBoard
  private let requests: RequestLog
  /// Retries that are written down already.
  private let retries = Mutex<Int>(0)
  private let countRetries: @Sendable () -> Int

  init(
    ledger: Ledger, board: ThroughputBoard, requests: RequestLog, retries: @escaping @Sendable () -> Int
  ) {
    self.ledger = ledger
    self.board = board
    self.requests = requests
    countRetries = retries
  }

  func add(_ outcome: ObjectOutcome) async throws(LedgerError) { try await write(note(outcome)) }

  /// Counts an outcome; returns the seconds that are over with it, which have to be written.
  func note(_ outcome: ObjectOutcome) -> [ThroughputSample] {
    board.ended(at: outcome.endedAt)
    let all = countRetries()
    let fresh = retries.withLock { written in
      defer { written = max(written, all) }
      return max(0, all - written)
    }
    board.retried(Int64(fresh), at: outcome.endedAt)
    return board.take(before: outcome.endedAt)
  }

  func write(_ finished: [ThroughputSample]) async throws(LedgerError) {
    guard !finished.isEmpty else { return }
    try await ledger.record(finished)
    try await requests.write(to: ledger)
  }

  /// Writes the last second, which nothing else would end.
  func flush() async throws(LedgerError) { try await ledger.record(board.take()) }
}

/// What a run asks of its two stores.
struct RequestLog: Sendable {
  let source = RequestMeter()
  let destination = RequestMeter()
  private let run = RunNumber()

  /// The run that the requests are written down for; before it is known, nothing is written.
  func begin(_ run: Int64) { self.run.value.withLock { $0 = run } }

  func write(to ledger: Ledger) async throws(LedgerError) {
    guard let run = run.value.withLock({ $0 }) else { return }
    try await ledger.record(SideRequests(run: run, side: .source, totals: source.totals))
    try await ledger.record(SideRequests(run: run, side: .destination, totals: destination.totals))
  }

  private final class RunNumber: Sendable {
    let value = Mutex<Int64?>(nil)
  }
}

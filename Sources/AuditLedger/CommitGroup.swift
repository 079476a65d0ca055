import GRDB
import ObjectStorage
import Synchronization

/// Lets many callers share one commit: whoever comes while the disk is busy goes with the next.
///
/// Entries are written in the order in which they came. A caller goes on when its entry is on the disk.
final class CommitGroup: Sendable {
  /// What a transfer records about one key.
  enum Entry: Sendable {
    case started(StartedTransfer)
    case forgotten(StartedTransfer)
    case part(StartedPart, StartedTransfer)
    case abandoned(StartedTransfer)
    case outcome(ObjectOutcome)
    /// What was said of a key before holds for an audit too.
    case kept(ObjectKey, audit: Int64, AuditCounts)
  }

  private typealias Answer = Result<Void, LedgerError>

  private struct Waiting: Sendable {
    let entry: Entry
    let continuation: CheckedContinuation<Answer, Never>
  }

  private struct State {
    var waiting: [Waiting] = []
    var isScheduled = false
  }

  private let connection: LedgerConnection
  private let state = Mutex(State())
  /// Bounds a transaction, and with it what other writers wait for.
  private static let limit = 1024

  init(_ connection: LedgerConnection) {
    self.connection = connection
  }

  func commit(_ entry: Entry) async throws(LedgerError) {
    let answer = await withCheckedContinuation { continuation in
      let isFirst = state.withLock { state in
        state.waiting.append(Waiting(entry: entry, continuation: continuation))
        defer { state.isScheduled = true }
        return !state.isScheduled
      }
      if isFirst { schedule() }
    }
    try answer.get()
  }

  private func schedule() {
    connection.schedule { db in self.writeBatch(db) }
  }

  private func writeBatch(_ db: Database) {
    let batch = state.withLock { state in
      let batch = Array(state.waiting.prefix(Self.limit))
      state.waiting.removeFirst(batch.count)
      return batch
    }
    let answers = write(batch.map(\.entry), on: db)
    for (waiting, answer) in zip(batch, answers) { waiting.continuation.resume(returning: answer) }
    let isMore = state.withLock { state in
      state.isScheduled = !state.waiting.isEmpty
      return state.isScheduled
    }
    if isMore { schedule() }
  }

  private func write(_ entries: [Entry], on db: Database) -> [Answer] {
    let together = attempt(entries, on: db)
    guard case .failure(let error) = together, entries.count > 1, error.code == .failed else {
      return entries.map { _ in together }
    }
    // One entry that cannot be stored must not take its neighbours with it.
    return entries.map { attempt([$0], on: db) }
  }

  private func attempt(_ entries: [Entry], on db: Database) -> Answer {
    Result {
      try LedgerConnection.transaction(on: db, durable: true) {
        let transfers = try TransferRows(db)
        for entry in entries { try transfers.write(entry) }
      }
    }.mapError { LedgerError($0, path: connection.path) }
  }
}

import Dispatch
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
    case outcome(EndedObject)
    /// What was said of a key before holds for an audit too.
    case kept(ObjectKey, audit: Int64, AuditCounts)
  }

  private typealias Answer = Result<Void, LedgerError>

  private struct Waiting: Sendable {
    let entry: Entry
    let canWait: Bool
    let done: @Sendable (Answer) -> Void
  }

  private struct State {
    var waiting: [Waiting] = []
    /// Entries whose callers want to go on at once.
    var urgent = 0
    var isScheduled = false
    /// Whether the next commit comes by the clock.
    var isTimed = false

    /// What has to be done so that all that wait are written.
    mutating func next() -> Next {
      guard !isScheduled, !waiting.isEmpty else { return .nothing }
      if urgent > 0 || waiting.count >= CommitGroup.enough {
        isScheduled = true
        return .write
      }
      guard !isTimed else { return .nothing }
      isTimed = true
      return .wait
    }
  }

  private enum Next {
    case nothing
    case write
    case wait
  }

  private let connection: LedgerConnection
  private let state = Mutex(State())
  /// Bounds a transaction, and with it what other writers wait for.
  private static let limit = 1024
  /// A commit costs as much as some ten entries, and writes whole pages.
  private static let patience: DispatchTimeInterval = .milliseconds(25)
  private static let enough = 256

  init(_ connection: LedgerConnection) {
    self.connection = connection
  }

  /// Where the caller can wait, the entry goes with those of the next milliseconds.
  func commit(_ entry: Entry, canWait: Bool = false) async throws(LedgerError) {
    let answer = await withCheckedContinuation { continuation in
      commit(entry, canWait: canWait) { continuation.resume(returning: $0) }
    }
    try answer.get()
  }

  /// The same for a caller that does not wait; `done` is called on the writer's thread.
  func commit(
    _ entry: Entry, canWait: Bool, _ done: @escaping @Sendable (Result<Void, LedgerError>) -> Void
  ) {
    go(
      state.withLock { state in
        state.waiting.append(Waiting(entry: entry, canWait: canWait, done: done))
        if !canWait { state.urgent += 1 }
        return state.next()
      })
  }

  private func go(_ next: Next) {
    switch next {
    case .nothing: break
    case .write: connection.schedule { db in self.writeBatch(db) }
    case .wait:
      DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
        self.go(
          self.state.withLock { state in
            state.isTimed = false
            guard !state.isScheduled, !state.waiting.isEmpty else { return .nothing }
            state.isScheduled = true
            return .write
          })
      }
    }
  }

  private func writeBatch(_ db: Database) {
    let batch = state.withLock { state in
      var batch: [Waiting] = []
      if state.waiting.count <= Self.limit {
        swap(&batch, &state.waiting)
      } else {
        batch = Array(state.waiting.prefix(Self.limit))
        state.waiting.removeFirst(batch.count)
      }
      state.urgent -= batch.count { !$0.canWait }
      return batch
    }
    let answers = write(batch.map(\.entry), on: db)
    for (waiting, answer) in zip(batch, answers) { waiting.done(answer) }
    go(
      state.withLock { state in
        state.isScheduled = false
        return state.next()
      })
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
      try connection.transaction(on: db, durable: true) {
        var transfers = try TransferRows(db)
        for entry in entries { try transfers.write(entry) }
        try transfers.finish()
      }
    }.mapError { LedgerError($0, path: connection.path) }
  }
}

import GRDB
import ObjectStorage

/// What must be on the disk before its writer goes on.
enum DurableWrite: Sendable {
  case outcome(ObjectOutcome)
  case started(StartedTransfer)
  case forget(ObjectKey)
}

/// Lets concurrent writers share one commit: a sync of the disk costs more than a thousand rows.
actor CommitQueue {
  private typealias Waiting = (
    write: DurableWrite, done: CheckedContinuation<Result<Void, LedgerError>, Never>
  )

  private let path: String
  private let pool: DatabasePool
  private var waiting: [Waiting] = []
  private var isDraining = false

  init(path: String, pool: DatabasePool) {
    self.path = path
    self.pool = pool
  }

  /// Returns when the row is on the disk.
  func submit(_ write: DurableWrite) async throws(LedgerError) {
    let result: Result<Void, LedgerError> = await withCheckedContinuation { done in
      waiting.append((write, done))
      if !isDraining {
        isDraining = true
        Task { await drain() }
      }
    }
    try result.get()
  }

  private func drain() async {
    while !waiting.isEmpty {
      let batch = waiting
      waiting = []
      let result = await commit(batch.map(\.write))
      for one in batch { one.done.resume(returning: result) }
    }
    isDraining = false
  }

  private func commit(_ writes: [DurableWrite]) async -> Result<Void, LedgerError> {
    do {
      try await pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        defer {
          // Failing to lower it again only costs time.
          try? db.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        try db.inTransaction(.immediate) {
          let writer = try OutcomeWriter(db)
          for write in writes { try writer.write(write) }
          return .commit
        }
      }
      return .success(())
    } catch {
      return .failure(LedgerError(error, path: path))
    }
  }
}

import GRDB
public import ObjectStorage

extension Ledger {
  /// Writes how an object ended; on the disk when it returns.
  ///
  /// Concurrent callers share a commit.
  public func record(_ outcome: ObjectOutcome) async throws(LedgerError) {
    try await commits.submit(.outcome(outcome))
  }

  /// Writes that a transfer begins; on the disk when it returns.
  public func record(_ started: StartedTransfer) async throws(LedgerError) {
    try await commits.submit(.started(started))
  }

  /// Drops the note that a transfer began, after its upload was dropped at the destination.
  public func forget(_ started: StartedTransfer) async throws(LedgerError) {
    try await commits.submit(.forget(started.key))
  }

  /// Takes the objects of the error list up again; returns how many.
  ///
  /// What was said of them is kept. Keys that the plan refused stay errors: another try cannot help.
  public func reopenErrors() async throws(LedgerError) -> Int64 {
    try await write { db in
      try db.execute(sql: Self.rememberReopenedSQL)
      try db.execute(
        sql: """
          UPDATE outcome SET list = 'pending', error_class = NULL, message = ''
          WHERE list = 'error' AND action <> 'refuse'
          """)
      return Int64(db.changesCount)
    }
  }

  /// Keys whose last attempt found the source changed, so that their inventory row is out of date.
  public func keysFoundChanged() async throws(LedgerError) -> [ObjectKey] {
    try await read { db in
      try Row.fetchAll(
        db,
        sql: "SELECT key FROM outcome WHERE list = 'error' AND error_class = ? ORDER BY key",
        arguments: [ErrorClass.sourceChanged.rawValue]
      ).map { ObjectKey(bytes: bytes($0, "key")) }
    }
  }

  private static let rememberReopenedSQL = """
    INSERT OR REPLACE INTO reopened (key, attempts, error_class, message)
    SELECT key, attempts, error_class, message FROM outcome WHERE list = 'error' AND action <> 'refuse'
    """
}

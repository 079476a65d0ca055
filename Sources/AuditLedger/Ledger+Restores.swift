import GRDB
public import ObjectStorage

extension Ledger {
  /// Notes that the source was asked to make an archived object readable for a number of days.
  public func recordRestore(_ key: ObjectKey, days: Int, at: Timestamp) async throws(LedgerError) {
    try await writing().connection.write(durable: false) { db in
      let statement = try PreparedStatement(Self.insertRestore, on: db)
      try statement.bind(key.bytes, at: 1)
      try statement.bind(Int64(days), at: 2)
      try statement.bind(at.millisecondsSinceEpoch, at: 3)
      try statement.run()
    }
  }

  /// Makes archived objects pending again whose restore was asked for; returns how many.
  ///
  /// The errors go into the table `change`, as those of a retry do.
  public func reopenRestores() async throws(LedgerError) -> Int64 {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: "\(Self.keepReopenedErrors) AND \(Self.waitsForRestore)")
      try db.execute(sql: "\(Self.reopen) AND \(Self.waitsForRestore)")
      return Int64(db.changesCount)
    }
  }

  private static let waitsForRestore = """
    outcome.error_class = '\(ErrorClass.archived.rawValue)'
      AND EXISTS (SELECT 1 FROM restore_request WHERE restore_request.key = outcome.key)
    """
  private static let insertRestore = """
    INSERT INTO restore_request (key, days, asked_at) VALUES (?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET days = excluded.days, asked_at = excluded.asked_at
    """
}

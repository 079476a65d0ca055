import GRDB

extension Ledger {
  /// Writes down by which rule a run overwrites.
  public func record(overwrite rule: String, of run: Int64) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateOverwrite, arguments: [rule, run])
    }
  }

  /// Makes keys pending again whose objects at the destination another rule kept; returns how many.
  ///
  /// The change goes into the table `change`.
  public func reopenKept(unlike rule: String) async throws(LedgerError) -> Int64 {
    let kept = Aside.kept(rule: rule).column
    return try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.noteKept, arguments: ["the rule is now --overwrite \(rule)", kept])
      try db.execute(sql: Self.reopenKept, arguments: [kept])
      return Int64(db.changesCount)
    }
  }

  /// Lets a rule see objects that the destination got after it was listed: they are compared, no longer copied.
  ///
  /// Only such keys of the error list are concerned; what becomes of them is for a retry to find out.
  public func compareConflicts() async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.conflictsAreThere)
    }
  }

  private static let updateOverwrite = "UPDATE run SET overwrite = ? WHERE id = ?"
  private static let noteKept = """
    INSERT INTO change (key, attempt, from_list, to_list, reason)
    SELECT key, attempts, list, 'pending', ? FROM outcome
    WHERE list = 'skipped' AND aside LIKE 'kept %' AND aside <> ?
    """
  private static let reopenKept = """
    UPDATE outcome SET list = 'pending', message = '', aside = NULL
    WHERE list = 'skipped' AND aside LIKE 'kept %' AND aside <> ?
    """
  private static let conflictsAreThere = """
    UPDATE decision SET action = 'compare' WHERE action = 'copy' AND EXISTS (
      SELECT 1 FROM outcome
      WHERE outcome.key = decision.key AND list = 'error' AND error_class = '\(ErrorClass.conflict.rawValue)')
    """
}

import GRDB
public import ObjectStorage

extension Ledger {
  /// How the job spells keys that the destination does not take; nil where it does not.
  public func rename() async throws(LedgerError) -> String? {
    try await reader.perform { db in try String.fetchOne(db, sql: Self.readRename) }
  }

  /// Sets how the job spells keys that the destination does not take, for good.
  public func adopt(rename: String) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateRename, arguments: [rename])
    }
  }

  /// The first key that was decided under another name than the one that it would have; nil where there is none.
  ///
  /// Only keys with a `%`, which a spelling may look like, and that wait or landed.
  public func keyDecidedOtherwise(
    than destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> ObjectKey? {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readLanding, on: db)
      while try statement.step() {
        let key = statement.key(0)
        if destinationKey(key) != statement.key(1) { return key }
      }
      return nil
    }
  }

  /// Keys of unsafe names after another one that the plan refused, in key order, as the plan would see them.
  public func refusedCandidates(
    after: ObjectKey?, limit: Int, destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [PlanCandidate] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readRefused, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var sources: [ListedObject] = []
      while try statement.step() { sources.append(statement.listedObject(from: 0)) }
      return try Self.candidates(sources, destinationKey, on: db)
    }
  }

  private static let readRename = "SELECT rename FROM job WHERE rename IS NOT NULL"
  private static let updateRename = "UPDATE job SET rename = ?"
  private static let readLanding = """
    SELECT key, destination_key FROM decision
    WHERE action IN ('copy', 'compare') AND instr(key, x'25') > 0
    """
  private static let readRefused = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type
    FROM outcome INDEXED BY outcome_open CROSS JOIN source_object AS source ON source.key = outcome.key
    WHERE outcome.list <> 'completed' AND outcome.list = 'error'
      AND outcome.error_class = '\(ErrorClass.unsafeName.rawValue)'
      AND (SELECT action FROM decision WHERE decision.key = outcome.key) = 'refuse'
      AND outcome.key >= ?1 AND (?2 OR outcome.key > ?1)
    ORDER BY outcome.key LIMIT ?3
    """
}

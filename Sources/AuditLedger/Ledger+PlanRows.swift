import GRDB
public import ObjectStorage

/// How the ledger stands on a key, as a plan shows it.
public struct PlanRow: Sendable {
  public var source: ListedObject
  public var destinationKey: ObjectKey
  /// Known before a byte moves that the key cannot land.
  public var isRefused: Bool
  public var list: ListName
  public var errorClass: ErrorClass?
  /// The error message or the reason for skipping.
  public var message: String
}

extension Ledger {
  /// Keys of the source after another one, in key order, whatever their list is.
  public func planRows(after: ObjectKey?, limit: Int) async throws(LedgerError) -> [PlanRow] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readPlanRows, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var rows: [PlanRow] = []
      while try statement.step() {
        let source = statement.listedObject(from: 0)
        rows.append(
          PlanRow(
            source: source, destinationKey: statement.isNull(6) ? source.key : statement.key(6),
            isRefused: statement.integer(7) != 0,
            list: try statement.optionalWord(8, ListName.self) ?? .pending,
            errorClass: try statement.optionalWord(9, ErrorClass.self), message: statement.text(10) ?? ""))
      }
      return rows
    }
  }

  static let readPlanRows = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      decision.destination_key, ifnull(decision.action = 'refuse', 0), outcome.list, outcome.error_class,
      outcome.message
    FROM source_object AS source
    LEFT JOIN decision ON decision.key = source.key
    LEFT JOIN outcome ON outcome.key = source.key
    WHERE source.key >= ?1 AND (?2 OR source.key > ?1)
    ORDER BY source.key LIMIT ?3
    """
}

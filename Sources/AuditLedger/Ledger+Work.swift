import Foundation
import GRDB
public import ObjectStorage

extension Ledger {
  /// Keys of the source that have no decision, in key order, with what the destination's inventory has for them.
  ///
  /// Decisions must be recorded before the next call.
  public func planCandidates(
    limit: Int, destinationKey: @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [PlanCandidate] {
    try await read { db in
      let rows = try Row.fetchAll(db, sql: Self.undecidedSQL, arguments: [limit])
      return try rows.map { row in
        let source = listedObject(row)
        let key = destinationKey(source.key)
        let there = try Row.fetchOne(
          db.cachedStatement(sql: "SELECT * FROM destination_object WHERE key = ?"), arguments: [blob(key)])
        return PlanCandidate(source: source, destinationKey: key, destination: there.map { listedObject($0) })
      }
    }
  }

  /// Writes decisions; a key that is skipped or refused is in its list at once.
  public func record(_ decisions: [Decision]) async throws(LedgerError) {
    guard !decisions.isEmpty else { return }
    try await write { db in
      let insert = try HotStatement(
        db,
        "INSERT INTO outcome (key, destination_key, action, list, error_class, message) VALUES (?, ?, ?, ?, ?, ?)"
      )
      for decision in decisions {
        let (action, list, errorClass, message) = Self.columns(decision.action)
        try insert.execute([
          .blob(decision.key.bytes), .blob(decision.destinationKey.bytes), .text(action),
          .text(list.rawValue),
          .text(errorClass?.rawValue), .text(message),
        ])
      }
    }
  }

  private static func columns(_ action: DecisionAction) -> (String, ListName, ErrorClass?, String) {
    switch action {
    case .copy: ("copy", .pending, nil, "")
    case .compare: ("compare", .pending, nil, "")
    case .skip(let reason): ("skip", .skipped, nil, reason)
    case .refuse(let errorClass, let reason): ("refuse", .error, errorClass, reason)
    }
  }

  /// What is still to be copied or compared, in key order.
  public func work(after key: ObjectKey?, limit: Int) async throws(LedgerError) -> [WorkItem] {
    try await read { db in
      try Row.fetchAll(db, sql: Self.workSQL, arguments: [blob(key ?? ObjectKey("")), limit]).map { row in
        let source = listedObject(row, "s_")
        let destinationKey = ObjectKey(bytes: bytes(row, "destination_key"))
        let writtenTag: String? = row["destination_etag"]
        return WorkItem(
          source: source, destinationKey: destinationKey,
          action: row["action"] == "compare" ? .compare : .copy,
          started: Self.started(row, source.key, destinationKey),
          written: writtenTag.map {
            Generation(
              eTag: ETag($0), versionID: row["destination_version_id"], size: row["destination_size"] ?? 0,
              lastModifiedAt: timestamp(row["destination_last_modified_at"]))
          })
      }
    }
  }

  /// Multipart uploads that were begun and whose end is not known.
  public func openUploads() async throws(LedgerError) -> [StartedTransfer] {
    try await read { db in
      try Row.fetchAll(db, sql: Self.openUploadsSQL).compactMap { row in
        Self.started(
          row, ObjectKey(bytes: bytes(row, "key")), ObjectKey(bytes: bytes(row, "destination_key")))
      }
    }
  }

  private static func started(
    _ row: Row, _ key: ObjectKey, _ destinationKey: ObjectKey
  ) -> StartedTransfer? {
    guard let startedAt: Int64 = row["t_started_at"], let size: Int64 = row["t_size"] else { return nil }
    let eTag: String? = row["t_etag"]
    let upload: String? = row["t_upload"]
    return StartedTransfer(
      key: key, destinationKey: destinationKey,
      source: Generation(
        eTag: eTag.map { ETag($0) }, versionID: row["t_version_id"], size: size,
        lastModifiedAt: timestamp(row["t_last_modified_at"])),
      upload: upload.map { UploadID($0) }, startedAt: Timestamp(millisecondsSinceEpoch: startedAt))
  }

  // Decisions are recorded in key order, so the last decided key is where planning stands.
  private static let undecidedSQL = """
    SELECT * FROM source_object WHERE key > coalesce((SELECT max(key) FROM outcome), x'') ORDER BY key LIMIT ?
    """

  private static let startedColumns = """
    t.started_at AS t_started_at, t.etag AS t_etag, t.version_id AS t_version_id, t.size AS t_size,
    t.last_modified_at AS t_last_modified_at, t.upload AS t_upload
    """

  private static let workSQL = """
    SELECT s.key AS s_key, s.size AS s_size, s.etag AS s_etag, s.last_modified_at AS s_last_modified_at,
      s.storage_class AS s_storage_class, s.object_type AS s_object_type, o.destination_key, o.action,
      o.destination_etag, o.destination_version_id, o.destination_size, o.destination_last_modified_at,
      \(startedColumns)
    FROM outcome o JOIN source_object s ON s.key = o.key LEFT JOIN started t ON t.key = o.key
    WHERE o.key > ? AND o.list = 'pending' ORDER BY o.key LIMIT ?
    """

  private static let openUploadsSQL = """
    SELECT t.key, t.destination_key, \(startedColumns) FROM started t WHERE t.upload IS NOT NULL ORDER BY t.key
    """
}

/// A key as a value to bind, which is never NULL.
func blob(_ key: ObjectKey) -> DatabaseValue { Data(key.bytes).databaseValue }

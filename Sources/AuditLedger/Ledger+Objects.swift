import Checksums
import GRDB
import ObjectStorage

extension Ledger {
  /// Goes through the objects of a list, or of all lists, in the order of their key bytes.
  ///
  /// Sees one snapshot and holds one row at a time; blocks its thread until it is through. Rethrows what the body
  /// throws, and throws `LedgerError`.
  public func forEachObject(in list: ListName?, _ body: (ObjectRow) throws -> Void) throws {
    do {
      try pool.read { db in
        let objects = try Row.fetchCursor(db, sql: Self.objectsSQL)
        var evidence = EvidenceCursor(
          try Row.fetchCursor(db, sql: "SELECT * FROM evidence ORDER BY key, ordinal"))
        while let row = try objects.next() {
          var object = Self.objectRow(row)
          object.evidence = try evidence.rows(of: object.source.key)
          if list == nil || object.list == list { try body(object) }
        }
      }
    } catch let error as DatabaseError {
      throw LedgerError(error, path: path)
    }
  }

  private static func objectRow(_ row: Row) -> ObjectRow {
    let proof: String? = row["proof"]
    let errorClass: String? = row["error_class"]
    let destinationTag: String? = row["destination_etag"]
    let destinationSize: Int64? = row["destination_size"]
    return ObjectRow(
      source: listedObject(row, "s_"), destinationKey: ObjectKey(bytes: bytes(row, "destination_key")),
      list: ListName(rawValue: row["list"] ?? "pending") ?? .pending, proof: proof.flatMap(Proof.init),
      errorClass: errorClass.flatMap(ErrorClass.init), message: row["message"] ?? "",
      sent: row["sent"] ?? false,
      attempts: row["attempts"] ?? 0, bytesSent: row["bytes_sent"] ?? 0,
      startedAt: timestamp(row["started_at"]),
      endedAt: timestamp(row["ended_at"]),
      destination: destinationSize.map {
        Generation(
          eTag: destinationTag.map { ETag($0) }, versionID: row["destination_version_id"], size: $0,
          lastModifiedAt: timestamp(row["destination_last_modified_at"]))
      },
      requestIDs: lines(row["request_ids"]), notes: lines(row["notes"]))
  }

  private static func lines(_ text: String?) -> [String] {
    (text ?? "").split(separator: "\n").map(String.init)
  }

  private static let objectsSQL = """
    SELECT s.key AS s_key, s.size AS s_size, s.etag AS s_etag, s.last_modified_at AS s_last_modified_at,
      s.storage_class AS s_storage_class, s.object_type AS s_object_type, o.*
    FROM source_object s LEFT JOIN outcome o ON o.key = s.key ORDER BY s.key
    """
}

/// Walks the evidence beside the objects, both in key order.
private struct EvidenceCursor {
  private let cursor: RowCursor
  private var held: (key: ObjectKey, evidence: Evidence)?

  init(_ cursor: RowCursor) {
    self.cursor = cursor
  }

  mutating func rows(of key: ObjectKey) throws -> [Evidence] {
    var found: [Evidence] = []
    while true {
      if held == nil { held = try read() }
      guard let next = held, next.key <= key else { return found }
      if next.key == key { found.append(next.evidence) }
      held = nil
    }
  }

  private func read() throws -> (ObjectKey, Evidence)? {
    guard let row = try cursor.next() else { return nil }
    guard let algorithm = ChecksumAlgorithm(rawValue: row["algorithm"]),
      let checksum = Checksum(algorithm, bytes: bytes(row, "value"), partCount: row["part_count"]),
      let side = Side(rawValue: row["side"]), let origin = Origin(rawValue: row["origin"])
    else { throw LedgerError(.corrupt, "the ledger holds an evidence row that cannot be read") }
    let eTag: String? = row["etag"]
    let generation = Generation(
      eTag: eTag.map { ETag($0) }, versionID: row["version_id"], size: row["size"],
      lastModifiedAt: timestamp(row["last_modified_at"]))
    let evidence = Evidence(
      side: side, origin: origin, checksum: checksum, generation: generation,
      observedAt: Timestamp(millisecondsSinceEpoch: row["observed_at"]))
    return (ObjectKey(bytes: bytes(row, "key")), evidence)
  }
}

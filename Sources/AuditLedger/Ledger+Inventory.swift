import GRDB
public import ObjectStorage

extension Ledger {
  /// Where the listing of a side stands.
  public func inventoryState(_ side: Side) async throws(LedgerError) -> InventoryState {
    let path = self.path
    return try await read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT next, complete FROM inventory WHERE side = ?", arguments: [side.rawValue])
      guard let row else { return .notStarted }
      if row["complete"] { return .complete }
      guard let text: String = row["next"] else { return .listing(next: nil) }
      guard let next = ListPosition(text: text) else {
        throw LedgerError(.corrupt, "the ledger \(path) holds a position of a listing that cannot be read")
      }
      return .listing(next: next)
    }
  }

  /// Stores a page and the position behind it together.
  ///
  /// A key that an earlier page brought is kept as it was and counted as a duplicate.
  public func store(_ page: ListingPage, side: Side, isLast: Bool) async throws(LedgerError) {
    try await write { db in
      let insert = try HotStatement(db, Self.insertSQL(side))
      var duplicates = 0
      for object in page.objects where try insert.execute(Self.values(object)) == 0 { duplicates += 1 }
      try db.execute(
        sql: """
          INSERT INTO inventory (side, next, complete, pages, duplicates) VALUES (?, ?, ?, 1, ?)
          ON CONFLICT (side) DO UPDATE SET next = excluded.next, complete = excluded.complete, pages = pages + 1,
            duplicates = duplicates + excluded.duplicates
          """,
        arguments: [side.rawValue, page.next?.text, isLast, duplicates])
    }
  }

  /// Replaces what the inventory says of a key of the source, after it was found changed.
  public func refresh(_ object: ListedObject) async throws(LedgerError) {
    try await write { db in
      _ = try HotStatement(db, Self.refreshSQL).execute(Self.values(object))
    }
  }

  private static func values(_ object: ListedObject) -> [HotStatement.Value] {
    [
      .blob(object.key.bytes), .integer(object.size), .text(object.eTag?.text),
      .integer(object.lastModifiedAt?.millisecondsSinceEpoch), .text(object.storageClass),
      .text(object.objectType),
    ]
  }

  private static func insertSQL(_ side: Side) -> String {
    switch side {
    case .source: "INSERT INTO source_object VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
    case .destination: "INSERT INTO destination_object VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
    }
  }

  private static let refreshSQL = """
    UPDATE source_object SET size = ?2, etag = ?3, last_modified_at = ?4, storage_class = ?5, object_type = ?6
    WHERE key = ?1
    """
}

/// The listed object that a row of an inventory table holds, its columns behind a prefix.
func listedObject(_ row: Row, _ prefix: String = "") -> ListedObject {
  let key: [UInt8] = bytes(row, prefix + "key")
  let eTag: String? = row[prefix + "etag"]
  return ListedObject(
    key: ObjectKey(bytes: key), size: row[prefix + "size"], eTag: eTag.map { ETag($0) },
    lastModifiedAt: timestamp(row[prefix + "last_modified_at"]), storageClass: row[prefix + "storage_class"],
    objectType: row[prefix + "object_type"])
}

/// The bytes of a BLOB column; empty for an empty one.
func bytes(_ row: Row, _ column: String) -> [UInt8] {
  (try? row.withUnsafeData(named: column) { data in data.map { Array($0) } }) ?? []
}

import GRDB
public import ObjectStorage
import Synchronization

extension Ledger {
  /// Where the listing of one side stands: where a later run goes on.
  public func inventoryState(_ side: Side) async throws(LedgerError) -> InventoryState {
    try await reader.perform { db in
      guard let row = try Row.fetchOne(db, sql: Self.readListing, arguments: [side.rawValue]) else {
        return .notStarted
      }
      if row[1] as Bool { return .complete }
      guard let text = row[0] as String? else { return .listing(next: nil) }
      guard let next = ListPosition(text: text) else {
        throw LedgerError(.corrupt, "the ledger holds an unreadable place in a listing; restore a copy")
      }
      return .listing(next: next)
    }
  }

  /// Stores a page and the place where the next one starts, both or neither.
  ///
  /// A key that an earlier page stored already is kept once, as it was, and counted as a duplicate.
  public func store(_ page: ListingPage, side: Side, isLast: Bool) async throws(LedgerError) {
    let connection = try writing().connection
    // Also where the page fails below: planning from the first key again costs time and nothing else.
    if side == .source { planFloor.withLock { $0 = nil } }
    try await connection.write(durable: isLast) { db in
      let added = try Self.insert(page.objects, side: side, on: db)
      try db.execute(
        sql: Self.advanceListing,
        arguments: [
          side.rawValue, isLast ? nil : page.next?.text, isLast, added.objects, added.bytes, added.duplicates,
        ])
    }
  }

  private struct Added {
    var objects: Int64 = 0
    var bytes: Int64 = 0
    var duplicates: Int64 = 0
  }

  private static func insert(_ objects: [ListedObject], side: Side, on db: Database) throws -> Added {
    let statement = try PreparedStatement(
      side == .source ? insertSourceObject : insertDestinationObject, on: db)
    var added = Added()
    for object in objects {
      try statement.bind(object.key.bytes, at: 1)
      try statement.bind(object.size, at: 2)
      try statement.bind(object.eTag?.text, at: 3)
      try statement.bind(object.lastModifiedAt?.millisecondsSinceEpoch, at: 4)
      try statement.bind(object.storageClass, at: 5)
      try statement.bind(object.objectType, at: 6)
      if try statement.run() == 0 {
        added.duplicates += 1
      } else {
        added.objects += 1
        // A sum that leaves 64 bits is refused by the table's type.
        added.bytes = added.bytes.addingReportingOverflow(object.size).partialValue
      }
    }
    return added
  }

  private static let readListing = "SELECT next, complete FROM listing WHERE side = ?"
  private static let advanceListing = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (side) DO UPDATE SET next = excluded.next, complete = excluded.complete,
      objects = objects + excluded.objects, bytes = bytes + excluded.bytes,
      duplicates = duplicates + excluded.duplicates
    """
  private static let insertSourceObject = """
    INSERT INTO source_object (key, size, etag, modified_at, storage_class, object_type)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
    """
  private static let insertDestinationObject = """
    INSERT INTO destination_object (key, size, etag, modified_at, storage_class, object_type)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
    """
}

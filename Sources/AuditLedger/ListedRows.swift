import GRDB
import ObjectStorage

/// Writes the rows of a listing of one side, inside a transaction of the caller.
struct ListedRows {
  /// What a page brought.
  struct Added {
    /// Keys that no listing named before.
    var objects: Int64 = 0
    var bytes: Int64 = 0
    /// Keys that an earlier listing named; they say what this one says.
    var known: Int64 = 0
    var knownBytes: Int64 = 0
    /// Keys that this listing named before.
    var duplicates: Int64 = 0
  }

  private let listing: Int64
  private let insert: PreparedStatement
  private let update: PreparedStatement

  init(_ side: Side, listing: Int64, on db: Database) throws {
    self.listing = listing
    let table = Self.table(side)
    insert = try PreparedStatement(Self.insertSQL(table), on: db)
    update = try PreparedStatement(Self.updateSQL(table), on: db)
  }

  func store(_ objects: [ListedObject]) throws -> Added {
    var added = Added()
    for object in objects { try store(object, &added) }
    return added
  }

  func store(_ object: ListedObject, _ added: inout Added) throws {
    if try run(insert, object) {
      added.objects += 1
      // A sum that leaves 64 bits is refused by the table's type.
      added.bytes = added.bytes.addingReportingOverflow(object.size).partialValue
    } else if try listing > 0 && run(update, object) {
      added.known += 1
      added.knownBytes = added.knownBytes.addingReportingOverflow(object.size).partialValue
    } else {
      added.duplicates += 1
    }
  }

  private func run(_ statement: PreparedStatement, _ object: ListedObject) throws -> Bool {
    try statement.bind(object.key.bytes, at: 1)
    try statement.bind(object.size, at: 2)
    try statement.bind(object.eTag?.text, at: 3)
    try statement.bind(object.lastModifiedAt?.millisecondsSinceEpoch, at: 4)
    try statement.bind(object.storageClass, at: 5)
    try statement.bind(object.objectType, at: 6)
    try statement.bind(listing, at: 7)
    return try statement.run() > 0
  }

  static func table(_ side: Side) -> String { side == .source ? "source_object" : "destination_object" }

  private static func insertSQL(_ table: String) -> String {
    """
    INSERT INTO \(table) (key, size, etag, modified_at, storage_class, object_type, listing)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
    """
  }

  private static func updateSQL(_ table: String) -> String {
    """
    UPDATE \(table) SET size = ?2, etag = ?3, modified_at = ?4, storage_class = ?5, object_type = ?6, listing = ?7
    WHERE key = ?1 AND listing < ?7
    """
  }
}

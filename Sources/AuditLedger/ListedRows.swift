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

    fileprivate mutating func addNew(_ object: ListedObject) {
      objects += 1
      // A sum that leaves 64 bits is refused by the table's type.
      bytes = bytes.addingReportingOverflow(object.size).partialValue
    }

    fileprivate mutating func addKnown(_ object: ListedObject) {
      known += 1
      knownBytes = knownBytes.addingReportingOverflow(object.size).partialValue
    }
  }

  private let db: Database
  private let side: Side
  private let listing: Int64
  private let insert: PreparedStatement
  private let confirm: PreparedStatement
  private let update: PreparedStatement
  /// Nil where nobody asked for what changes between listings.
  private let change: PreparedStatement?

  /// Writes rows of the listing of a side that is under way.
  init(_ side: Side, on db: Database) throws {
    let read = try PreparedStatement(kept: Self.readListing, on: db)
    try read.bind(side.rawValue, at: 1)
    let isListed = try read.step()
    let (listing, tracksChanges) = isListed ? (read.integer(0), read.integer(1) != 0) : (0, false)
    read.reset()
    try self.init(side, listing: listing, tracksChanges: tracksChanges, on: db)
  }

  init(_ side: Side, listing: Int64, tracksChanges: Bool = false, on db: Database) throws {
    (self.db, self.side, self.listing) = (db, side, listing)
    let table = Self.table(side)
    insert = try PreparedStatement(kept: Self.insertSQL(table), on: db)
    confirm = try PreparedStatement(kept: Self.confirmSQL(table), on: db)
    update = try PreparedStatement(kept: Self.updateSQL(table), on: db)
    change = tracksChanges ? try PreparedStatement(Self.noteChange, on: db) : nil
  }

  func store(_ objects: [ListedObject], _ added: inout Added) throws {
    let rest = change == nil ? try storeNew(objects[...], &added) : objects[...]
    for object in rest { try store(object, &added) }
  }

  /// Stores rows up to the first whose key is there already, as far as many can be stored at once; gives the others.
  private func storeNew(
    _ objects: ArraySlice<ListedObject>, _ added: inout Added
  ) throws -> ArraySlice<ListedObject> {
    guard objects.count >= ListedBatch.size else { return objects }
    var batch = try ListedBatch(side, listing: listing, on: db)
    var rest = objects
    while rest.count >= ListedBatch.size {
      let count = try batch.insert(rest.prefix(ListedBatch.size))
      for object in rest.prefix(count) { added.addNew(object) }
      rest = rest.dropFirst(count)
      if count < ListedBatch.size { break }
    }
    return rest
  }

  func store(_ object: ListedObject, _ added: inout Added) throws {
    if try run(insert, object) {
      added.addNew(object)
      try note(object.key, "new")
    } else if try listing > 0 && run(confirm, object) {
      added.addKnown(object)
    } else if try listing > 0 && run(update, object) {
      added.addKnown(object)
      try note(object.key, "changed")
    } else {
      added.duplicates += 1
    }
  }

  private func note(_ key: ObjectKey, _ what: String) throws {
    guard let change else { return }
    try change.bind(side.rawValue, at: 1)
    try change.bind(key.bytes, at: 2)
    try change.bind(listing, at: 3)
    try change.bind(what, at: 4)
    try change.run()
  }

  private func run(_ statement: PreparedStatement, _ object: ListedObject) throws -> Bool {
    try statement.bind(object.size, at: 2)
    try statement.bind(object.lastModifiedAt?.millisecondsSinceEpoch, at: 4)
    try statement.bind(listing, at: 7)
    return try statement.run(
      borrowing: object.key.bytes, at: 1,
      texts: (object.eTag?.text, 3), (object.storageClass, 5), (object.objectType, 6)) > 0
  }

  static func table(_ side: Side) -> String { side == .source ? "source_object" : "destination_object" }

  private static func insertSQL(_ table: String) -> String {
    """
    INSERT INTO \(table) (key, size, etag, modified_at, storage_class, object_type, listing)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
    """
  }

  /// An earlier listing said the same of the key.
  private static func confirmSQL(_ table: String) -> String {
    """
    UPDATE \(table) SET storage_class = ?5, object_type = ?6, listing = ?7
    WHERE key = ?1 AND listing < ?7 AND size = ?2 AND etag IS ?3 AND modified_at IS ?4
    """
  }

  private static func updateSQL(_ table: String) -> String {
    """
    UPDATE \(table) SET size = ?2, etag = ?3, modified_at = ?4, storage_class = ?5, object_type = ?6, listing = ?7
    WHERE key = ?1 AND listing < ?7
    """
  }

  private static let readListing = "SELECT number, tracks_changes FROM listing WHERE side = ?"
  private static let noteChange = """
    INSERT INTO listing_change (side, key, listing, what) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
    """
}

import GRDB
import ObjectStorage

/// Inserts rows of a listing many at a time: what SQLite does once a statement is done for all of them.
struct ListedBatch {
  /// Rows of one statement.
  static let size = 32
  /// Of a row, beside the number of the listing, which all have in common.
  private static let columns: Int32 = 6

  private let statement: PreparedStatement
  /// Keys and texts of the rows, one behind the other: SQLite reads them here.
  private var texts: [UInt8] = []

  init(_ side: Side, listing: Int64, on db: Database) throws {
    statement = try PreparedStatement(kept: side == .source ? Self.source : Self.destination, on: db)
    try statement.bind(listing, at: 1)
  }

  /// Inserts rows in their order up to the first whose key is there already; returns how many.
  mutating func insert(_ objects: ArraySlice<ListedObject>) throws -> Int {
    texts.removeAll(keepingCapacity: true)
    for object in objects { keep(object) }
    return try texts.withUnsafeBytes { raw in
      var rest = raw[...]
      var index: Int32 = 2
      for object in objects {
        try bind(object, at: index, from: &rest)
        index += Self.columns
      }
      do {
        return try statement.run()
      } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY {
        return statement.changes
      }
    }
  }

  private mutating func keep(_ object: ListedObject) {
    texts.append(contentsOf: object.key.bytes)
    if let text = object.eTag?.text { texts.append(contentsOf: text.utf8) }
    if let text = object.storageClass { texts.append(contentsOf: text.utf8) }
    if let text = object.objectType { texts.append(contentsOf: text.utf8) }
  }

  private func bind(
    _ object: ListedObject, at index: Int32, from texts: inout Slice<UnsafeRawBufferPointer>
  ) throws {
    let key = object.key.bytes.count
    try statement.bind(borrowed: UnsafeRawBufferPointer(rebasing: texts.prefix(key)), at: index)
    texts = texts.dropFirst(key)
    try statement.bind(object.size, at: index + 1)
    try bind(object.eTag?.text, at: index + 2, from: &texts)
    try statement.bind(object.lastModifiedAt?.millisecondsSinceEpoch, at: index + 3)
    try bind(object.storageClass, at: index + 4, from: &texts)
    try bind(object.objectType, at: index + 5, from: &texts)
  }

  private func bind(
    _ text: String?, at index: Int32, from texts: inout Slice<UnsafeRawBufferPointer>
  ) throws {
    guard let count = text?.utf8.count else { return try statement.bind(nil as Int64?, at: index) }
    try statement.bind(borrowedText: UnsafeRawBufferPointer(rebasing: texts.prefix(count)), at: index)
    texts = texts.dropFirst(count)
  }

  private static let source = sql(ListedRows.table(.source))
  private static let destination = sql(ListedRows.table(.destination))

  /// The rows before the one that is refused stay.
  private static func sql(_ table: String) -> String {
    let rows = (0..<size).map { number in
      "(" + (0..<Int(columns)).map { "?\(2 + Int(columns) * number + $0)" }.joined(separator: ", ") + ", ?1)"
    }
    return """
      INSERT OR FAIL INTO \(table) (key, size, etag, modified_at, storage_class, object_type, listing)
      VALUES \(rows.joined(separator: ", "))
      """
  }
}

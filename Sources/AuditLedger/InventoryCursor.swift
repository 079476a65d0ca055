import GRDB
import Glibc
import ObjectStorage

/// Goes through one inventory in the order of its keys, and makes no object of a row that nobody asks for.
final class InventoryCursor {
  private let rows: PreparedStatement
  private let prefix: [UInt8]
  private let side: Side
  /// What stands behind the prefix, in SQLite's memory until the next `advance`.
  private(set) var name = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var isAtEnd = false

  /// `schema` is that of a ledger on the connection; throws `incomplete` where the side has no whole inventory in it.
  init(_ side: Side, prefix: ObjectKey, schema: String, path: String, on db: Database) throws {
    let listing = try Row.fetchOne(db, sql: Self.readListing(schema), arguments: [side.rawValue])
    guard let listing, listing[0] as Bool else {
      throw LedgerError(
        .incomplete,
        "the ledger \(path) holds no \(listing == nil ? "" : "complete ")inventory of the \(side.rawValue); list it to its end first"
      )
    }
    rows = try PreparedStatement(Self.readObjects(side, schema), on: db)
    try rows.bind(listing[1] as Int64, at: 1)
    self.prefix = prefix.bytes
    self.side = side
    try advance()
  }

  /// Goes to the next row of the latest listing.
  func advance() throws {
    guard try rows.step() else {
      isAtEnd = true
      name = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let key = rows.rawBytes(0)
    guard prefix.isEmpty || key.starts(with: prefix) else {
      throw LedgerError(
        .corrupt,
        "the inventory of the \(side.rawValue) holds the key \(rows.key(0).shown), which is not below its address; restore a copy"
      )
    }
    name = UnsafeRawBufferPointer(rebasing: key[prefix.count...])
  }

  var size: Int64 { rows.integer(1) }

  /// The row as an object of its own.
  var object: ListedObject { rows.listedObject(from: 0) }

  /// Below zero where this row comes before another one's, zero where both have one name; the end comes last.
  func order(against other: InventoryCursor) -> Int {
    if isAtEnd || other.isAtEnd { return isAtEnd ? (other.isAtEnd ? 0 : 1) : -1 }
    let common = min(name.count, other.name.count)
    if common > 0, let one = name.baseAddress, let two = other.name.baseAddress {
      let order = memcmp(one, two, common)
      if order != 0 { return Int(order) }
    }
    return name.count - other.name.count
  }

  /// Whether both rows have one size and one ETag, letter by letter, that is a digest of plain objects' bytes.
  ///
  /// False decides nothing: what is rare, and what an ETag means, is judged on whole rows.
  func isPlainlyEqual(to other: InventoryCursor) -> Bool {
    let size = size
    guard size > 0, size == other.size else { return false }
    let tag = rows.rawText(2)
    let otherTag = other.rows.rawText(2)
    guard tag.count == otherTag.count, let one = tag.baseAddress, let two = otherTag.baseAddress,
      memcmp(one, two, tag.count) == 0, isDigest(tag)
    else { return false }
    return rows.isPlainObject && other.rows.isPlainObject
  }

  private static func readListing(_ schema: String) -> String {
    "SELECT complete, number FROM \(schema).listing WHERE side = ?"
  }

  static func readObjects(_ side: Side, _ schema: String) -> String {
    """
    SELECT key, size, etag, modified_at, storage_class, object_type FROM \(schema).\(side.rawValue)_object
    WHERE listing = ?1 ORDER BY key
    """
  }
}

extension PreparedStatement {
  /// Whether the sixth column, the kind of an object, says nothing or that it is an ordinary one.
  fileprivate var isPlainObject: Bool {
    let type = rawText(5)
    return type.isEmpty || type.elementsEqual("Normal".utf8)
  }
}

/// Whether an ETag is 32 hexadecimal digits, with a part count or without, and neither zeros alone nor the MD5 of no
/// bytes: those are given to objects of which the store knows no digest.
private func isDigest(_ tag: UnsafeRawBufferPointer) -> Bool {
  guard tag.count >= 32, tag.count <= 38 else { return false }
  var differing: UInt8 = 0
  for byte in tag.prefix(32) {
    guard isHexadecimal(byte) else { return false }
    differing |= byte ^ UInt8(ascii: "0")
  }
  guard differing != 0, !tag.prefix(32).elementsEqual("d41d8cd98f00b204e9800998ecf8427e".utf8),
    !tag.prefix(32).elementsEqual("D41D8CD98F00B204E9800998ECF8427E".utf8)
  else { return false }
  if tag.count == 32 { return true }
  let count = tag.dropFirst(33)
  return tag[32] == UInt8(ascii: "-") && (1...4).contains(count.count) && count.first != UInt8(ascii: "0")
    && count.allSatisfy { (48...57).contains($0) }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
}

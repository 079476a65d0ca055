import Checksums
import GRDB
import ObjectStorage

/// Writes digests that somebody else computed, inside a transaction of the caller.
struct ImportedRows {
  private let at: Timestamp
  private let insert: PreparedStatement
  private let find: PreparedStatement

  init(at: Timestamp, on db: Database) throws {
    self.at = at
    insert = try PreparedStatement(Self.insertSQL, on: db)
    find = try PreparedStatement(Self.findSQL, on: db)
  }

  /// False for a digest whose place in its file the ledger has already.
  ///
  /// With `orFindSame` it throws where the ledger has another digest of that place: a file that changed under its old
  /// name must not look like one that is there.
  func store(_ digest: ImportedDigest, orFindSame: Bool = false) throws -> Bool {
    try insert.bind(digest.checksum.algorithm.rawValue, at: 6)
    try insert.bind(digest.checksum.bytes, at: 7)
    try insert.bind(digest.checksum.partCount.map { Int64($0) }, at: 8)
    try insert.bind(digest.size, at: 9)
    try insert.bind(digest.eTag?.text, at: 10)
    try insert.bind(digest.versionID, at: 11)
    try insert.bind(digest.modifiedAt?.millisecondsSinceEpoch, at: 12)
    try insert.bind(at.millisecondsSinceEpoch, at: 13)
    try bindPlace(insert, digest)
    if try insert.run() > 0 { return true }
    guard orFindSame else { return false }
    try bindPlace(find, digest)
    defer { find.reset() }
    guard try find.step(), find.text(0) == digest.checksum.algorithm.rawValue,
      find.bytes(1) == digest.checksum.bytes
    else {
      throw LedgerError(
        .failed,
        "\(shownSafely(digest.file)):\(digest.line): another digest was imported from this line of a file of this name; rename the file"
      )
    }
    return false
  }

  private func bindPlace(_ statement: PreparedStatement, _ digest: ImportedDigest) throws {
    try statement.bind(digest.side.rawValue, at: 1)
    try statement.bind(digest.key.bytes, at: 2)
    try statement.bind(digest.file, at: 3)
    try statement.bind(digest.line, at: 4)
    try statement.bind(Int64(digest.ordinal), at: 5)
  }

  private static let insertSQL = """
    INSERT INTO imported (side, key, file, line, ordinal, algorithm, value, part_count, size, etag, version_id,
      modified_at, imported_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
    """
  private static let findSQL = """
    SELECT algorithm, value FROM imported WHERE side = ? AND key = ? AND file = ? AND line = ? AND ordinal = ?
    """
}

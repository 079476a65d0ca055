import GRDB
import ObjectStorage

/// Writes the versions of one side's keys, inside a transaction of the caller.
struct VersionRows {
  struct Counted {
    /// Versions that are not current.
    var versions: Int64 = 0
    var deleteMarks: Int64 = 0
  }

  private let side: Side
  private let listing: Int64
  private let insert: PreparedStatement

  init(_ side: Side, listing: Int64, on db: Database) throws {
    self.side = side
    self.listing = listing
    insert = try PreparedStatement(Self.insertSQL, on: db)
  }

  /// False for a version that is there.
  func store(_ version: ListedVersion) throws -> Bool {
    try insert.bind(side.rawValue, at: 1)
    try insert.bind(version.object.key.bytes, at: 2)
    try insert.bind(version.versionID, at: 3)
    try insert.bind(version.isLatest ? 1 : 0, at: 4)
    try insert.bind(version.isDeleteMarker ? 1 : 0, at: 5)
    try insert.bind(version.object.size, at: 6)
    try insert.bind(version.object.eTag?.text, at: 7)
    try insert.bind(version.object.lastModifiedAt?.millisecondsSinceEpoch, at: 8)
    try insert.bind(version.object.storageClass, at: 9)
    try insert.bind(listing, at: 10)
    return try insert.run() > 0
  }

  private static let insertSQL = """
    INSERT INTO object_version (side, key, version_id, is_latest, is_delete_marker, size, etag, modified_at,
      storage_class, listing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
    """
}

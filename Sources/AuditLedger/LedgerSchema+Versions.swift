extension LedgerSchema {
  /// What version 3 adds for listings that somebody saved: where they are from, and every version of a key.
  static let version3Versions = [
    "ALTER TABLE listing ADD COLUMN origin TEXT NOT NULL DEFAULT 'live'",
    "ALTER TABLE listing ADD COLUMN has_sizes INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE listing ADD COLUMN versions INTEGER",
    "ALTER TABLE listing ADD COLUMN delete_marks INTEGER",
    "ALTER TABLE listing ADD COLUMN versioning TEXT",
    "ALTER TABLE listing ADD COLUMN versions_key BLOB",
    "ALTER TABLE listing ADD COLUMN versions_id TEXT",
    "ALTER TABLE listing ADD COLUMN versions_complete INTEGER NOT NULL DEFAULT 0",
    listingFile, objectVersion, inventories, versions,
  ]

  private static let listingFile = """
    CREATE TABLE listing_file (
      side TEXT NOT NULL REFERENCES listing (side), ordinal INTEGER NOT NULL, name TEXT NOT NULL,
      PRIMARY KEY (side, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  private static let objectVersion = """
    CREATE TABLE object_version (
      side TEXT NOT NULL CHECK (side IN ('source', 'destination')), key BLOB NOT NULL,
      version_id TEXT NOT NULL, is_latest INTEGER NOT NULL, is_delete_marker INTEGER NOT NULL,
      size INTEGER NOT NULL CHECK (size >= 0), etag TEXT, modified_at INTEGER, storage_class TEXT,
      listing INTEGER NOT NULL, PRIMARY KEY (side, key, version_id)
    ) STRICT, WITHOUT ROWID
    """

  private static let inventories = """
    CREATE VIEW inventories AS
    SELECT side, complete, objects, iif(has_sizes, bytes, NULL) AS bytes, duplicates, origin, kind, bucket,
      \(percentEncoded("prefix")) AS prefix_text, versioning, versions, delete_marks,
      (SELECT count(*) FROM listing_file WHERE listing_file.side = listing.side) AS files
    FROM listing
    """

  private static let versions = """
    CREATE VIEW versions AS
    SELECT side, key, hex(key) AS key_hex, \(percentEncoded("key")) AS key_text, version_id, is_latest,
      is_delete_marker, size, etag, \(utc("modified_at")) AS modified_at, storage_class
    FROM object_version
    """
}

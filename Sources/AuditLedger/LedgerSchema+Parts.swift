extension LedgerSchema {
  /// What version 3 adds for uploads in parts: how each is cut, the parts that the destination answered for, and
  /// uploads that are still to be dropped.
  static let version3Parts = [
    "ALTER TABLE started ADD COLUMN cut TEXT",
    "ALTER TABLE started ADD COLUMN others TEXT",
    startedPart, forgetParts, forgetPartsOfOther, abandonedUpload,
  ]

  private static let startedPart = """
    CREATE TABLE started_part (
      key BLOB NOT NULL REFERENCES source_object (key), number INTEGER NOT NULL CHECK (number > 0),
      first INTEGER NOT NULL CHECK (first >= 0), size INTEGER NOT NULL CHECK (size > 0), etag TEXT NOT NULL,
      reported TEXT NOT NULL, streamed TEXT NOT NULL, source_parts TEXT NOT NULL, PRIMARY KEY (key, number)
    ) STRICT, WITHOUT ROWID
    """

  private static let forgetParts = """
    CREATE TRIGGER started_ended AFTER DELETE ON started BEGIN
      DELETE FROM started_part WHERE key = OLD.key;
    END
    """

  private static let forgetPartsOfOther = """
    CREATE TRIGGER started_again AFTER UPDATE ON started WHEN OLD.upload IS NOT NEW.upload BEGIN
      DELETE FROM started_part WHERE key = OLD.key;
    END
    """

  private static let abandonedUpload = """
    CREATE TABLE abandoned_upload (
      destination_key BLOB NOT NULL, upload TEXT NOT NULL, PRIMARY KEY (destination_key, upload)
    ) STRICT, WITHOUT ROWID
    """
}

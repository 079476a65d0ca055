extension LedgerSchema {
  /// What version 3 adds to audits: all that they were asked for, when the inventories were listed, objects of a
  /// sample that could not be judged, and which copies rest on a `Content-MD5` that was seen to be checked.
  static let version3AuditDetails =
    [
      "ALTER TABLE listing ADD COLUMN began_at INTEGER",
      dateListings,
      // NULL in audits of version 2, which did not write down what they were asked for: none of them goes on.
      "ALTER TABLE audit ADD COLUMN accepts_imported INTEGER",
      "ALTER TABLE audit ADD COLUMN compares_metadata INTEGER",
      "ALTER TABLE audit ADD COLUMN compares_tags INTEGER",
      "ALTER TABLE audit ADD COLUMN distrusts_etags INTEGER",
      "ALTER TABLE audit ADD COLUMN takes_inventories INTEGER",
      "ALTER TABLE audit ADD COLUMN sampled_unjudged INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE audit ADD COLUMN source_listed_at INTEGER",
      "ALTER TABLE audit ADD COLUMN destination_listed_at INTEGER",
      "ALTER TABLE written ADD COLUMN content_md5_checked INTEGER",
      markChecked,
      "DROP VIEW audits", audits,
    ]

  /// The ledger did not say when it listed: certainly not before its first run.
  private static let dateListings = "UPDATE listing SET began_at = (SELECT min(started_at) FROM run)"

  /// The copy belongs to the run that was going on; verifications copy nothing.
  private static let markChecked = """
    UPDATE written SET content_md5_checked = (
      SELECT content_md5_honoured FROM run
      WHERE started_at <= written.written_at AND command <> 'verify' ORDER BY id DESC LIMIT 1)
    """

  private static let audits = """
    CREATE VIEW audits AS
    SELECT id, \(utc("started_at")) AS started_at, \(utc("ended_at")) AS ended_at, reading, required,
      sample_text AS sample, kept, objects_read, bytes_read, sampled, sampled_wrong, sampled_unjudged,
      accepts_imported, compares_metadata, compares_tags, distrusts_etags, takes_inventories,
      \(utc("source_listed_at")) AS source_listed_at, \(utc("destination_listed_at")) AS destination_listed_at,
      filters, excluded, excluded_extra
    FROM audit
    """
}

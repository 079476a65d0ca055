extension LedgerSchema {
  /// What version 3 changes so that the evidence of a key is one row: rows of their own for every digest took more
  /// than the object's outcome.
  static let version3Evidence = [
    keyEvidence, takeOver, "DROP VIEW digests", digests, "DROP TABLE evidence",
  ]

  /// `digests` is a JSON array of what `EvidenceText` describes.
  private static let keyEvidence = """
    CREATE TABLE key_evidence (
      key BLOB NOT NULL PRIMARY KEY REFERENCES source_object (key), digests TEXT NOT NULL,
      source_told INTEGER NOT NULL, has_imported INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let takeOver = """
    INSERT INTO key_evidence
    SELECT key, '[' || group_concat(digest) || ']', max(told), max(imported) FROM (
      SELECT key, json_array(side, origin, algorithm, lower(hex(value)), part_count, observed_at,
          etag, version_id, size, modified_at) AS digest,
        side = 'source' AND origin IN ('listed', 'reported') AND part_count IS NULL AS told,
        origin = 'imported' AS imported
      FROM evidence ORDER BY key, ordinal)
    GROUP BY key
    """

  private static let digests = """
    CREATE VIEW digests AS
    SELECT key_evidence.key AS key, hex(key_evidence.key) AS key_hex,
      \(percentEncoded("key_evidence.key")) AS key_text, digest.key AS ordinal,
      \(member(0)) AS side, \(member(1)) AS origin, \(member(2)) AS algorithm, \(member(3)) AS value,
      \(member(4)) AS part_count, \(member(6)) AS etag, \(member(7)) AS version_id, \(member(8)) AS size,
      \(utc(member(5))) AS observed_at
    FROM key_evidence, json_each(key_evidence.digests) AS digest
    """

  private static func member(_ index: Int) -> String { "json_extract(digest.value, '$[\(index)]')" }
}

/// The statements of `TransferRows`.
extension TransferRows {
  static let readPrevious = """
    SELECT source.size, outcome.list, outcome.attempts, outcome.tries, outcome.bytes_sent
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key WHERE source.key = ?
    """
  static let insertChange = """
    INSERT INTO change (key, attempt, from_list, to_list, reason) VALUES (?, ?, ?, ?, ?)
    """
  /// The first row of a key.
  ///
  /// `OR FAIL`: whoever runs it rolls its transaction back, so SQLite need not be able to undo the statement alone,
  /// for which it would copy every page that it touches.
  static let insertOutcome = "INSERT OR FAIL INTO \(outcomeRow)"
  static let upsertOutcome = """
    INSERT INTO \(outcomeRow)
    ON CONFLICT (key) DO UPDATE SET destination_key = excluded.destination_key, list = excluded.list,
      proof = excluded.proof, proof_algorithm = excluded.proof_algorithm, error_class = excluded.error_class,
      message = excluded.message,
      sent = CASE WHEN excluded.audit > 0 THEN sent ELSE excluded.sent END,
      attempts = excluded.attempts, tries = excluded.tries,
      bytes_sent = excluded.bytes_sent, started_at = excluded.started_at, ended_at = excluded.ended_at,
      etag = excluded.etag, version_id = excluded.version_id, size = excluded.size,
      modified_at = excluded.modified_at, request_ids = excluded.request_ids, notes = excluded.notes,
      proven_at = excluded.proven_at, source_etag = excluded.source_etag,
      source_version_id = excluded.source_version_id, source_size = excluded.source_size,
      source_modified_at = excluded.source_modified_at, audit = max(audit, excluded.audit),
      metadata = excluded.metadata, aside = excluded.aside,
      overwrote = CASE WHEN excluded.audit > 0 THEN overwrote ELSE excluded.overwrote END
    """
  static let deleteEvidence = "DELETE FROM key_evidence WHERE key = ?"
  static let insertEvidence = """
    INSERT OR FAIL INTO key_evidence (key, digests, source_told, has_imported) VALUES (?, ?, ?, ?)
    """
  static let upsertWritten = """
    INSERT INTO written (key, attempt, etag, version_id, size, modified_at, written_at, content_md5_checked)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    """
  static let readStanding = """
    SELECT EXISTS (SELECT 1 FROM started),
      (SELECT content_md5_honoured FROM run ORDER BY id DESC LIMIT 1)
    """
  static let upsertStarted = """
    INSERT INTO started
      (key, destination_key, etag, version_id, size, modified_at, upload, started_at, cut, others)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET destination_key = excluded.destination_key, etag = excluded.etag,
      version_id = excluded.version_id, size = excluded.size, modified_at = excluded.modified_at,
      upload = excluded.upload, started_at = excluded.started_at, cut = excluded.cut, others = excluded.others
    """
  static let insertPart = """
    INSERT OR REPLACE INTO started_part (key, number, first, size, etag, reported, streamed, source_parts)
    SELECT ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM started WHERE key = ?1 AND upload = ?2)
    """
  static let insertAbandoned = """
    INSERT OR IGNORE INTO abandoned_upload (destination_key, upload) SELECT ?1, ?2 WHERE ?2 IS NOT NULL
    """
  static let readStarted = "SELECT 1 FROM started WHERE key = ?"
  static let deleteStarted = "DELETE FROM started WHERE key = ?"
  static let keepOutcome = "UPDATE outcome SET audit = ?2 WHERE key = ?1"
  static let addCounts = """
    UPDATE audit SET kept = kept + ?2, objects_read = objects_read + ?3, bytes_read = bytes_read + ?4,
      sampled = sampled + ?5, sampled_wrong = sampled_wrong + ?6, sampled_unjudged = sampled_unjudged + ?7
    WHERE id = ?1
    """

  private static let outcomeRow = """
    outcome (key, destination_key, list, proof, proof_algorithm, error_class, message, sent,
      attempts, tries, bytes_sent, started_at, ended_at, etag, version_id, size, modified_at, request_ids, notes,
      proven_at, source_etag, source_version_id, source_size, source_modified_at, audit, metadata,
      aside, overwrote)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?20, ?21, ?22, ?23, ?24, ifnull(?25, 0), ?26,
      ?27, ?28)
    """
}

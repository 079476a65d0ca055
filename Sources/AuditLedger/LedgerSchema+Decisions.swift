extension LedgerSchema {
  /// What version 3 adds so that later runs take up again what was set aside, and what was overwritten is told.
  static let version3Decisions = [
    "ALTER TABLE run ADD COLUMN overwrite TEXT",
    "ALTER TABLE outcome ADD COLUMN aside TEXT",
    "ALTER TABLE outcome ADD COLUMN overwrote TEXT",
    "ALTER TABLE decision ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE decision ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE job ADD COLUMN rename TEXT",
    "DROP VIEW objects", objects, relistings,
    "DROP INDEX outcome_open", openOutcome,
    "DROP TRIGGER outcome_counted", "DROP TRIGGER decision_counted",
  ]

  private static let openOutcome =
    "CREATE INDEX outcome_open ON outcome (list, key) WHERE list <> 'completed'"

  private static let relistings = """
    CREATE VIEW relistings AS
    SELECT side, key, hex(key) AS key_hex, \(percentEncoded("key")) AS key_text, what FROM listing_change
    """

  private static let objects = """
    CREATE VIEW objects AS SELECT
      source.key AS key, hex(source.key) AS key_hex, \(percentEncoded("source.key")) AS key_text,
      ifnull(outcome.destination_key, decision.destination_key) AS destination_key,
      source.size AS size, source.etag AS etag, \(utc("source.modified_at")) AS modified_at,
      source.storage_class AS storage_class, decision.action AS decision,
      ifnull(outcome.list, 'pending') AS list, outcome.proof AS proof,
      outcome.proof_algorithm AS proof_algorithm, outcome.error_class AS error_class,
      ifnull(outcome.message, '') AS message, ifnull(outcome.sent, 0) AS sent,
      ifnull(outcome.attempts, 0) AS attempts, ifnull(outcome.tries, 0) AS tries,
      ifnull(outcome.bytes_sent, 0) AS bytes_sent,
      \(utc("outcome.started_at")) AS started_at, \(utc("outcome.ended_at")) AS ended_at,
      outcome.etag AS destination_etag, outcome.version_id AS destination_version_id,
      outcome.size AS destination_size, ifnull(outcome.request_ids, '') AS request_ids,
      ifnull(outcome.notes, '') AS notes, \(utc("outcome.proven_at")) AS proven_at,
      nullif(outcome.audit, 0) AS audit, outcome.metadata AS metadata,
      outcome.overwrote AS overwrote, ifnull(decision.renamed, 0) AS renamed
    FROM source_object AS source
    LEFT JOIN decision ON decision.key = source.key
    LEFT JOIN outcome ON outcome.key = source.key
    """
}

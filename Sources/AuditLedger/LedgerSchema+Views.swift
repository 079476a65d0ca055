extension LedgerSchema {
  /// The views of version 1: public, read-only, and usable from any SQLite shell.
  static let version1Views = [objects, lists, conservation, proofs, errors, evidences]

  /// The reversible spelling of `ObjectKey.percentEncoded`, in plain SQL so that every shell can show it.
  static func percentEncoded(_ column: String) -> String {
    """
    (WITH RECURSIVE spelling (position, text) AS (
      SELECT 1, '' UNION ALL
      SELECT position + 2, text || CASE
        WHEN substr(hex(\(column)), position, 2) = '2D' THEN iif(position = 1, '%2D', '-')
        WHEN substr(hex(\(column)), position, 2) IN ('2E', '2F', '5F', '7E')
          OR substr(hex(\(column)), position, 2) BETWEEN '30' AND '39'
          OR substr(hex(\(column)), position, 2) BETWEEN '41' AND '5A'
          OR substr(hex(\(column)), position, 2) BETWEEN '61' AND '7A'
        THEN CAST(substr(\(column), (position + 1) / 2, 1) AS TEXT)
        ELSE '%' || substr(hex(\(column)), position, 2) END
      FROM spelling WHERE position < 2 * length(\(column)))
    SELECT text FROM spelling ORDER BY position DESC LIMIT 1)
    """
  }

  static func utc(_ column: String) -> String {
    """
    (strftime('%Y-%m-%dT%H:%M:%S', \(column) / 1000, 'unixepoch')
      || printf('.%03dZ', ((\(column) % 1000) + 1000) % 1000))
    """
  }

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
      ifnull(outcome.notes, '') AS notes
    FROM source_object AS source
    LEFT JOIN decision ON decision.key = source.key
    LEFT JOIN outcome ON outcome.key = source.key
    """

  private static let lists = """
    CREATE VIEW lists AS
    SELECT ifnull(outcome.list, 'pending') AS list, count(*) AS objects, sum(source.size) AS bytes
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key GROUP BY 1
    """

  static let conservation = """
    CREATE VIEW conservation AS
    SELECT total, completed, error, skipped, pending,
      total = completed + error + skipped + pending AND total = listed AS balanced
    FROM (SELECT
      (SELECT count(*) FROM source_object) AS total,
      (SELECT ifnull(sum(objects), 0) FROM listing WHERE side = 'source') AS listed,
      (SELECT count(*) FROM outcome WHERE list = 'completed') AS completed,
      (SELECT count(*) FROM outcome WHERE list = 'error') AS error,
      (SELECT count(*) FROM outcome WHERE list = 'skipped') AS skipped,
      (SELECT count(*) FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key
       WHERE outcome.key IS NULL OR outcome.list = 'pending') AS pending)
    """

  private static let proofs = """
    CREATE VIEW proofs AS
    SELECT outcome.proof AS proof, outcome.proof_algorithm AS algorithm, outcome.sent AS sent,
      count(*) AS objects, sum(source.size) AS bytes
    FROM outcome JOIN source_object AS source ON source.key = outcome.key
    WHERE outcome.list = 'completed' GROUP BY 1, 2, 3
    """

  private static let errors = """
    CREATE VIEW errors AS
    SELECT outcome.key AS key, hex(outcome.key) AS key_hex, \(percentEncoded("outcome.key")) AS key_text,
      source.size AS size, outcome.error_class AS error_class, outcome.message AS message,
      outcome.attempts AS attempts, \(utc("outcome.started_at")) AS started_at,
      \(utc("outcome.ended_at")) AS ended_at, outcome.request_ids AS request_ids
    FROM outcome JOIN source_object AS source ON source.key = outcome.key WHERE outcome.list = 'error'
    """

  private static let evidences = """
    CREATE VIEW digests AS
    SELECT key, hex(key) AS key_hex, \(percentEncoded("key")) AS key_text, ordinal, side, origin, algorithm,
      lower(hex(value)) AS value, part_count, etag, version_id, size, \(utc("observed_at")) AS observed_at
    FROM evidence
    """
}

extension LedgerSchema {
  /// What version 2 adds: listings that are taken again, audits of what was proven, and others' digests.
  static let version2 =
    [
      "ALTER TABLE listing ADD COLUMN number INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE source_object ADD COLUMN listing INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE destination_object ADD COLUMN listing INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE outcome ADD COLUMN proven_at INTEGER",
      "ALTER TABLE outcome ADD COLUMN source_etag TEXT",
      "ALTER TABLE outcome ADD COLUMN source_version_id TEXT",
      "ALTER TABLE outcome ADD COLUMN source_size INTEGER",
      "ALTER TABLE outcome ADD COLUMN source_modified_at INTEGER",
      "ALTER TABLE outcome ADD COLUMN audit INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE outcome ADD COLUMN metadata TEXT",
      dateProofs, audit, extraObject, imported, resizeSource,
      "DROP VIEW objects", objects, extras, audits, importedDigests,
    ] + ["PRAGMA user_version = 2"]

  private static let dateProofs = """
    UPDATE outcome SET proven_at = ended_at,
      (source_etag, source_size, source_modified_at) =
        (SELECT etag, size, modified_at FROM source_object WHERE key = outcome.key)
    WHERE list = 'completed'
    """

  private static let audit = """
    CREATE TABLE audit (
      id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER,
      reading TEXT NOT NULL, required TEXT NOT NULL,
      sample_text TEXT NOT NULL DEFAULT '', sample_from INTEGER, sample_to INTEGER,
      kept INTEGER NOT NULL DEFAULT 0, objects_read INTEGER NOT NULL DEFAULT 0,
      bytes_read INTEGER NOT NULL DEFAULT 0, sampled INTEGER NOT NULL DEFAULT 0,
      sampled_wrong INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """

  private static let extraObject = """
    CREATE TABLE extra_object (
      key BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL, audit INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  /// Not bound to the inventory: evidence may be there before the listing is.
  private static let imported = """
    CREATE TABLE imported (
      side TEXT NOT NULL CHECK (side IN ('source', 'destination')), key BLOB NOT NULL,
      file TEXT NOT NULL, line INTEGER NOT NULL, ordinal INTEGER NOT NULL,
      algorithm TEXT NOT NULL, value BLOB NOT NULL, part_count INTEGER,
      size INTEGER, etag TEXT, version_id TEXT, modified_at INTEGER, imported_at INTEGER NOT NULL,
      PRIMARY KEY (side, key, file, line, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  /// Whoever changes the size of a listed object: the sums follow.
  private static let resizeSource = """
    CREATE TRIGGER source_resized AFTER UPDATE OF size ON source_object WHEN OLD.size <> NEW.size BEGIN
      UPDATE listing SET bytes = bytes + NEW.size - OLD.size WHERE side = 'source';
      UPDATE outcome_count SET bytes = bytes + NEW.size - OLD.size
      WHERE (list, proof, error_class, sent) = (
        SELECT list, ifnull(proof, ''), ifnull(error_class, ''), sent FROM outcome WHERE key = NEW.key);
    END
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
      nullif(outcome.audit, 0) AS audit, outcome.metadata AS metadata
    FROM source_object AS source
    LEFT JOIN decision ON decision.key = source.key
    LEFT JOIN outcome ON outcome.key = source.key
    """

  private static let extras = """
    CREATE VIEW extras AS
    SELECT key, hex(key) AS key_hex, \(percentEncoded("key")) AS key_text, size
    FROM extra_object WHERE audit = (SELECT max(id) FROM audit WHERE ended_at IS NOT NULL)
    """

  private static let audits = """
    CREATE VIEW audits AS
    SELECT id, \(utc("started_at")) AS started_at, \(utc("ended_at")) AS ended_at, reading, required,
      sample_text AS sample, kept, objects_read, bytes_read, sampled, sampled_wrong FROM audit
    """

  private static let importedDigests = """
    CREATE VIEW imported_digests AS
    SELECT side, key, hex(key) AS key_hex, \(percentEncoded("key")) AS key_text, file, line, algorithm,
      lower(hex(value)) AS value, part_count, size, etag, \(utc("imported_at")) AS imported_at
    FROM imported
    """
}

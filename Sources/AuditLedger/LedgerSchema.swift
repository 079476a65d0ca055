import GRDB

/// The tables and views of a ledger; `docs/ledger.md` describes them.
enum LedgerSchema {
  /// `tran` in ASCII: tells a ledger from any other SQLite file.
  static let applicationID: Int32 = 0x7472_616e

  /// The named steps from an empty file to the current schema; steps are only ever added.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 tables") { db in try db.execute(sql: tables) }
    migrator.registerMigration("1 views") { db in try db.execute(sql: views) }
    return migrator
  }

  private static let tables = """
    CREATE TABLE job (
      id INTEGER PRIMARY KEY CHECK (id = 1), settings TEXT NOT NULL
    ) STRICT;
    CREATE TABLE run (
      id INTEGER PRIMARY KEY, command TEXT NOT NULL, tool_version TEXT NOT NULL, started_at INTEGER NOT NULL,
      ended_at INTEGER, state TEXT NOT NULL, message TEXT NOT NULL, content_md5_honoured INTEGER
    ) STRICT;
    CREATE TABLE inventory (
      side TEXT PRIMARY KEY CHECK (side IN ('source', 'destination')), next TEXT, complete INTEGER NOT NULL,
      pages INTEGER NOT NULL, duplicates INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE source_object (
      key BLOB PRIMARY KEY, size INTEGER NOT NULL, etag TEXT, last_modified_at INTEGER, storage_class TEXT,
      object_type TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE destination_object (
      key BLOB PRIMARY KEY, size INTEGER NOT NULL, etag TEXT, last_modified_at INTEGER, storage_class TEXT,
      object_type TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE outcome (
      key BLOB PRIMARY KEY, destination_key BLOB NOT NULL, action TEXT NOT NULL, list TEXT NOT NULL, proof TEXT,
      error_class TEXT, message TEXT NOT NULL DEFAULT '', sent INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0, bytes_sent INTEGER NOT NULL DEFAULT 0, started_at INTEGER,
      ended_at INTEGER, destination_etag TEXT, destination_version_id TEXT, destination_size INTEGER,
      destination_last_modified_at INTEGER, request_ids TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '',
      CHECK (list IN ('completed', 'error', 'skipped', 'pending')),
      CHECK ((list = 'completed') = (proof IS NOT NULL)),
      CHECK (list <> 'error' OR error_class IS NOT NULL)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE evidence (
      key BLOB NOT NULL, ordinal INTEGER NOT NULL, side TEXT NOT NULL, origin TEXT NOT NULL,
      algorithm TEXT NOT NULL, value BLOB NOT NULL, part_count INTEGER, etag TEXT, version_id TEXT,
      size INTEGER NOT NULL, last_modified_at INTEGER, observed_at INTEGER NOT NULL,
      PRIMARY KEY (key, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE started (
      key BLOB PRIMARY KEY, destination_key BLOB NOT NULL, etag TEXT, version_id TEXT, size INTEGER NOT NULL,
      last_modified_at INTEGER, upload TEXT, started_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE reopened (
      key BLOB NOT NULL, attempts INTEGER NOT NULL, error_class TEXT NOT NULL, message TEXT NOT NULL,
      PRIMARY KEY (key, attempts)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sample (
      at INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, objects INTEGER NOT NULL
    ) STRICT;
    """

  private static let views = """
    CREATE VIEW objects AS
      SELECT s.key, hex(s.key) AS key_hex, s.size, s.etag, s.last_modified_at, s.storage_class,
        coalesce(o.list, 'pending') AS list, o.destination_key, o.proof, o.error_class, o.message, o.sent,
        o.attempts, o.bytes_sent, o.started_at, o.ended_at, o.destination_etag, o.destination_size
      FROM source_object s LEFT JOIN outcome o ON o.key = s.key;
    CREATE VIEW conservation AS
      SELECT count(*) AS total, sum(list = 'completed') AS completed, sum(list = 'error') AS error,
        sum(list = 'skipped') AS skipped, sum(list = 'pending') AS pending FROM objects;
    CREATE VIEW proofs AS
      SELECT proof, count(*) AS objects, sum(size) AS bytes FROM objects WHERE list = 'completed' GROUP BY proof;
    CREATE VIEW errors AS
      SELECT error_class, count(*) AS objects, sum(size) AS bytes, min(message) AS example
      FROM objects WHERE list = 'error' GROUP BY error_class;
    CREATE VIEW digests AS
      SELECT key, hex(key) AS key_hex, side, origin, algorithm, lower(hex(value)) AS value, part_count, etag, size,
        observed_at FROM evidence;
    """
}

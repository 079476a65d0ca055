extension LedgerSchema {
  /// The tables of version 1; `docs/ledger.md` says what every column means.
  static let version1Tables = [
    job, run, sample, listing, sourceObject, destinationObject, decision, started, outcome, openOutcome,
    evidence,
    written, change, changeByKey,
  ]

  private static let job = """
    CREATE TABLE job (
      id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL,
      source_kind TEXT NOT NULL, source_bucket TEXT NOT NULL, source_prefix TEXT NOT NULL,
      source_endpoint TEXT NOT NULL, source_region TEXT NOT NULL,
      destination_kind TEXT NOT NULL, destination_bucket TEXT NOT NULL, destination_prefix TEXT NOT NULL,
      destination_endpoint TEXT NOT NULL, destination_region TEXT NOT NULL
    ) STRICT
    """

  private static let run = """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY, command TEXT NOT NULL, tool_version TEXT NOT NULL,
      started_at INTEGER NOT NULL, ended_at INTEGER,
      state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'stopped')),
      message TEXT NOT NULL DEFAULT '', content_md5_honoured INTEGER
    ) STRICT
    """

  private static let sample = """
    CREATE TABLE sample (
      at INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, objects INTEGER NOT NULL
    ) STRICT
    """

  private static let listing = """
    CREATE TABLE listing (
      side TEXT NOT NULL PRIMARY KEY CHECK (side IN ('source', 'destination')),
      next TEXT, complete INTEGER NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL,
      duplicates INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let sourceObject = """
    CREATE TABLE source_object (
      key BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL CHECK (size >= 0),
      etag TEXT, modified_at INTEGER, storage_class TEXT, object_type TEXT
    ) STRICT, WITHOUT ROWID
    """

  private static let destinationObject = """
    CREATE TABLE destination_object (
      key BLOB NOT NULL PRIMARY KEY, size INTEGER NOT NULL CHECK (size >= 0),
      etag TEXT, modified_at INTEGER, storage_class TEXT, object_type TEXT
    ) STRICT, WITHOUT ROWID
    """

  // `IN` with more than two words would build a table of them for every row.

  private static let decision = """
    CREATE TABLE decision (
      key BLOB NOT NULL PRIMARY KEY REFERENCES source_object (key), destination_key BLOB NOT NULL,
      action TEXT NOT NULL
        CHECK (action = 'copy' OR action = 'compare' OR action = 'skip' OR action = 'refuse'),
      reason TEXT NOT NULL DEFAULT '', found INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let started = """
    CREATE TABLE started (
      key BLOB NOT NULL PRIMARY KEY REFERENCES source_object (key), destination_key BLOB NOT NULL,
      etag TEXT, version_id TEXT, size INTEGER NOT NULL, modified_at INTEGER,
      upload TEXT, started_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let outcome = """
    CREATE TABLE outcome (
      key BLOB NOT NULL PRIMARY KEY REFERENCES source_object (key), destination_key BLOB NOT NULL,
      list TEXT NOT NULL
        CHECK (list = 'completed' OR list = 'error' OR list = 'skipped' OR list = 'pending'),
      proof TEXT, proof_algorithm TEXT, error_class TEXT, message TEXT NOT NULL DEFAULT '',
      sent INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL, tries INTEGER NOT NULL,
      bytes_sent INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
      etag TEXT, version_id TEXT, size INTEGER, modified_at INTEGER,
      request_ids TEXT NOT NULL DEFAULT '', notes TEXT NOT NULL DEFAULT '',
      CHECK ((list = 'completed') = (proof IS NOT NULL AND proof <> 'size')),
      CHECK ((list = 'error') = (error_class IS NOT NULL))
    ) STRICT, WITHOUT ROWID
    """

  private static let openOutcome = """
    CREATE INDEX outcome_open ON outcome (list, key) WHERE list IN ('error', 'skipped', 'pending')
    """

  private static let evidence = """
    CREATE TABLE evidence (
      key BLOB NOT NULL REFERENCES source_object (key), ordinal INTEGER NOT NULL,
      side TEXT NOT NULL, origin TEXT NOT NULL, algorithm TEXT NOT NULL, value BLOB NOT NULL,
      part_count INTEGER, etag TEXT, version_id TEXT, size INTEGER NOT NULL, modified_at INTEGER,
      observed_at INTEGER NOT NULL, PRIMARY KEY (key, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  private static let written = """
    CREATE TABLE written (
      key BLOB NOT NULL REFERENCES source_object (key), attempt INTEGER NOT NULL,
      etag TEXT, version_id TEXT, size INTEGER NOT NULL, modified_at INTEGER, written_at INTEGER NOT NULL,
      PRIMARY KEY (key, attempt)
    ) STRICT, WITHOUT ROWID
    """

  private static let change = """
    CREATE TABLE change (
      id INTEGER PRIMARY KEY, key BLOB NOT NULL REFERENCES source_object (key), attempt INTEGER NOT NULL,
      from_list TEXT NOT NULL, to_list TEXT NOT NULL, reason TEXT NOT NULL CHECK (reason <> '')
    ) STRICT
    """

  private static let changeByKey = "CREATE INDEX change_key ON change (key)"
}

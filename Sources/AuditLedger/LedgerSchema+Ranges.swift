extension LedgerSchema {
  /// What version 3 adds so that a listing can be shared out among requests and taken up again at every page, and is
  /// known by what it is of where there is no job yet.
  static let version3Ranges = [
    "ALTER TABLE listing ADD COLUMN is_ordered INTEGER",
    "ALTER TABLE listing ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE listing ADD COLUMN tracks_changes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE listing ADD COLUMN kind TEXT",
    "ALTER TABLE listing ADD COLUMN bucket TEXT",
    "ALTER TABLE listing ADD COLUMN prefix BLOB",
    "ALTER TABLE listing ADD COLUMN endpoint TEXT",
    "ALTER TABLE listing ADD COLUMN region TEXT",
    listingRange, openRanges, rangeStarts, listingChange,
  ]

  /// A span of keys above `start` up to `until` below a prefix, or one level of its folders.
  private static let listingRange = """
    CREATE TABLE listing_range (
      id INTEGER PRIMARY KEY, side TEXT NOT NULL CHECK (side IN ('source', 'destination')),
      prefix BLOB NOT NULL, is_delimited INTEGER NOT NULL, start BLOB, until BLOB, next TEXT,
      first_key BLOB, last_key BLOB, beyond BLOB, is_done INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """

  private static let openRanges = """
    CREATE INDEX listing_range_open ON listing_range (side, prefix, start) WHERE is_done = 0
    """

  private static let rangeStarts = """
    CREATE INDEX listing_range_start ON listing_range (side, prefix, start) WHERE start IS NOT NULL
    """

  private static let listingChange = """
    CREATE TABLE listing_change (
      side TEXT NOT NULL CHECK (side IN ('source', 'destination')), key BLOB NOT NULL,
      listing INTEGER NOT NULL, what TEXT NOT NULL CHECK (what IN ('new', 'changed', 'gone')),
      PRIMARY KEY (side, key)
    ) STRICT, WITHOUT ROWID
    """
}

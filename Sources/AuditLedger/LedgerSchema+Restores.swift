extension LedgerSchema {
  /// What version 3 adds so that objects whose restore was asked for are taken up again by a later run.
  static let version3Restores = [restoreRequest]

  private static let restoreRequest = """
    CREATE TABLE restore_request (
      key BLOB NOT NULL PRIMARY KEY REFERENCES source_object (key), days INTEGER NOT NULL,
      asked_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """
}

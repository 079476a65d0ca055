extension LedgerSchema {
  /// What version 3 adds so that the ledger says which reports were written of it.
  static let version3Seals = [seal, seals]

  private static let seal = """
    CREATE TABLE seal (
      id INTEGER PRIMARY KEY, run INTEGER NOT NULL, root BLOB NOT NULL, seal_sha256 BLOB NOT NULL,
      objects INTEGER NOT NULL, signed INTEGER NOT NULL, UNIQUE (root, seal_sha256, signed)
    ) STRICT
    """

  private static let seals = """
    CREATE VIEW seals AS
    SELECT id, run, lower(hex(root)) AS root, lower(hex(seal_sha256)) AS seal_sha256, objects, signed FROM seal
    """
}

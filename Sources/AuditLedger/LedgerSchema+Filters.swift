extension LedgerSchema {
  /// What version 3 adds so that filters leave keys out by name, and later filters can take them in again.
  static let version3Filters = [
    runFilter, "ALTER TABLE decision ADD COLUMN filter_run INTEGER REFERENCES run (id)", filteredDecisions,
    recountDecision,
    "ALTER TABLE audit ADD COLUMN filters TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE audit ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE audit ADD COLUMN excluded_extra INTEGER NOT NULL DEFAULT 0",
    filters,
  ]

  private static let runFilter = """
    CREATE TABLE run_filter (
      run INTEGER NOT NULL REFERENCES run (id), ordinal INTEGER NOT NULL,
      option TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  private static let filteredDecisions = """
    CREATE INDEX decision_filtered ON decision (key) WHERE filter_run IS NOT NULL
    """

  /// Decisions change where other filters come; their counts follow.
  private static let recountDecision = """
    CREATE TRIGGER decision_recounted AFTER UPDATE OF action, found ON decision BEGIN
      UPDATE decision_count SET objects = objects - 1, found = found - OLD.found WHERE action = OLD.action;
      INSERT INTO decision_count VALUES (NEW.action, 1, NEW.found)
      ON CONFLICT DO UPDATE SET objects = objects + 1, found = found + excluded.found;
    END
    """

  private static let filters = """
    CREATE VIEW filters AS
    SELECT run.id AS run, run.command AS command, run_filter.ordinal AS ordinal,
      run_filter.option AS option, run_filter.value AS value
    FROM run_filter JOIN run ON run.id = run_filter.run
    """
}

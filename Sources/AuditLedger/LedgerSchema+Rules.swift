extension LedgerSchema {
  /// Counts that move with the rows in the same transaction, so that a tally of millions costs nothing.
  static let version1Counters = [
    outcomeCount, decisionCount, countOutcome, recountOutcome, countDecision,
  ]

  /// Rules that hold whoever writes: a completed row changes only with a reason, and no outcome is deleted.
  static let version1Guards = [keepCompleted, keepOutcomes]

  private static let outcomeCount = """
    CREATE TABLE outcome_count (
      list TEXT NOT NULL, proof TEXT NOT NULL, error_class TEXT NOT NULL, sent INTEGER NOT NULL,
      objects INTEGER NOT NULL, bytes INTEGER NOT NULL, bytes_sent INTEGER NOT NULL,
      PRIMARY KEY (list, proof, error_class, sent)
    ) STRICT, WITHOUT ROWID
    """

  private static let decisionCount = """
    CREATE TABLE decision_count (
      action TEXT NOT NULL PRIMARY KEY, objects INTEGER NOT NULL, found INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    """

  private static let countOutcome = """
    CREATE TRIGGER outcome_counted AFTER INSERT ON outcome BEGIN
      INSERT INTO outcome_count VALUES (
        NEW.list, ifnull(NEW.proof, ''), ifnull(NEW.error_class, ''), NEW.sent, 1,
        (SELECT size FROM source_object WHERE key = NEW.key), NEW.bytes_sent)
      ON CONFLICT DO UPDATE SET objects = objects + 1, bytes = bytes + excluded.bytes,
        bytes_sent = bytes_sent + excluded.bytes_sent;
    END
    """

  private static let recountOutcome = """
    CREATE TRIGGER outcome_recounted AFTER UPDATE ON outcome BEGIN
      UPDATE outcome_count SET objects = objects - 1,
        bytes = bytes - (SELECT size FROM source_object WHERE key = OLD.key),
        bytes_sent = bytes_sent - OLD.bytes_sent
      WHERE list = OLD.list AND proof = ifnull(OLD.proof, '')
        AND error_class = ifnull(OLD.error_class, '') AND sent = OLD.sent;
      INSERT INTO outcome_count VALUES (
        NEW.list, ifnull(NEW.proof, ''), ifnull(NEW.error_class, ''), NEW.sent, 1,
        (SELECT size FROM source_object WHERE key = NEW.key), NEW.bytes_sent)
      ON CONFLICT DO UPDATE SET objects = objects + 1, bytes = bytes + excluded.bytes,
        bytes_sent = bytes_sent + excluded.bytes_sent;
    END
    """

  private static let countDecision = """
    CREATE TRIGGER decision_counted AFTER INSERT ON decision BEGIN
      INSERT INTO decision_count VALUES (NEW.action, 1, NEW.found)
      ON CONFLICT DO UPDATE SET objects = objects + 1, found = found + excluded.found;
    END
    """

  private static let keepCompleted = """
    CREATE TRIGGER outcome_kept BEFORE UPDATE ON outcome
    WHEN OLD.list = 'completed' AND NEW.list <> 'completed' AND NOT EXISTS (
      SELECT 1 FROM change
      WHERE key = OLD.key AND attempt = OLD.attempts AND from_list = 'completed' AND to_list = NEW.list)
    BEGIN SELECT raise(ABORT, 'a completed row changes only with a reason in the table change'); END
    """

  private static let keepOutcomes = """
    CREATE TRIGGER outcome_undeleted BEFORE DELETE ON outcome
    BEGIN SELECT raise(ABORT, 'an outcome is never deleted'); END
    """
}

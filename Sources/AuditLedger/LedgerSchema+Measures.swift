extension LedgerSchema {
  /// What version 3 adds so that reports tell what was asked of the stores, how long it took, and with which settings.
  static let version3Measures = [
    "ALTER TABLE sample ADD COLUMN in_flight INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sample ADD COLUMN retries INTEGER NOT NULL DEFAULT 0",
    requestStep, runSetting, requests, latencies, settings, throughput,
  ]

  private static let requestStep = """
    CREATE TABLE request_step (
      run INTEGER NOT NULL REFERENCES run (id), side TEXT NOT NULL, operation TEXT NOT NULL, code TEXT NOT NULL,
      up_to INTEGER NOT NULL, requests INTEGER NOT NULL, PRIMARY KEY (run, side, operation, code, up_to)
    ) STRICT, WITHOUT ROWID
    """

  private static let runSetting = """
    CREATE TABLE run_setting (
      run INTEGER NOT NULL REFERENCES run (id), ordinal INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
      PRIMARY KEY (run, ordinal)
    ) STRICT, WITHOUT ROWID
    """

  private static let requests = """
    CREATE VIEW requests AS
    SELECT run, side, operation, code, sum(requests) AS requests FROM request_step
    GROUP BY run, side, operation, code
    """

  private static let latencies = """
    CREATE VIEW latencies AS
    SELECT run, side, operation, code, up_to AS up_to_microseconds, requests FROM request_step
    """

  private static let settings = """
    CREATE VIEW settings AS
    SELECT run.id AS run, run.command AS command, run_setting.name AS name, run_setting.value AS value
    FROM run_setting JOIN run ON run.id = run_setting.run ORDER BY run_setting.run, run_setting.ordinal
    """

  private static let throughput = """
    CREATE VIEW throughput AS
    SELECT \(utc("at")) AS second, bytes, objects, in_flight, retries FROM sample
    """
}

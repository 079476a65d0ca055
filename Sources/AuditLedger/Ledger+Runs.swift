import GRDB
public import ObjectStorage

extension Ledger {
  /// Begins a run; a run that a killed process left open is closed as stopped.
  public func beginRun(
    command: String, toolVersion: String, at: Timestamp
  ) async throws(LedgerError) -> RunRecord {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.closeLeftRuns)
      try db.execute(
        sql: Self.insertRun, arguments: [command, toolVersion, at.millisecondsSinceEpoch])
      return RunRecord(
        id: db.lastInsertedRowID, command: command, toolVersion: toolVersion, startedAt: at)
    }
  }

  /// Writes down, as soon as it is known, whether the destination of a run refuses a false `Content-MD5`.
  public func record(contentMD5Honoured: Bool, of run: Int64) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateHonoured, arguments: [contentMD5Honoured, run])
    }
  }

  /// Ends a run; `state` is `finished` or `stopped`.
  public func endRun(
    _ id: Int64, state: RunRecord.State, message: String, contentMD5Honoured: Bool?, at: Timestamp
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(
        sql: Self.updateRun,
        arguments: [at.millisecondsSinceEpoch, state.rawValue, message, contentMD5Honoured, id])
    }
  }

  /// Every run, oldest first.
  public func runs() async throws(LedgerError) -> [RunRecord] {
    try await reader.perform { db in
      try Row.fetchAll(db, sql: Self.readRuns).map { row in
        let ended: Int64? = row[4]
        return RunRecord(
          id: row[0], command: row[1], toolVersion: row[2],
          startedAt: Timestamp(millisecondsSinceEpoch: row[3]),
          endedAt: ended.map { Timestamp(millisecondsSinceEpoch: $0) },
          state: RunRecord.State(rawValue: row[5]) ?? .stopped, message: row[6], contentMD5Honoured: row[7])
      }
    }
  }

  /// Adds what moved in some seconds; samples of the same second add up.
  public func record(_ samples: [ThroughputSample]) async throws(LedgerError) {
    guard !samples.isEmpty else { return }
    try await writing().connection.write(durable: false) { db in
      for sample in samples {
        try db.execute(
          sql: Self.addSample,
          arguments: [
            sample.at.millisecondsSinceEpoch, sample.bytes, sample.objects, sample.inFlight, sample.retries,
          ])
      }
    }
  }

  /// Every sample, oldest first.
  public func samples() async throws(LedgerError) -> [ThroughputSample] {
    try await reader.perform { db in
      try Row.fetchAll(db, sql: Self.readSamples).map { row in
        ThroughputSample(
          at: Timestamp(millisecondsSinceEpoch: row[0]), bytes: row[1], objects: row[2], inFlight: row[3],
          retries: row[4])
      }
    }
  }

  private static let closeLeftRuns = """
    UPDATE run SET state = 'stopped', message = 'the process ended without closing the run'
    WHERE state = 'running'
    """
  private static let insertRun = """
    INSERT INTO run (command, tool_version, started_at, state) VALUES (?, ?, ?, 'running')
    """
  private static let updateRun = """
    UPDATE run SET ended_at = ?, state = ?, message = ?,
      content_md5_honoured = ifnull(?, content_md5_honoured) WHERE id = ?
    """
  private static let updateHonoured = "UPDATE run SET content_md5_honoured = ? WHERE id = ?"
  private static let readRuns = """
    SELECT id, command, tool_version, started_at, ended_at, state, message, content_md5_honoured
    FROM run ORDER BY id
    """
  private static let addSample = """
    INSERT INTO sample (at, bytes, objects, in_flight, retries) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (at) DO UPDATE SET bytes = bytes + excluded.bytes, objects = objects + excluded.objects,
      in_flight = max(in_flight, excluded.in_flight), retries = retries + excluded.retries
    """
  private static let readSamples = "SELECT at, bytes, objects, in_flight, retries FROM sample ORDER BY at"
}

extension Ledger {
  /// Whether a process of this machine that wrote the ledger is still there; says nothing of other machines.
  ///
  /// A run that is marked as running and whose process is gone was killed.
  public var writerIsAlive: Bool { LedgerLock.isHolderAlive(ledgerPath: path) }
}

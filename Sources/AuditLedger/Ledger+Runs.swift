import Foundation
import GRDB
public import ObjectStorage

extension Ledger {
  /// What this ledger is about; nil while it is new.
  public func job() async throws(LedgerError) -> JobSettings? {
    try await read { db in try Self.job(db) }
  }

  /// Fixes what a new ledger is about; throws `other-job` where it is about something else.
  public func establish(_ job: JobSettings) async throws(LedgerError) {
    let path = self.path
    try await write { db in
      guard let known = try Self.job(db) else {
        let settings = String(decoding: try JSONEncoder().encode(job), as: UTF8.self)
        try db.execute(sql: "INSERT INTO job (id, settings) VALUES (1, ?)", arguments: [settings])
        return
      }
      guard known.source == job.source, known.destination == job.destination else {
        throw LedgerError(
          .otherJob,
          "the ledger \(path) is about \(known.source.url) (\(known.source.endpoint)) to \(known.destination.url) "
            + "(\(known.destination.endpoint)); name another file with --ledger for another job")
      }
    }
  }

  private static func job(_ db: Database) throws -> JobSettings? {
    guard let text = try String.fetchOne(db, sql: "SELECT settings FROM job") else { return nil }
    return try JSONDecoder().decode(JobSettings.self, from: Data(text.utf8))
  }

  public func beginRun(
    command: String, toolVersion: String, at startedAt: Timestamp
  ) async throws(LedgerError) -> RunRecord {
    try await write { db in
      // A run that is still called running was killed: the lock says that nobody else is.
      try db.execute(sql: "UPDATE run SET state = 'stopped', message = 'killed' WHERE state = 'running'")
      try db.execute(
        sql:
          "INSERT INTO run (command, tool_version, started_at, state, message) VALUES (?, ?, ?, 'running', '')",
        arguments: [command, toolVersion, startedAt.millisecondsSinceEpoch])
      return RunRecord(
        id: db.lastInsertedRowID, command: command, toolVersion: toolVersion, startedAt: startedAt)
    }
  }

  public func endRun(
    _ id: Int64, state: RunRecord.State, message: String, contentMD5Honoured: Bool?, at endedAt: Timestamp
  ) async throws(LedgerError) {
    try await write { db in
      try db.execute(
        sql: "UPDATE run SET state = ?, message = ?, content_md5_honoured = ?, ended_at = ? WHERE id = ?",
        arguments: [state.rawValue, message, contentMD5Honoured, endedAt.millisecondsSinceEpoch, id])
    }
  }

  /// All runs, oldest first.
  public func runs() async throws(LedgerError) -> [RunRecord] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM run ORDER BY id").map { row in
        RunRecord(
          id: row["id"], command: row["command"], toolVersion: row["tool_version"],
          startedAt: Timestamp(millisecondsSinceEpoch: row["started_at"]),
          endedAt: timestamp(row["ended_at"]), state: RunRecord.State(rawValue: row["state"]) ?? .stopped,
          message: row["message"], contentMD5Honoured: row["content_md5_honoured"])
      }
    }
  }

  /// Adds what moved in a second; samples of one second add up.
  public func record(_ sample: ThroughputSample) async throws(LedgerError) {
    try await write { db in
      try db.execute(
        sql: """
          INSERT INTO sample (at, bytes, objects) VALUES (?, ?, ?)
          ON CONFLICT (at) DO UPDATE SET bytes = bytes + excluded.bytes, objects = objects + excluded.objects
          """,
        arguments: [sample.at.millisecondsSinceEpoch, sample.bytes, sample.objects])
    }
  }

  /// What moved in each second that something moved in, oldest first.
  public func samples() async throws(LedgerError) -> [ThroughputSample] {
    try await read { db in
      try Row.fetchAll(db, sql: "SELECT at, bytes, objects FROM sample ORDER BY at").map { row in
        ThroughputSample(
          at: Timestamp(millisecondsSinceEpoch: row["at"]), bytes: row["bytes"], objects: row["objects"])
      }
    }
  }
}

func timestamp(_ milliseconds: Int64?) -> Timestamp? {
  milliseconds.map { Timestamp(millisecondsSinceEpoch: $0) }
}

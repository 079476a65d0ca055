import GRDB
import ObjectStorage

extension Ledger {
  /// What the ledger is about; nil on a new one.
  public func job() async throws(LedgerError) -> JobSettings? {
    try await reader.perform { db in try Self.job(on: db) }
  }

  /// Sets what a new ledger is about.
  ///
  /// On a ledger that has a job it changes nothing, and throws `other-job` where source or destination differ;
  /// the first name stays. A side that was listed before must be the job's.
  public func establish(_ job: JobSettings) async throws(LedgerError) {
    let path = self.path
    try await writing().connection.write(durable: true) { db in
      let present = try Self.job(on: db)
      for side in Side.allCases {
        if let old = present?.side(side), old != job.side(side) {
          throw Self.otherJob(side, Self.shown(old), job.side(side), path)
        }
        try Self.checkListedPlace(side, fits: job.side(side), path: path, on: db)
      }
      if present == nil { try Self.insert(job, on: db) }
    }
  }

  static func otherJob(_ side: Side, _ old: String, _ new: JobSide, _ path: String) -> LedgerError {
    LedgerError(
      .otherJob,
      "the ledger \(path) belongs to the \(side.rawValue) \(old), not \(shown(new)); name another file for this job"
    )
  }

  static func shown(_ side: JobSide) -> String {
    shownSafely("\(side.url)\(side.endpoint.isEmpty ? "" : " at \(side.endpoint)")")
      + (side.region.isEmpty ? "" : shownSafely(" in \(side.region)"))
  }

  static func job(on db: Database) throws -> JobSettings? {
    guard let row = try Row.fetchOne(db, sql: readJob) else { return nil }
    return JobSettings(
      name: row[0], source: try side(row, from: 1), destination: try side(row, from: 6))
  }

  private static func side(_ row: Row, from column: Int) throws -> JobSide {
    let kind: String = row[column]
    guard let known = StoreLocation.Kind(rawValue: kind) else { throw unknownKind(kind) }
    return JobSide(
      kind: known, bucket: row[column + 1], prefix: row[column + 2], endpoint: row[column + 3],
      region: row[column + 4])
  }

  static func unknownKind(_ word: String) -> LedgerError {
    LedgerError(.corrupt, "the ledger names an unknown kind of store, \(shownSafely(word)); restore a copy")
  }

  private static func insert(_ job: JobSettings, on db: Database) throws {
    let sides = [job.source, job.destination].flatMap {
      [$0.kind.rawValue, $0.bucket, $0.prefix, $0.endpoint, $0.region]
    }
    try db.execute(sql: insertJob, arguments: StatementArguments([job.name] + sides))
  }

  private static let readJob = """
    SELECT name, source_kind, source_bucket, source_prefix, source_endpoint, source_region,
      destination_kind, destination_bucket, destination_prefix, destination_endpoint, destination_region
    FROM job
    """
  private static let insertJob = "INSERT INTO job VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)"
}

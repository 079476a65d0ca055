import GRDB

extension Ledger {
  /// Runs one query of somebody else on a connection that cannot write, and gives its rows one by one.
  ///
  /// `row` ends it by returning false; a cancelled task ends it with `interrupted`. Throws `refused-query` for
  /// what is not exactly one statement that reads, before anything is given.
  public func query(
    _ sql: String, columns: @escaping @Sendable ([String]) -> Void,
    row: @escaping @Sendable ([QueryValue]) -> Bool
  ) async throws(LedgerError) {
    let connection = try await queryConnection()
    let stop = StopRequest()
    let result: Result<Void, LedgerError> = await withTaskCancellationHandler {
      do throws(LedgerError) {
        try await connection.perform { db in try Self.query(sql, columns, row, stop, on: db) }
        return .success(())
      } catch {
        return .failure(error)
      }
    } onCancel: {
      stop.make()
    }
    await connection.close()
    try result.get()
  }

  private static func query(
    _ sql: String, _ columns: ([String]) -> Void, _ row: ([QueryValue]) -> Bool, _ stop: StopRequest,
    on db: Database
  ) throws {
    guard let handle = db.sqliteConnection else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed")
    }
    try db.execute(sql: queryOnly)
    stop.watch(handle)
    defer { stop.release(handle) }
    let statement = try QueryStatement(sql, on: handle)
    columns(statement.columns)
    while !stop.isMade {
      guard let values = try statement.next() else { return }
      guard row(values) else { return }
    }
    throw LedgerError(.interrupted, "the query was stopped")
  }

  /// Queries that show how the views are used.
  public static let queryExamples = (
    errors: "SELECT error_class, count(*) FROM errors GROUP BY error_class",
    sizes: "SELECT key_text, size FROM objects WHERE list = 'error'"
  )

  /// The public views, by name.
  public func views() async throws(LedgerError) -> [LedgerView] {
    try await reader.perform { db in
      try String.fetchAll(db, sql: Self.readViews).map { name in
        LedgerView(
          name: name, meaning: LedgerSchema.viewMeanings[name] ?? "",
          columns: try String.fetchAll(db, sql: Self.readViewColumns, arguments: [name]))
      }
    }
  }

  private func queryConnection() async throws(LedgerError) -> LedgerConnection {
    do { return try LedgerConnection.reader(path) } catch { throw LedgerError(error, path: path) }
  }

  private static let queryOnly = "PRAGMA query_only = 1"
  private static let readViews = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
  private static let readViewColumns = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
}

extension LedgerSchema {
  /// What every view shows; the columns are described in `docs/ledger.md`.
  static let viewMeanings = [
    "audits": "one row a verification: what it was asked for, and its counts",
    "conservation": "the law total = completed + error + skipped + pending, each counted from its own rows",
    "digests": "one row a digest: the evidence of every key's latest attempt",
    "errors": "one row a key of the error list, with its class and message",
    "extras": "keys that only the destination has, as the latest verification found them",
    "relistings": "keys that a second listing found new, changed or gone",
    "filters": "the filters of every run that had any, as they bind",
    "imported_digests": "digests that somebody else computed and that were taken in",
    "inventories":
      "one row a side that was listed: what is listed, its counts, and where the listing is from",
    "latencies": "how long requests took: how many of a kind did not take longer than a step's end",
    "lists": "objects and bytes of each list",
    "objects": "one row a key of the source: where it stands, its proof or its error",
    "proofs": "completed objects and bytes by proof and algorithm",
    "requests": "what every run asked of either side, and how it was answered",
    "settings": "with which settings every run went",
    "throughput": "what came from the source in every second, and what ended in it",
    "seals": "one row a report that was written: what it was sealed with",
    "versions": "every version of a key and every mark of deletion, where they were listed",
  ]
}

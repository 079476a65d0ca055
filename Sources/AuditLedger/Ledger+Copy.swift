import GRDB
public import ObjectStorage

extension Ledger {
  /// Keys after another one that wait to be copied or compared, in key order, with what earlier attempts left.
  public func work(after: ObjectKey?, limit: Int) async throws(LedgerError) -> [WorkItem] {
    try await reader.perform { db in
      let isFirst = try !Self.hasEarlier(after, on: db)
      let columns = isFirst ? Self.firstWork : Self.workColumns
      let statement = try PreparedStatement(kept: Self.work(columns, isAfter: after != nil), on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(Int64(limit), at: 2)
      var items: [WorkItem] = []
      while try statement.step() {
        items.append(isFirst ? Self.firstItem(statement) : Self.workItem(statement))
      }
      return items
    }
  }

  /// Records that a transfer begins; on the disk before this returns.
  public func record(_ started: StartedTransfer) async throws(LedgerError) {
    try await writing().group.commit(.started(started))
  }

  /// Records how a key ended, with all that was seen; on the disk before this returns.
  ///
  /// It ends the started transfer of the key and replaces the evidence of the attempt before. Attempts, tries and
  /// bytes sent add up. Concurrent callers share a commit. A completed key that ends otherwise later keeps
  /// the reason in the table `change`.
  public func record(_ outcome: ObjectOutcome) async throws(LedgerError) {
    try await writing().group.commit(.outcome(EndedObject(outcome)))
  }

  /// The same for a caller who can wait: it shares the commit of all that end within some milliseconds, unless it is
  /// said to be the last of all.
  public func recordInTime(_ outcome: ObjectOutcome, isLast: Bool = false) async throws(LedgerError) {
    try await writing().group.commit(.outcome(EndedObject(outcome)), canWait: !isLast)
  }

  /// The same for a caller that does not wait: `done` is called, on any thread, once the outcome is on the disk or
  /// cannot come there.
  public func recordInTime(
    _ object: EndedObject, isLast: Bool, _ done: @escaping @Sendable (Result<Void, LedgerError>) -> Void
  ) {
    do throws(LedgerError) {
      try writing().group.commit(.outcome(object), canWait: !isLast, done)
    } catch {
      done(.failure(error))
    }
  }

  /// Takes a started transfer back, after its upload was aborted.
  public func forget(_ started: StartedTransfer) async throws(LedgerError) {
    try await writing().group.commit(.forgotten(started))
  }

  /// Makes the keys of the error list pending again, all but those that the plan refused; returns how many.
  ///
  /// Attempts and evidence stay, and the error goes into the table `change`.
  public func reopenErrors() async throws(LedgerError) -> Int64 {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.keepReopenedErrors)
      try db.execute(sql: Self.reopen)
      return Int64(db.changesCount)
    }
  }

  /// Whether earlier attempts left something of the keys that follow.
  ///
  /// Keys are worked in their order, so in a first run none did, and four tables need not be looked into for each.
  private static func hasEarlier(_ after: ObjectKey?, on db: Database) throws -> Bool {
    let statement = try PreparedStatement(kept: readEarlier, on: db)
    try statement.bind(after?.bytes ?? [], at: 1)
    try statement.bind(after == nil ? 1 : 0, at: 2)
    return try statement.step() && statement.integer(0) != 0
  }

  private static func firstItem(_ statement: PreparedStatement) -> WorkItem {
    WorkItem(
      source: statement.listedObject(from: 0), destinationKey: statement.key(6),
      action: statement.text(7) == DecisionAction.compare.name ? .compare : .copy,
      hasChanged: statement.integer(8) != 0, isFirst: true)
  }

  private static func workItem(_ statement: PreparedStatement) -> WorkItem {
    let source = statement.listedObject(from: 0)
    return WorkItem(
      source: source, destinationKey: statement.key(6),
      action: statement.text(7) == DecisionAction.compare.name ? .compare : .copy,
      started: started(statement, key: source.key, from: 8), written: statement.writtenCopy(from: 17),
      hasChanged: statement.integer(22) != 0)
  }

  /// Reads destination key, source generation, upload, time, cut and others from nine columns in a row.
  static func started(
    _ statement: PreparedStatement, key: ObjectKey, from column: Int32
  ) -> StartedTransfer? {
    guard let source = statement.generation(from: column + 1), let startedAt = statement.timestamp(column + 6)
    else { return nil }
    return StartedTransfer(
      key: key, destinationKey: statement.key(column), source: source,
      upload: statement.text(column + 5).map { UploadID($0) }, startedAt: startedAt,
      cut: statement.text(column + 7),
      others: statement.text(column + 8).map { text in splitLines(text).map { UploadID($0) } })
  }

  private static let workColumns = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      decision.destination_key, decision.action,
      started.destination_key, started.etag, started.version_id, started.size, started.modified_at,
      started.upload, started.started_at, started.cut, started.others,
      written.etag, written.version_id, written.size, written.modified_at, written.content_md5_checked,
      decision.changed
    FROM decision CROSS JOIN source_object AS source ON source.key = decision.key
    LEFT JOIN outcome ON outcome.key = decision.key
    LEFT JOIN started ON started.key = decision.key
    LEFT JOIN written ON written.key = decision.key
      AND written.attempt = (SELECT max(attempt) FROM written WHERE key = decision.key)
    WHERE decision.action IN ('copy', 'compare') AND (outcome.key IS NULL OR outcome.list = 'pending')
    """
  private static let firstWork = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      decision.destination_key, decision.action, decision.changed
    FROM decision CROSS JOIN source_object AS source ON source.key = decision.key
    WHERE decision.action IN ('copy', 'compare')
    """
  private static let readEarlier = """
    SELECT EXISTS (SELECT 1 FROM outcome WHERE key >= ?1 AND (?2 OR key > ?1))
      OR EXISTS (SELECT 1 FROM started WHERE key >= ?1 AND (?2 OR key > ?1))
      OR EXISTS (SELECT 1 FROM written WHERE key >= ?1 AND (?2 OR key > ?1))
    """
  private static func work(_ columns: String, isAfter: Bool) -> String {
    "\(columns) AND decision.key \(isAfter ? ">" : ">=") ?1 ORDER BY decision.key LIMIT ?2"
  }
  static let readWork = work(workColumns, isAfter: true)
  static let readFirstWork = work(firstWork, isAfter: true)
  static let keepReopenedErrors = """
    INSERT INTO change (key, attempt, from_list, to_list, reason)
    SELECT outcome.key, outcome.attempts, 'error', 'pending', outcome.error_class || ': ' || outcome.message
    FROM outcome JOIN decision ON decision.key = outcome.key
    WHERE outcome.list = 'error' AND decision.action IN ('copy', 'compare')
    """
  static let reopen = """
    UPDATE outcome SET list = 'pending', error_class = NULL, message = ''
    WHERE list = 'error'
      AND (SELECT action FROM decision WHERE decision.key = outcome.key) IN ('copy', 'compare')
    """
}

import GRDB

extension Ledger {
  /// The counts of the job, from counters that move with the rows: the same cost for ten keys and ten millions.
  public func tally() async throws(LedgerError) -> Tally {
    try await reader.perform { db in
      let isOurs = try Self.beginReading(db)
      defer { if isOurs { Self.endReading(db) } }
      var tally = try Self.inventoryTally(on: db)
      for row in try Row.fetchAll(db, sql: Self.readOutcomeCounts) { try tally.add(row) }
      tally.pending = tally.total - tally.completed - tally.error - tally.skipped
      return tally
    }
  }

  /// Counts everything again from the rows themselves, for the check of the conservation law.
  ///
  /// `total` comes from the inventory, `completed`, `error` and `skipped` from the outcomes, and `pending` from
  /// the keys without one, so that the sum can fail. A sound ledger gives what `tally()` gives, in about a second a
  /// million rows; duplicates and extra keys are taken from there.
  public func recount() async throws(LedgerError) -> Tally {
    try await reader.perform { db in
      let isOurs = try Self.beginReading(db)
      defer { if isOurs { Self.endReading(db) } }
      var tally = Tally()
      let counters = try Self.inventoryTally(on: db)
      (tally.duplicates, tally.extra) = (counters.duplicates, counters.extra)
      for row in try Row.fetchAll(db, sql: Self.countOutcomes) { try tally.add(row) }
      if let row = try Row.fetchOne(db, sql: Self.readConservation) {
        (tally.total, tally.pending, tally.bytesTotal) = (row[0], row[1], row[2])
      }
      return tally
    }
  }

  static let begin = "BEGIN DEFERRED"
  static let end = "COMMIT"

  /// Begins a transaction that reads; false where one is open already, as in a snapshot.
  static func beginReading(_ db: Database) throws -> Bool {
    guard !db.isInsideTransaction else { return false }
    try db.execute(sql: begin)
    return true
  }

  static func endReading(_ db: Database) {
    // A read transaction has nothing to lose; where SQLite ended it already there is none.
    try? db.execute(sql: end)
  }

  private static func inventoryTally(on db: Database) throws -> Tally {
    var tally = Tally()
    for row in try Row.fetchAll(db, sql: readListings) {
      tally.duplicates += row[3] as Int64
      guard row[0] as String == Side.source.rawValue else { continue }
      tally.total = row[1]
      tally.bytesTotal = row[2]
    }
    if let audited = try Int64.fetchOne(db, sql: readAuditedExtra) {
      tally.extra = audited
    } else if let row = try Row.fetchOne(db, sql: readExtra), row[0] as Int64 == tally.total {
      tally.extra = row[1]
    }
    return tally
  }

  private static let readListings = "SELECT side, objects, bytes, duplicates FROM listing"
  private static let readOutcomeCounts = """
    SELECT list, proof, error_class, sent, objects, bytes, bytes_sent FROM outcome_count WHERE objects > 0
    """
  /// Decisions, and the keys of the destination's inventory that none of them names.
  private static let readExtra = """
    SELECT (SELECT ifnull(sum(objects), 0) FROM decision_count),
      (SELECT ifnull(sum(objects), 0) FROM listing WHERE side = 'destination')
      - (SELECT count(*) FROM listing_change WHERE side = 'destination' AND what = 'gone')
      - (SELECT ifnull(sum(found), 0) FROM decision_count)
    """
  /// What the latest audit counted; no row where there was none.
  private static let readAuditedExtra = """
    SELECT (SELECT count(*) FROM extra_object) FROM audit WHERE ended_at IS NOT NULL LIMIT 1
    """
  private static let countOutcomes = """
    SELECT outcome.list, ifnull(outcome.proof, ''), ifnull(outcome.error_class, ''), outcome.sent,
      count(*), sum(source.size), sum(outcome.bytes_sent)
    FROM outcome CROSS JOIN source_object AS source ON source.key = outcome.key GROUP BY 1, 2, 3, 4
    """
  private static let readConservation = """
    SELECT total, pending, (SELECT ifnull(sum(size), 0) FROM source_object) FROM conservation
    """
}

extension Tally {
  /// Adds a row of the outcome counts; throws `corrupt` for words of no known set.
  fileprivate mutating func add(_ row: Row) throws {
    let objects: Int64 = row[4]
    bytesSent += row[6] as Int64
    if row[0] as String != ListName.pending.rawValue { bytesEnded += row[5] as Int64 }
    switch ListName(rawValue: row[0]) {
    case .completed:
      guard let proof = Proof(rawValue: row[1]) else { throw Self.unknown(row[1]) }
      completed += objects
      bytesCompleted += row[5] as Int64
      proofs[proof, default: 0] += objects
      if row[3] as Int64 == 0 { foundEqual += objects }
    case .error:
      guard let errorClass = ErrorClass(rawValue: row[2]) else { throw Self.unknown(row[2]) }
      error += objects
      errors[errorClass, default: 0] += objects
    case .skipped: skipped += objects
    case .pending: break
    case nil: throw Self.unknown(row[0])
    }
  }

  private static func unknown(_ word: String) -> LedgerError {
    LedgerError(.corrupt, "the ledger counts under an unknown word, \(word); restore a copy")
  }
}

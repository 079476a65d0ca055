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

  static func inventoryTally(on db: Database) throws -> Tally {
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
}

extension Tally {
  /// Adds a row of the outcome counts; throws `corrupt` for words of no known set.
  fileprivate mutating func add(_ row: Row) throws {
    guard let list = ListName(rawValue: row[0]) else { throw Self.unknown(row[0]) }
    let (proof, errorClass): (String, String) = (row[1], row[2])
    try add(
      OutcomeKind(
        list: list, proof: try Self.word(proof), errorClass: try Self.word(errorClass),
        isSent: row[3] as Int64 != 0),
      OutcomeSum(objects: row[4], bytes: row[5], bytesSent: row[6]))
  }

  /// Nil for the empty text.
  private static func word<Word: LedgerWord>(_ text: String) throws -> Word? {
    guard !text.isEmpty else { return nil }
    guard let word = Word(rawValue: text) else { throw unknown(text) }
    return word
  }

  private static func unknown(_ word: String) -> LedgerError {
    LedgerError(.corrupt, "the ledger counts under an unknown word, \(word); restore a copy")
  }
}

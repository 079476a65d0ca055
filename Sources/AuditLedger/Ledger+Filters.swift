import GRDB
public import ObjectStorage

/// A key that the filters of a run leave out.
public struct Exclusion: Hashable, Sendable {
  public var key: ObjectKey
  public var destinationKey: ObjectKey
  /// Names the rule.
  public var reason: String

  public init(key: ObjectKey, destinationKey: ObjectKey, reason: String) {
    self.key = key
    self.destinationKey = destinationKey
    self.reason = reason
  }
}

extension Ledger {
  /// Writes down the filters of a run, as they bind.
  public func record(_ rules: [ObjectFilter.Rule], of run: Int64) async throws(LedgerError) {
    guard !rules.isEmpty else { return }
    try await writing().connection.write(durable: true) { db in
      for (ordinal, rule) in rules.enumerated() {
        try db.execute(
          sql: Self.insertRunFilter, arguments: [run, ordinal, rule.option.rawValue, rule.value])
      }
    }
  }

  /// The filters of every run that had any, by the run's number.
  public func filters() async throws(LedgerError) -> [Int64: [ObjectFilter.Rule]] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readRunFilters, on: db)
      var filters: [Int64: [ObjectFilter.Rule]] = [:]
      while try statement.step() {
        let option = try statement.word(1, ObjectFilter.Option.self)
        filters[statement.integer(0), default: []].append(
          ObjectFilter.Rule(option, statement.text(2) ?? ""))
      }
      return filters
    }
  }

  /// Puts keys into the skipped list, all or none: keys that have no list yet, or that filters left out before.
  ///
  /// Keys that ended otherwise stay as they are. An audit counts them, and does not come to them again; `standing`
  /// names keys that it leaves out and that keep their list.
  public func exclude(
    _ exclusions: [Exclusion], standing: [ObjectKey] = [], run: Int64, audit: Int64 = 0, at: Timestamp
  ) async throws(LedgerError) {
    guard !exclusions.isEmpty || !standing.isEmpty else { return }
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(Self.decideToSkip, on: db)
      let outcome = try PreparedStatement(Self.skip, on: db)
      let before = try PreparedStatement(Self.readBefore, on: db)
      let isThere = try PreparedStatement(Self.readIsThere, on: db)
      let newRows = NewRows()
      for item in exclusions {
        try before.bind(item.key.bytes, at: 1)
        guard try before.step() else { throw NewRows.unlisted(item.key) }
        if before.isNull(1) {
          try isThere.bind(item.destinationKey.bytes, at: 1)
          newRows.add(.skip(reason: item.reason), isFound: try isThere.step())
          isThere.reset()
        }
        if before.isNull(2) {
          newRows.add(OutcomeRow(.skipped(reason: item.reason)), size: before.integer(0), bytesSent: 0)
        }
        before.reset()
        try decision.bind(item.key.bytes, at: 1)
        try decision.bind(item.destinationKey.bytes, at: 2)
        try decision.bind(item.reason, at: 3)
        try decision.bind(run, at: 4)
        try decision.run()
        try outcome.bind(item.key.bytes, at: 1)
        try outcome.bind(item.destinationKey.bytes, at: 2)
        try outcome.bind(item.reason, at: 3)
        try outcome.bind(at.millisecondsSinceEpoch, at: 4)
        try outcome.bind(audit, at: 5)
        try outcome.run()
      }
      try newRows.write(to: db)
      guard audit > 0 else { return }
      let stand = try PreparedStatement(Self.passOver, on: db)
      for key in standing {
        try stand.bind(key.bytes, at: 1)
        try stand.bind(audit, at: 2)
        try stand.run()
      }
      try db.execute(sql: Self.countExcluded, arguments: [exclusions.count + standing.count, audit])
    }
  }

  private static let insertRunFilter =
    "INSERT INTO run_filter (run, ordinal, option, value) VALUES (?, ?, ?, ?)"
  private static let readRunFilters = "SELECT run, option, value FROM run_filter ORDER BY run, ordinal"
  /// The size of a key in the inventory, and whether it was decided on and has ended.
  private static let readBefore = """
    SELECT source.size, decision.key, outcome.key FROM source_object AS source
    LEFT JOIN decision ON decision.key = source.key LEFT JOIN outcome ON outcome.key = source.key
    WHERE source.key = ?
    """
  /// What ended, or was refused, is not decided again.
  private static let decideToSkip = """
    INSERT INTO decision (key, destination_key, action, reason, found, filter_run)
    VALUES (?1, ?2, 'skip', ?3, EXISTS (SELECT 1 FROM destination_object WHERE key = ?2
      AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0)), ?4)
    ON CONFLICT (key) DO UPDATE SET action = 'skip', reason = excluded.reason, found = excluded.found,
      filter_run = excluded.filter_run
    WHERE filter_run IS NOT NULL OR NOT EXISTS (
      SELECT 1 FROM outcome WHERE outcome.key = excluded.key AND list <> 'pending')
    """
  private static let skip = """
    INSERT INTO outcome (key, destination_key, list, message, attempts, tries, bytes_sent, ended_at, audit)
    VALUES (?1, ?2, 'skipped', ?3, 0, 0, 0, ?4, ?5)
    ON CONFLICT (key) DO UPDATE SET list = 'skipped', message = excluded.message, error_class = NULL,
      ended_at = excluded.ended_at, audit = max(audit, excluded.audit)
    WHERE list IN ('pending', 'skipped')
    """
  private static let passOver = "UPDATE outcome SET audit = ?2 WHERE key = ?1"
  private static let countExcluded = "UPDATE audit SET excluded = excluded + ? WHERE id = ?"
}

import GRDB
public import ObjectStorage
import Synchronization

extension Ledger {
  /// Begins the listing of a side where none is under way, or takes up the one that is; its pieces are then open.
  ///
  /// `at` is the time before the first request; a listing that is taken up keeps the time of its own beginning.
  public func beginListing(
    _ side: Side, prefix: ObjectKey, at: Timestamp? = nil
  ) async throws(LedgerError) {
    let state = try await inventoryState(side)
    try await writing().connection.write(durable: true) { db in
      let isUnderWay = try Int64.fetchOne(db, sql: Self.countRanges, arguments: [side.rawValue]) != 0
      if !isUnderWay {
        var whole = ListingRange(prefix: prefix)
        // A listing that an older version of the program began goes on where it stands.
        if case .listing(let next) = state { whole.position = next }
        try Self.insert(whole, side, on: db)
        try db.execute(sql: Self.openListing, arguments: [side.rawValue])
      }
      try db.execute(sql: Self.dateListing, arguments: [at?.millisecondsSinceEpoch, side.rawValue])
    }
  }

  /// Pieces of a listing that are not whole yet, in the order of their keys, beside those that are known.
  public func openRanges(
    _ side: Side, except known: Set<Int64>, limit: Int
  ) async throws(LedgerError) -> [ListingRange] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readOpenRanges, on: db)
      try statement.bind(side.rawValue, at: 1)
      var ranges: [ListingRange] = []
      while ranges.count < limit, try statement.step() {
        if !known.contains(statement.integer(0)) { ranges.append(try Self.range(statement)) }
      }
      return ranges
    }
  }

  /// Stores pages of pieces, and where the pieces go on, all or nothing.
  ///
  /// Rows are kept as `store(_:side:isLast:)` keeps them. `ascends` is false where a key came after a larger one.
  public func store(_ pages: [RangeProgress], side: Side, ascends: Bool) async throws(LedgerError) {
    if side == .source { planFloor.withLock { $0 = nil } }
    try await writing().connection.write(durable: false) { db in
      let rows = try ListedRows(side, on: db)
      var added = ListedRows.Added()
      for page in pages {
        try rows.store(page.objects, &added)
        for folder in page.folders { try Self.insert(ListingRange(prefix: folder), side, on: db) }
        try Self.advance(page, on: db)
      }
      let count = try PreparedStatement(kept: Self.countPage, on: db)
      try count.bind(added.objects, at: 1)
      try count.bind(added.bytes, at: 2)
      try count.bind(added.duplicates, at: 3)
      try count.bind(ascends ? 1 : 0, at: 4)
      try count.bind(side.rawValue, at: 5)
      try count.run()
    }
  }

  /// Lists a piece by its folders from now on; nothing of it was stored.
  public func divide(_ range: ListingRange) async throws(LedgerError) {
    try await writing().connection.write(durable: false) { db in
      try db.execute(sql: Self.delimitRange, arguments: [range.id])
    }
  }

  /// Ends a piece at a key and makes a new piece of what comes after it; returns that.
  public func split(
    _ range: ListingRange, at key: ObjectKey, side: Side
  ) async throws(LedgerError) -> ListingRange {
    try await writing().connection.write(durable: false) { db in
      let end = try PreparedStatement(Self.endRange, on: db)
      try end.bind(key.bytes, at: 1)
      try end.bind(range.id, at: 2)
      try end.run()
      var rest = ListingRange(prefix: range.prefix, start: key, until: range.until)
      rest.id = try Self.insert(rest, side, on: db)
      return rest
    }
  }

  /// Ends a listing whose pieces are all whole; false where two neighbours do not join, and then nothing is changed.
  public func finishListing(_ side: Side) async throws(LedgerError) -> Bool {
    try await writing().connection.write(durable: true) { db in
      let arguments: StatementArguments = [side.rawValue]
      guard try Int64.fetchOne(db, sql: Self.countOpenRanges, arguments: arguments) == 0,
        try Int64.fetchOne(db, sql: Self.countGaps, arguments: arguments) == 0
      else { return false }
      try db.execute(sql: Self.forgetRanges, arguments: arguments)
      try db.execute(sql: Self.closeListing, arguments: arguments)
      try Self.noteGone(side, on: db)
      return true
    }
  }

  /// Begins the listing of a side again as one piece, because its pieces cannot be trusted to be the whole of it.
  ///
  /// What was stored stays until the new listing says otherwise.
  public func restartListing(_ side: Side, prefix: ObjectKey) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.forgetRanges, arguments: [side.rawValue])
      try db.execute(sql: Self.renumberListing, arguments: [side.rawValue])
      try Self.insert(ListingRange(prefix: prefix), side, on: db)
    }
  }

  /// How often the listing that is under way, or was last, had to begin again.
  public func listingRestarts(_ side: Side) async throws(LedgerError) -> Int {
    try await reader.perform { db in
      try Int.fetchOne(db, sql: Self.readRestarts, arguments: [side.rawValue]) ?? 0
    }
  }

  @discardableResult
  private static func insert(_ range: ListingRange, _ side: Side, on db: Database) throws -> Int64 {
    let statement = try PreparedStatement(kept: insertRange, on: db)
    try statement.bind(side.rawValue, at: 1)
    try statement.bind(range.prefix.bytes, at: 2)
    try statement.bind(range.isDelimited ? 1 : 0, at: 3)
    try statement.bind(range.start?.bytes, at: 4)
    try statement.bind(range.until?.bytes, at: 5)
    try statement.bind(range.position?.text, at: 6)
    try statement.run()
    return db.lastInsertedRowID
  }

  /// Pieces with an end are kept until all are whole: their ends are compared with the neighbours' beginnings.
  private static func advance(_ progress: RangeProgress, on db: Database) throws {
    let range = progress.range
    if progress.isDone, range.start == nil, range.until == nil {
      let forget = try PreparedStatement(kept: forgetRange, on: db)
      try forget.bind(range.id, at: 1)
      try forget.run()
      return
    }
    let statement = try PreparedStatement(kept: advanceRange, on: db)
    try statement.bind(range.position?.text, at: 1)
    try statement.bind(range.firstKey?.bytes, at: 2)
    try statement.bind(range.lastKey?.bytes, at: 3)
    try statement.bind(range.beyond?.bytes, at: 4)
    try statement.bind(progress.isDone ? 1 : 0, at: 5)
    try statement.bind(range.id, at: 6)
    try statement.run()
  }

  private static func range(_ statement: PreparedStatement) throws -> ListingRange {
    var range = ListingRange(
      id: statement.integer(0), prefix: statement.key(1), isDelimited: statement.integer(2) != 0,
      start: statement.optionalKey(3), until: statement.optionalKey(4))
    if let text = statement.text(5) {
      guard let position = ListPosition(text: text) else {
        throw LedgerError(.corrupt, "the ledger holds an unreadable place in a listing; restore a copy")
      }
      range.position = position
    }
    range.firstKey = statement.optionalKey(6)
    range.lastKey = statement.optionalKey(7)
    range.beyond = statement.optionalKey(8)
    return range
  }

  private static let countRanges = "SELECT count(*) FROM listing_range WHERE side = ?"
  private static let countOpenRanges = "SELECT count(*) FROM listing_range WHERE side = ? AND is_done = 0"
  private static let insertRange = """
    INSERT INTO listing_range (side, prefix, is_delimited, start, until, next) VALUES (?, ?, ?, ?, ?, ?)
    """
  private static let readOpenRanges = """
    SELECT id, prefix, is_delimited, start, until, next, first_key, last_key, beyond
    FROM listing_range WHERE side = ? AND is_done = 0 ORDER BY prefix, start
    """
  private static let advanceRange = """
    UPDATE listing_range SET next = ?, first_key = ?, last_key = ?, beyond = ?, is_done = ? WHERE id = ?
    """
  private static let forgetRange = "DELETE FROM listing_range WHERE id = ?"
  private static let forgetRanges = "DELETE FROM listing_range WHERE side = ?"
  private static let delimitRange =
    "UPDATE listing_range SET is_delimited = 1, next = NULL, first_key = NULL, last_key = NULL WHERE id = ?"
  private static let endRange = "UPDATE listing_range SET until = ? WHERE id = ?"
  /// Ends that no beginning follows, or whose neighbour begins with another key than the one that was seen.
  private static let countGaps = """
    SELECT count(*) FROM listing_range AS one LEFT JOIN listing_range AS other
      ON other.side = one.side AND other.prefix = one.prefix AND other.start = one.until
    WHERE one.side = ? AND one.until IS NOT NULL AND (other.id IS NULL OR one.beyond IS NOT other.first_key)
    """
  private static let openListing = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates, is_ordered)
    VALUES (?, NULL, 0, 0, 0, 0, 1) ON CONFLICT (side) DO UPDATE SET complete = 0, is_ordered = 1, restarts = 0
    """
  private static let countPage = """
    UPDATE listing SET objects = objects + ?, bytes = bytes + ?, duplicates = duplicates + ?,
      is_ordered = is_ordered AND ? WHERE side = ?
    """
  private static let closeListing = "UPDATE listing SET complete = 1, next = NULL WHERE side = ?"
  private static let renumberListing = """
    UPDATE listing SET number = number + 1, next = NULL, complete = 0, duplicates = 0, restarts = restarts + 1,
      is_ordered = 0, began_at = NULL WHERE side = ?
    """
  private static let dateListing = "UPDATE listing SET began_at = ifnull(began_at, ?) WHERE side = ?"
  private static let readRestarts = "SELECT restarts FROM listing WHERE side = ?"
}

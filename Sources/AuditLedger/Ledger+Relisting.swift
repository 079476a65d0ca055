import GRDB
public import ObjectStorage
import Synchronization

/// What a second listing of a side says of a key.
public enum ListingChange: String, CaseIterable, Sendable {
  case new
  case changed
  case gone
}

/// What a second listing of a side found different from the first.
public struct RelistingCounts: Hashable, Sendable {
  public var new: Int64 = 0
  public var changed: Int64 = 0
  public var gone: Int64 = 0

  public init() {}
}

extension Ledger {
  /// Begins another listing of a side that is complete, which notes what is new, changed and gone since.
  ///
  /// What an earlier one noted is forgotten. On a side whose second listing is under way it changes nothing.
  public func beginRelisting(_ side: Side) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.trackChanges, arguments: [side.rawValue])
      guard db.changesCount > 0 else { return }
      try db.execute(sql: Self.forgetChanges, arguments: [side.rawValue])
    }
    if side == .source { planFloor.withLock { $0 = nil } }
  }

  /// What the latest second listing of a side noted; nil where there was none.
  public func relistingCounts(_ side: Side) async throws(LedgerError) -> RelistingCounts? {
    try await reader.perform { db in
      guard try Bool.fetchOne(db, sql: Self.readTracking, arguments: [side.rawValue]) == true else {
        return nil
      }
      var counts = RelistingCounts()
      for row in try Row.fetchAll(db, sql: Self.countChanges, arguments: [side.rawValue]) {
        switch row[0] as String {
        case "new": counts.new = row[1]
        case "changed": counts.changed = row[1]
        default: counts.gone = row[1]
        }
      }
      return counts
    }
  }

  /// The first keys, in the order of their bytes, that the latest second listing of a side noted.
  public func relistingExamples(
    _ side: Side, _ change: ListingChange, limit: Int
  ) async throws(LedgerError) -> [ObjectKey] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readChanges, on: db)
      try statement.bind(side.rawValue, at: 1)
      try statement.bind(change.rawValue, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var keys: [ObjectKey] = []
      while try statement.step() { keys.append(statement.key(0)) }
      return keys
    }
  }

  /// Notes the keys that the listing that ends does not name any more.
  static func noteGone(_ side: Side, on db: Database) throws {
    let table = side == .source ? "source_object" : "destination_object"
    try db.execute(sql: noteGoneSQL(table), arguments: [side.rawValue])
  }

  private static func noteGoneSQL(_ table: String) -> String {
    """
    INSERT INTO listing_change (side, key, listing, what)
    SELECT listing.side, object.key, listing.number, 'gone' FROM listing, \(table) AS object
    WHERE listing.side = ? AND listing.tracks_changes AND object.listing < listing.number
    ON CONFLICT (side, key) DO UPDATE SET listing = excluded.listing, what = 'gone'
    """
  }

  private static let trackChanges = """
    UPDATE listing SET number = number + 1, next = NULL, complete = 0, duplicates = 0, restarts = 0,
      tracks_changes = 1, began_at = NULL, origin = 'live', has_sizes = 1, \(forgetVersions)
    WHERE side = ? AND complete
    """
  private static let forgetChanges = "DELETE FROM listing_change WHERE side = ?"
  private static let readTracking = "SELECT tracks_changes FROM listing WHERE side = ?"
  private static let readChanges = """
    SELECT key FROM listing_change WHERE side = ? AND what = ? ORDER BY key LIMIT ?
    """
  private static let countChanges = """
    SELECT what, count(*) FROM listing_change WHERE side = ? GROUP BY what
    """
}

import GRDB
public import ObjectStorage
import Synchronization

extension Ledger {
  /// Where the listing of one side stands: where a later run goes on.
  ///
  /// Throws `failed` where the side was taken from a list of keys: without sizes nothing can be decided by it.
  public func inventoryState(_ side: Side) async throws(LedgerError) -> InventoryState {
    let path = self.path
    return try await reader.perform { db in
      guard let row = try Row.fetchOne(db, sql: Self.readListing, arguments: [side.rawValue]) else {
        return .notStarted
      }
      guard row[2] as Bool else {
        throw LedgerError(
          .failed,
          "the \(side.rawValue)'s inventory in the ledger \(path) is a list of keys without sizes, which nothing can be compared with; use another ledger, or put a whole listing in its place with tranship inventory --replace"
        )
      }
      if row[1] as Bool { return .complete }
      let pieces = try Row.fetchAll(db, sql: Self.readOpenPlaces, arguments: [side.rawValue])
      if pieces.count > 1 { return .divided }
      guard let text = (pieces.first?[0] ?? row[0]) as String? else { return .listing(next: nil) }
      guard let next = ListPosition(text: text) else {
        throw LedgerError(.corrupt, "the ledger holds an unreadable place in a listing; restore a copy")
      }
      return .listing(next: next)
    }
  }

  /// Stores a page and the place where the next one starts, both or neither.
  ///
  /// A key that an earlier page of the same listing stored is kept once, as it was, and counted as a duplicate. A
  /// later listing replaces what an earlier one said of a key; keys that it does not name stay. `began` is the time
  /// before the first page was asked for; later pages do not move it.
  public func store(
    _ page: ListingPage, side: Side, isLast: Bool, began: Timestamp? = nil
  ) async throws(LedgerError) {
    let connection = try writing().connection
    // Also where the page fails below: planning from the first key again costs time and nothing else.
    if side == .source { planFloor.withLock { $0 = nil } }
    try await connection.write(durable: isLast) { db in
      var added = ListedRows.Added()
      try ListedRows(side, on: db).store(page.objects, &added)
      try db.execute(
        sql: Self.advanceListing,
        arguments: [
          side.rawValue, isLast ? nil : page.next?.text, isLast, added.objects, added.bytes, added.duplicates,
          began?.millisecondsSinceEpoch,
        ])
    }
  }

  /// Begins a new listing of both sides; until it is complete, `inventoryState` says where it stands.
  func relist(on db: Database) throws {
    planFloor.withLock { $0 = nil }
    try db.execute(sql: Self.renumberListings)
    try db.execute(sql: Self.forgetAllRanges)
    try db.execute(sql: Self.forgetFiles)
  }

  private static let readOpenPlaces =
    "SELECT next FROM listing_range WHERE side = ? AND is_done = 0 LIMIT 2"
  private static let readListing = "SELECT next, complete, has_sizes FROM listing WHERE side = ?"
  private static let advanceListing = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates, began_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (side) DO UPDATE SET next = excluded.next, complete = excluded.complete,
      objects = objects + excluded.objects, bytes = bytes + excluded.bytes,
      duplicates = duplicates + excluded.duplicates, began_at = ifnull(began_at, excluded.began_at)
    """
  /// What was taken in from a file is listed at its store, and has sizes then.
  private static let renumberListings = """
    UPDATE listing SET number = number + 1, next = NULL, complete = 0, duplicates = 0, restarts = 0,
      tracks_changes = 0, began_at = NULL, origin = 'live', has_sizes = 1, \(forgetVersions)
    """
  /// What a new listing of a side knows of its versions: nothing.
  static let forgetVersions = """
    versioning = NULL, versions = NULL, delete_marks = NULL, versions_key = NULL, versions_id = NULL,
      versions_complete = 0
    """
  private static let forgetAllRanges = "DELETE FROM listing_range"
  private static let forgetFiles = "DELETE FROM listing_file"
}

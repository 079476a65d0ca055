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
      guard let text = row[0] as String? else { return .listing(next: nil) }
      guard let next = ListPosition(text: text) else {
        throw LedgerError(.corrupt, "the ledger holds an unreadable place in a listing; restore a copy")
      }
      return .listing(next: next)
    }
  }

  /// Stores a page and the place where the next one starts, both or neither.
  ///
  /// A key that an earlier page of the same listing stored is kept once, as it was, and counted as a duplicate. A
  /// later listing replaces what an earlier one said of a key; keys that it does not name stay.
  public func store(_ page: ListingPage, side: Side, isLast: Bool) async throws(LedgerError) {
    let connection = try writing().connection
    // Also where the page fails below: planning from the first key again costs time and nothing else.
    if side == .source { planFloor.withLock { $0 = nil } }
    try await connection.write(durable: isLast) { db in
      let number = try Int64.fetchOne(db, sql: Self.readNumber, arguments: [side.rawValue]) ?? 0
      let added = try ListedRows(side, listing: number, on: db).store(page.objects)
      try db.execute(
        sql: Self.advanceListing,
        arguments: [
          side.rawValue, isLast ? nil : page.next?.text, isLast, added.objects, added.bytes, added.duplicates,
        ])
    }
  }

  /// Begins a new listing of both sides; until it is complete, `inventoryState` says where it stands.
  func relist(on db: Database) throws {
    planFloor.withLock { $0 = nil }
    try db.execute(sql: Self.renumberListings)
    try db.execute(sql: Self.forgetFiles)
  }

  private static let readListing = "SELECT next, complete, has_sizes FROM listing WHERE side = ?"
  private static let advanceListing = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (side) DO UPDATE SET next = excluded.next, complete = excluded.complete,
      objects = objects + excluded.objects, bytes = bytes + excluded.bytes,
      duplicates = duplicates + excluded.duplicates
    """
  private static let readNumber = "SELECT number FROM listing WHERE side = ?"
  /// What was taken in from a file is listed at its store, and has sizes then.
  private static let renumberListings = """
    UPDATE listing SET number = number + 1, next = NULL, complete = 0, duplicates = 0, origin = 'live',
      has_sizes = 1, versions = NULL, delete_marks = NULL
    """
  private static let forgetFiles = "DELETE FROM listing_file"
}

import GRDB
public import ObjectStorage

extension Ledger {
  /// Gives every object that the latest listing of a side names to the body: in the order of the key bytes, as they
  /// stood when the call began, in constant memory.
  ///
  /// Ends with the body's error where it throws.
  public func forEachListed(
    on side: Side, isolation: isolated (any Actor)? = #isolation, _ body: (ListedObject) throws -> Void
  ) async throws -> InventoryPass {
    let snapshot = try await LedgerConnection.snapshot(path)
    do {
      let pass = try await Self.pass(side, snapshot, body)
      await snapshot.close()
      return pass
    } catch {
      await snapshot.close()
      throw error
    }
  }

  /// How many rows a side has, where one listing alone brought them and named no key twice; nil otherwise.
  public func rowsOfOneListing(_ side: Side) async throws(LedgerError) -> Int64? {
    try await reader.perform { db in
      try Int64.fetchOne(db, sql: Self.countOnlyListing, arguments: [side.rawValue])
    }
  }

  /// How the latest listing of a side went; nil where it was never listed.
  public func listingFacts(_ side: Side) async throws(LedgerError) -> ListingFacts? {
    try await reader.perform { db in try Self.listing(side, on: db)?.facts }
  }

  /// The next page is read while the body has the one before.
  private static func pass(
    _ side: Side, _ snapshot: LedgerConnection, isolation: isolated (any Actor)? = #isolation,
    _ body: (ListedObject) throws -> Void
  ) async throws -> InventoryPass {
    let start = try await snapshot.perform { db in try listing(side, on: db) }
    var pass = InventoryPass(listing: start?.facts)
    guard let number = start?.number else { return pass }
    var page = try await snapshot.perform { db in try listedPage(side, number, after: nil, on: db) }
    while true {
      pass.objects += Int64(page.objects.count)
      pass.noLongerNamed += page.noLongerNamed
      guard let last = page.last else { break }
      let next = snapshot.begin { db in try listedPage(side, number, after: last, on: db) }
      for object in page.objects { try body(object) }
      page = try await next.value
    }
    for object in page.objects { try body(object) }
    return pass
  }

  private static func listing(
    _ side: Side, on db: Database
  ) throws -> (facts: ListingFacts, number: Int64)? {
    guard let row = try Row.fetchOne(db, sql: readFacts, arguments: [side.rawValue]) else { return nil }
    var facts = ListingFacts(isComplete: row[0], isOrdered: row[1], restarts: row[2], duplicates: row[3])
    (facts.origin, facts.hasSizes) = (row[5], row[6])
    (facts.versions, facts.deleteMarks) = (row[7], row[8])
    facts.versioning = (row[9] as String?).flatMap { Versioning(rawValue: $0) }
    return (facts, row[4])
  }

  private struct ListedPage {
    var objects: [ListedObject] = []
    var noLongerNamed: Int64 = 0
    /// Where the next page goes on; nil on the last one.
    var last: ObjectKey?
  }

  private static let listedPageRows = 2000

  private static func listedPage(
    _ side: Side, _ number: Int64, after: ObjectKey?, on db: Database
  ) throws -> ListedPage {
    let statement = try PreparedStatement(readListed(side), on: db)
    // The empty key comes first of all: only a page that nothing precedes may hold it.
    try statement.bind(after?.bytes ?? [], at: 1)
    try statement.bind(after == nil ? 1 : 0, at: 2)
    try statement.bind(Int64(listedPageRows), at: 3)
    try statement.bind(number, at: 4)
    var page = ListedPage()
    page.objects.reserveCapacity(listedPageRows)
    var rows = 0
    while try statement.step() {
      rows += 1
      if statement.integer(6) != 0 {
        page.objects.append(statement.listedObject(from: 0))
      } else {
        page.noLongerNamed += 1
      }
      if rows == listedPageRows { page.last = statement.key(0) }
    }
    return page
  }

  static func readListed(_ side: Side) -> String {
    """
    SELECT key, size, etag, modified_at, storage_class, object_type, listing = ?4
    FROM \(side == .source ? "source_object" : "destination_object")
    WHERE key >= ?1 AND (?2 OR key > ?1) ORDER BY key LIMIT ?3
    """
  }

  private static let countOnlyListing = """
    SELECT objects FROM listing WHERE side = ? AND complete AND number = 0 AND restarts = 0 AND duplicates = 0
    """
  private static let readFacts = """
    SELECT complete, is_ordered, restarts, duplicates, number, origin, has_sizes, versions, delete_marks,
      versioning
    FROM listing WHERE side = ?
    """
}

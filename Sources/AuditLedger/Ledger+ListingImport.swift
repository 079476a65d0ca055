import Dispatch
import Foundation
import GRDB
public import ObjectStorage
import Synchronization

extension Ledger {
  /// Takes in a listing that somebody saved, whole or not at all: one transaction, on the disk when this returns.
  ///
  /// `read` runs on a thread of its own and hands the rows over while earlier ones are written. The side's listing is
  /// complete afterwards. Throws `listed` where the side has a listing and the request does not replace it, and
  /// `other-job` where the listing is of another place than the job.
  public func importListing(
    _ request: ListingImport,
    read: @escaping @Sendable (ListingFeed) throws(StorageError) -> ListingSummary
  ) async throws(ListingImportFailure) -> ImportedListing {
    let feed = ListingFeed()
    DispatchQueue(label: "tranship.listing").async {
      do throws(StorageError) { feed.end(.success(try read(feed))) } catch { feed.end(.failure(error)) }
    }
    do throws(LedgerError) {
      let path = self.path
      let connection = try writing().connection
      if request.side == .source { planFloor.withLock { $0 = nil } }
      return try await connection.write(durable: true) { db in
        defer { feed.close() }
        return try ListingImportTransaction(request, path: path, on: db).run(feed)
      }
    } catch {
      feed.close()
      // A reader that the ledger turned away has nothing of its own to say.
      if case .failure(let cause)? = feed.outcome, cause.code != .cancelled { throw .listing(cause) }
      throw .ledger(error)
    }
  }
}

/// One listing, from the check of what is there to the side's new row; rolled back by the caller where it throws.
private struct ListingImportTransaction {
  private let request: ListingImport
  private let path: String
  private let db: Database
  private let number: Int64
  private let isFirst: Bool

  init(_ request: ListingImport, path: String, on db: Database) throws {
    self.request = request
    self.path = path
    self.db = db
    let present = try Int64.fetchOne(db, sql: Self.readNumber, arguments: [request.side.rawValue])
    isFirst = present == nil
    number = present.map { $0 + 1 } ?? 0
    guard isFirst || request.replaces else {
      throw LedgerError(
        .listed,
        "the ledger \(path) has a listing of the \(request.side.rawValue) already; put this one in its place with --replace, or name another ledger"
      )
    }
  }

  func run(_ feed: ListingFeed) throws -> ImportedListing {
    if !isFirst { try db.execute(sql: Self.forgetVersions, arguments: [request.side.rawValue]) }
    var rows = try ListingImportRows(request, listing: number, on: db)
    while let batch = feed.next() { try rows.store(batch) }
    guard let summary = try feed.outcome?.get() else {
      throw LedgerError(.failed, "the listing has no end; nothing was stored")
    }
    var written = rows.written(tellsVersions: summary.tellsVersions)
    if !isFirst { try dropOthers(&written) }
    try complete(summary, written)
    if let job = try Ledger.job(on: db) {
      try Ledger.checkListedPlace(request.side, fits: job.side(request.side), path: path, on: db)
    }
    return written
  }

  /// Keys that the listing before named and this one does not: the job answers for those that something was decided
  /// or seen of.
  private func dropOthers(_ written: inout ImportedListing) throws {
    let isDecided = try Bool.fetchOne(db, sql: Self.hasDecisions) ?? false
    if request.side == .source {
      try db.execute(sql: Self.dropSource, arguments: [number])
      written.dropped = Int64(db.changesCount)
    } else if !isDecided {
      try db.execute(sql: Self.dropDestination, arguments: [number])
      written.dropped = Int64(db.changesCount)
    }
    let table = ListedRows.table(request.side)
    written.missing =
      try Int64.fetchOne(db, sql: Self.countOlder(table), arguments: [number]) ?? 0
  }

  private func complete(_ summary: ListingSummary, _ written: ImportedListing) throws {
    try db.execute(
      sql: Self.putListing,
      arguments: [
        request.side.rawValue, written.objects, written.bytes, written.duplicates, number, summary.origin,
        summary.place.kind?.rawValue, summary.place.bucket, summary.place.prefix.map { Data($0.bytes) },
        summary.hasSizes, written.versions, written.deleteMarks,
        request.keepsVersions && summary.tellsVersions,
      ])
    if written.missing > 0 {
      try db.execute(sql: Self.recount(ListedRows.table(request.side)), arguments: [request.side.rawValue])
    }
    for sql in [Self.forgetFiles, Self.forgetRanges, Self.forgetChanges] {
      try db.execute(sql: sql, arguments: [request.side.rawValue])
    }
    for (ordinal, name) in summary.files.enumerated() {
      try db.execute(sql: Self.insertFile, arguments: [request.side.rawValue, ordinal + 1, name])
    }
  }

  private static let readNumber = "SELECT number FROM listing WHERE side = ?"
  private static let forgetVersions = "DELETE FROM object_version WHERE side = ?"
  private static let hasDecisions = "SELECT EXISTS (SELECT 1 FROM decision)"
  private static let dropSource = """
    DELETE FROM source_object WHERE listing < ?1 AND key NOT IN (
      SELECT key FROM decision UNION SELECT key FROM started UNION SELECT key FROM outcome
      UNION SELECT key FROM key_evidence UNION SELECT key FROM written UNION SELECT key FROM change)
    """
  private static let dropDestination = "DELETE FROM destination_object WHERE listing < ?1"
  private static func countOlder(_ table: String) -> String {
    "SELECT count(*) FROM \(table) WHERE listing < ?1"
  }
  private static let putListing = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates, number, origin, kind, bucket, prefix,
      has_sizes, versions, delete_marks, versions_complete)
    VALUES (?, NULL, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (side) DO UPDATE SET next = NULL, complete = 1, objects = excluded.objects,
      bytes = excluded.bytes, duplicates = excluded.duplicates, number = excluded.number,
      origin = excluded.origin, kind = excluded.kind, bucket = excluded.bucket, prefix = excluded.prefix,
      endpoint = NULL, region = NULL, is_ordered = NULL, restarts = 0, tracks_changes = 0, began_at = NULL,
      versioning = NULL, versions_key = NULL, versions_id = NULL, versions_complete = excluded.versions_complete,
      has_sizes = excluded.has_sizes, versions = excluded.versions, delete_marks = excluded.delete_marks
    """
  private static func recount(_ table: String) -> String {
    """
    UPDATE listing SET (objects, bytes) = (SELECT count(*), ifnull(sum(size), 0) FROM \(table)) WHERE side = ?
    """
  }
  private static let forgetFiles = "DELETE FROM listing_file WHERE side = ?"
  private static let forgetRanges = "DELETE FROM listing_range WHERE side = ?"
  private static let forgetChanges = "DELETE FROM listing_change WHERE side = ?"
  private static let insertFile = "INSERT INTO listing_file (side, ordinal, name) VALUES (?, ?, ?)"
}

import Foundation
import GRDB
public import ObjectStorage

/// Where the listing of a side's versions stands.
public enum VersionListingState: Hashable, Sendable {
  /// Nil before the first page.
  case listing(next: VersionPosition?)
  case complete
}

extension Ledger {
  /// Where a later run goes on with the versions of a side; of a side that was not listed, at the beginning.
  public func versionListing(_ side: Side) async throws(LedgerError) -> VersionListingState {
    try await reader.perform { db in
      guard let row = try Row.fetchOne(db, sql: Self.readVersionPlace, arguments: [side.rawValue]) else {
        return .listing(next: nil)
      }
      if row[2] as Bool { return .complete }
      let key: Data? = row[0]
      return .listing(next: key.map { VersionPosition(key: ObjectKey(bytes: $0), versionID: row[1]) })
    }
  }

  /// Stores a page of a side's versions and the place where the next one starts, both or neither.
  ///
  /// Returns how many of its rows no page named before. The side has to be listed already; its first page replaces
  /// the versions of an earlier listing, and the page without a next one ends this one and counts it.
  public func store(
    _ page: VersionPage, side: Side, isFirst: Bool
  ) async throws(LedgerError) -> Int {
    let isLast = page.next == nil
    return try await writing().connection.write(durable: isLast) { db in
      if isFirst { try db.execute(sql: Self.dropVersions, arguments: [side.rawValue]) }
      let number = try Int64.fetchOne(db, sql: Self.readListingNumber, arguments: [side.rawValue]) ?? 0
      let rows = try VersionRows(side, listing: number, on: db)
      var added = 0
      for version in page.versions where try rows.store(version) { added += 1 }
      try db.execute(
        sql: Self.advanceVersions,
        arguments: [side.rawValue, page.next.map { Data($0.key.bytes) }, page.next?.versionID, isLast])
      if isLast { try db.execute(sql: Self.countVersions, arguments: [side.rawValue]) }
      return added
    }
  }

  /// Notes whether the bucket of a side keeps versions.
  public func record(_ versioning: Versioning, of side: Side) async throws(LedgerError) {
    try await writing().connection.write(durable: false) { db in
      try db.execute(sql: Self.setVersioning, arguments: [side.rawValue, versioning.rawValue])
    }
  }

  private static let readVersionPlace = """
    SELECT versions_key, versions_id, versions_complete FROM listing WHERE side = ?
    """
  private static let readListingNumber = "SELECT number FROM listing WHERE side = ?"
  private static let dropVersions = "DELETE FROM object_version WHERE side = ?"
  private static let advanceVersions = """
    UPDATE listing SET versions_key = ?2, versions_id = ?3, versions_complete = ?4 WHERE side = ?1
    """
  private static let countVersions = """
    UPDATE listing SET (versions, delete_marks) = (
      SELECT count(*) FILTER (WHERE NOT is_latest AND NOT is_delete_marker),
        count(*) FILTER (WHERE is_delete_marker)
      FROM object_version WHERE object_version.side = listing.side)
    WHERE side = ?1
    """
  private static let setVersioning = "UPDATE listing SET versioning = ?2 WHERE side = ?1"
}

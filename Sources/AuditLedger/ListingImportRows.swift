import GRDB
import ObjectStorage

/// Writes the rows of a saved listing of one side, inside a transaction of the caller.
struct ListingImportRows {
  private let request: ListingImport
  private let listing: Int64
  private let listed: ListedRows
  private let versions: VersionRows
  private let digests: ImportedRows
  private var added = ListedRows.Added()
  private var counted = VersionRows.Counted()
  private var newDigests: Int64 = 0

  /// - Parameter listing: its number; above zero where another one was there before.
  init(_ request: ListingImport, listing: Int64, on db: Database) throws {
    self.request = request
    self.listing = listing
    listed = try ListedRows(request.side, listing: listing, on: db)
    versions = try VersionRows(request.side, listing: listing, on: db)
    digests = try ImportedRows(at: request.at, on: db)
  }

  mutating func store(_ rows: ListingRows) throws {
    try listed.store(rows.objects, &added)
    for version in rows.versions { try store(version) }
    for digest in rows.digests where try digests.store(digest, orFindSame: true) { newDigests += 1 }
  }

  private mutating func store(_ version: ListedVersion) throws {
    if request.keepsVersions, try !versions.store(version) {
      added.duplicates += 1
      return
    }
    if version.isDeleteMarker {
      counted.deleteMarks += 1
    } else if version.isLatest {
      try listed.store(version.object, &added)
    } else {
      counted.versions += 1
    }
  }

  /// What was written, with the counts of versions where the listing tells them.
  func written(tellsVersions: Bool) -> ImportedListing {
    var written = ImportedListing()
    written.objects = added.objects + added.known
    written.bytes = added.bytes.addingReportingOverflow(added.knownBytes).partialValue
    written.duplicates = added.duplicates
    written.digests = newDigests
    if tellsVersions { (written.versions, written.deleteMarks) = (counted.versions, counted.deleteMarks) }
    return written
  }
}

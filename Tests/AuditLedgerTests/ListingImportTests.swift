import Checksums
import Foundation
import GRDB
import ObjectStorage
import Synchronization
import Testing

@testable import AuditLedger

@Suite("listings that somebody saved, in the ledger")
struct ListingImportTests {
  private let folder: ScratchFolder
  private static let broken = StorageError(.malformedAnswer, "the file is cut")

  init() throws { folder = try ScratchFolder() }

  private func ledger() async throws -> Ledger { try await Ledger.open(folder.ledger, .create) }

  private func summary(
    _ place: ListingPlace = ListingPlace(), hasSizes: Bool = true, tellsVersions: Bool = false
  ) -> ListingSummary {
    ListingSummary(
      origin: "xml", files: ["a.xml", "b.xml"], place: place, hasSizes: hasSizes, tellsVersions: tellsVersions
    )
  }

  /// Takes batches of rows in.
  private func load(
    _ ledger: Ledger, _ batches: [ListingRows], _ summary: ListingSummary? = nil, side: Side = .source,
    replaces: Bool = false, keepsVersions: Bool = false
  ) async throws -> ImportedListing {
    let summary = summary ?? self.summary()
    return try await ledger.importListing(
      ListingImport(side: side, replaces: replaces, keepsVersions: keepsVersions, at: instant(9))
    ) { feed throws(StorageError) in
      for batch in batches { try feed.send(batch) }
      return summary
    }
  }

  private func rows(_ keys: [String], size: Int64 = 10) -> ListingRows {
    ListingRows(objects: keys.map { listed(ObjectKey($0), size: size) })
  }

  private func ledgerError(_ action: () async throws -> Void) async -> LedgerError.Code? {
    do {
      try await action()
      return nil
    } catch let failure as ListingImportFailure {
      if case .ledger(let error) = failure { return error.code }
      return nil
    } catch {
      return (error as? LedgerError)?.code
    }
  }

  private func keys(_ ledger: Ledger) async throws -> [String] {
    try await ledger.rows().map { $0.source.key.shown }
  }

  /// Rows of a statement, as text.
  private func query(_ ledger: Ledger, _ sql: String) async throws -> [String] {
    try await ledger.reader.perform { db in
      try Row.fetchAll(db, sql: sql).map { row in
        row.databaseValues.map {
          String.fromDatabaseValue($0) ?? Int64.fromDatabaseValue($0).map { "\($0)" } ?? "-"
        }
        .joined(separator: " ")
      }
    }
  }

  @Test("a listing is complete with its counts, its files and its place, and a run takes it as it is")
  func complete() async throws {
    let ledger = try await ledger()
    let place = ListingPlace(kind: .s3, bucket: "shop", prefix: ObjectKey("2024/"))
    let written = try await load(
      ledger, [rows(["2024/a", "2024/b"]), rows(["2024/b", "2024/c"])], summary(place))
    #expect(written.objects == 3 && written.bytes == 30 && written.duplicates == 1 && written.versions == nil)
    #expect(try await ledger.inventoryState(.source) == .complete)
    #expect(
      try await query(ledger, "SELECT * FROM inventories") == ["source 1 3 30 1 xml s3 shop 2024/ - - - 2"])
    #expect(try await query(ledger, "SELECT ordinal, name FROM listing_file") == ["1 a.xml", "2 b.xml"])
    try await ledger.establish(settings)
    #expect(try await ledger.lawHolds())
    #expect(try await ledger.tally().total == 3)
    await ledger.close()
  }

  @Test("a listing that breaks off leaves the ledger as it was, whatever had been sent")
  func brokenOff() async throws {
    let ledger = try await ledger()
    for count in [0, 1, 100] {
      do {
        _ = try await ledger.importListing(ListingImport(side: .source, at: instant(1))) {
          feed throws(StorageError) in
          for index in 0..<count { try feed.send(rows(["k\(index)"])) }
          throw Self.broken
        }
        Issue.record("nothing was thrown")
      } catch .listing(let error) {
        #expect(error.message == Self.broken.message)
      }
      #expect(try await keys(ledger).isEmpty)
      #expect(try await ledger.inventoryState(.source) == .notStarted)
    }
    await ledger.close()
  }

  @Test("a ledger that takes no more ends the reading, and its own error is what is said")
  func refused() async throws {
    let ledger = try await ledger()
    _ = try await load(ledger, [rows(["a"])])
    let sent = Mutex(0)
    let code = await ledgerError {
      _ = try await ledger.importListing(ListingImport(side: .source, at: instant(1))) {
        feed throws(StorageError) in
        while true {
          try feed.send(rows(["b"]))
          sent.withLock { $0 += 1 }
        }
      }
    }
    #expect(code == .listed && sent.withLock { $0 } < 10)
    #expect(try await keys(ledger) == ["a"])
    let tooLarge = await ledgerError {
      _ = try await load(ledger, [rows(["x"], size: -1)], side: .destination)
    }
    #expect(tooLarge == .failed)
    await ledger.close()
    #expect(await ledgerError { _ = try await load(ledger, [rows(["b"])]) } == .failed)
  }

  @Test("a reader that is faster than the ledger waits, and every row arrives")
  func many() async throws {
    let ledger = try await ledger()
    let written = try await load(
      ledger, (0..<300).map { batch in rows((0..<50).map { "k\(batch * 50 + $0)" }) })
    #expect(written.objects == 15_000)
    #expect(try await ledger.tally().total == 15_000)
    await ledger.close()
  }

  @Test("with replace the side is as the new listing says, and what nobody decided of is gone")
  func replaced() async throws {
    let ledger = try await ledger()
    _ = try await load(ledger, [rows(["a", "b", "c"])], side: .source)
    _ = try await load(ledger, [rows(["a", "z"])], side: .destination)
    let written = try await load(ledger, [rows(["b", "d"], size: 7)], replaces: true)
    #expect(written.objects == 2 && written.bytes == 14 && written.dropped == 2 && written.missing == 0)
    #expect(try await keys(ledger) == ["b", "d"])
    #expect(try await ledger.tally().bytesTotal == 14)
    let destination = try await load(ledger, [rows(["a"])], side: .destination, replaces: true)
    #expect(destination.dropped == 1)
    #expect(
      try await query(ledger, "SELECT side, objects, bytes FROM listing ORDER BY side") == [
        "destination 1 10", "source 2 14",
      ])
    await ledger.close()
  }

  @Test("with replace the keys that a job answers for stay, and the law holds")
  func replacedUnderJob() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["2024/a", "2024/b"])
    try await ledger.record(try completed(ObjectKey("2024/a")))
    let written = try await load(ledger, [rows(["2024/b", "2024/c"], size: 12)], replaces: true)
    #expect(written.objects == 2 && written.dropped == 0 && written.missing == 1)
    #expect(try await keys(ledger) == ["2024/a", "2024/b", "2024/c"])
    #expect(try await ledger.lawHolds())
    #expect(try await query(ledger, "SELECT objects, bytes FROM listing WHERE side = 'source'") == ["3 34"])
    await ledger.close()
  }

  @Test("versions are counted, and kept where they are wanted; the current ones are the side's objects")
  func versions() async throws {
    let ledger = try await ledger()
    func version(_ key: String, _ id: String, _ isLatest: Bool, isMark: Bool = false) -> ListedVersion {
      ListedVersion(
        object: listed(ObjectKey(key), size: isMark ? 0 : 10), versionID: id, isLatest: isLatest,
        isDeleteMarker: isMark)
    }
    let listing = ListingRows(versions: [
      version("a", "2", true), version("a", "1", false), version("b", "2", true, isMark: true),
      version("b", "1", false), version("a", "1", false),
    ])
    let counted = try await load(ledger, [listing], summary(tellsVersions: true))
    #expect(counted.objects == 1 && counted.versions == 3 && counted.deleteMarks == 1)
    #expect(try await query(ledger, "SELECT count(*) FROM versions") == ["0"])
    let kept = try await load(
      ledger, [listing], summary(tellsVersions: true), replaces: true, keepsVersions: true)
    #expect(kept.objects == 1 && kept.versions == 2 && kept.deleteMarks == 1 && kept.duplicates == 1)
    #expect(
      try await query(
        ledger, "SELECT side, key_text, version_id, is_latest, is_delete_marker, size FROM versions") == [
          "source a 1 0 0 10", "source a 2 1 0 10", "source b 1 0 0 10", "source b 2 1 1 0",
        ])
    _ = try await load(ledger, [rows(["a"])], replaces: true)
    #expect(try await query(ledger, "SELECT count(*) FROM versions") == ["0"])
    await ledger.close()
  }

  @Test("digests of a listing are imported ones, once; a place that says something else is refused")
  func digests() async throws {
    let ledger = try await ledger()
    func digest(_ value: UInt64) -> ImportedDigest {
      ImportedDigest(
        side: .source, key: ObjectKey("a"), checksum: Checksum(.crc64xz, value: value), size: 10, file: "f",
        line: 1)
    }
    var listing = rows(["a"])
    listing.digests = [digest(1)]
    #expect(try await load(ledger, [listing]).digests == 1)
    #expect(try await load(ledger, [listing], replaces: true).digests == 0)
    #expect(try await ledger.importedDigests(.source, ObjectKey("a")) == [digest(1)])
    listing.digests = [digest(2)]
    #expect(await ledgerError { _ = try await load(ledger, [listing], replaces: true) } == .failed)
    #expect(try await ledger.importedDigests(.source, ObjectKey("a")) == [digest(1)])
    await ledger.close()
  }

  @Test("a list of keys is no inventory that anything could be decided by, until the store is listed")
  func keysOnly() async throws {
    let ledger = try await ledger()
    _ = try await load(ledger, [rows(["2024/a", "2024/x"], size: 0)], summary(hasSizes: false))
    try await ledger.establish(settings)
    let code = await ledgerError { _ = try await ledger.inventoryState(.source) }
    #expect(code == .failed)
    #expect(try await query(ledger, "SELECT objects, bytes FROM inventories") == ["2 -"])
    try await ledger.store(page([]), side: .destination, isLast: true)
    _ = try await ledger.beginAudit(AuditSettings(reading: "none", required: "auto"), at: instant(1))
    #expect(try await ledger.inventoryState(.source) == .listing(next: nil))
    try await ledger.store(page(["2024/a"]), side: .source, isLast: true)
    #expect(try await ledger.inventoryState(.source) == .complete)
    #expect(try await ledger.rows().map(\.source.size) == [10, 0])
    await ledger.close()
  }

  static let places: [(place: ListingPlace, keys: [String], fits: Bool)] = [
    (ListingPlace(), ["2024/a"], true), (ListingPlace(), [], true),
    (ListingPlace(), ["2024/a", "2025/a"], false),
    (ListingPlace(), ["1", "2024/a"], false), (ListingPlace(kind: .s3), ["2024/a"], true),
    (ListingPlace(kind: .oss), ["2024/a"], false), (ListingPlace(bucket: "shop"), ["2024/a"], true),
    (ListingPlace(bucket: "other"), ["2024/a"], false), (ListingPlace(prefix: ObjectKey("2024/")), [], true),
    (ListingPlace(prefix: ObjectKey("")), ["2024/a"], false),
    (ListingPlace(prefix: ObjectKey("2024/01/")), ["2024/01/a"], false),
  ]

  @Test(
    "a listing fits a job where nothing that is known speaks against it, whichever came first",
    arguments: places)
  func fits(_ row: (place: ListingPlace, keys: [String], fits: Bool)) async throws {
    let first = try await Ledger.open(folder.ledger, .create)
    _ = try await load(first, [rows(row.keys)], summary(row.place))
    let code = await ledgerError { try await first.establish(settings) }
    #expect(code == (row.fits ? nil : .otherJob))
    #expect(try await first.job() == (row.fits ? settings : nil))
    await first.close()
    let second = try await Ledger.open(folder.path + "/second.ledger", .create)
    try await second.establish(settings)
    let other = await ledgerError { _ = try await load(second, [rows(row.keys)], summary(row.place)) }
    #expect(other == (row.fits ? nil : .otherJob))
    #expect(try await keys(second) == (row.fits ? row.keys.sorted() : []))
    await second.close()
  }

  @Test("a ledger of an older version gets what is new, and keeps what it has")
  func older() async throws {
    try await OlderLedger.make(
      folder.ledger, version: 2,
      [
        "INSERT INTO source_object (key, size, listing) VALUES (x'61', 5, 0)",
        "INSERT INTO listing (side, complete, objects, bytes, duplicates) VALUES ('source', 1, 1, 5, 0)",
      ])
    let ledger = try await Ledger.open(folder.ledger, .write)
    #expect(try await ledger.inventoryState(.source) == .complete)
    #expect(
      try await query(ledger, "SELECT side, objects, bytes, origin, files FROM inventories") == [
        "source 1 5 live 0"
      ])
    #expect(await ledgerError { _ = try await load(ledger, [rows(["b"])]) } == .listed)
    await ledger.close()
  }
}

import GRDB
import ObjectStorage
import StorageTesting
import Testing

@testable import AuditLedger

/// Pages of many rows go another way into the ledger than single rows: both have to end the same.
@Suite struct ListedBatchTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func state(_ ledger: Ledger) async throws -> [String] {
    var rows: [String] = []
    let pass = try await ledger.forEachListed(on: .source) { rows.append("\($0)") }
    let counts = try await ledger.reader.perform { db in
      try Row.fetchOne(db, sql: "SELECT objects, bytes, duplicates FROM listing")?.description ?? ""
    }
    return rows + ["\(pass)", counts]
  }

  /// Rows of few keys, so that many come again, with other sizes; without texts, with empty ones and with long ones.
  private func rows(_ random: inout SeededGenerator) -> [ListedObject] {
    (0..<Int.random(in: 0...150, using: &random)).map { _ in
      let number = Int.random(in: 0..<400, using: &random)
      return ListedObject(
        key: ObjectKey("k\(number)"), size: Int64(number % 7),
        eTag: number % 3 == 0 ? nil : ETag(String(repeating: "e", count: number % 50)),
        lastModifiedAt: number % 5 == 0 ? nil : instant(Int64(number)),
        storageClass: number % 2 == 0 ? nil : "CLASS-\(Int.random(in: 0...1, using: &random))",
        objectType: number % 11 == 0 ? "" : nil)
    }
  }

  @Test("rows come in alike, many at once or one by one, new, again or changed", arguments: 1...8)
  func alike(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let one = try await Ledger.open(folder.path + "/one.ledger", .create)
    let many = try await Ledger.open(folder.path + "/many.ledger", .create)
    var duplicates = 0
    for listing in 0..<3 {
      if listing > 0 {
        try await one.beginRelisting(.source)
        try await many.beginRelisting(.source)
      }
      let pages = (0..<6).map { _ in rows(&random) }
      for (number, page) in pages.enumerated() {
        let isLast = number == pages.count - 1
        for row in page { try await one.store(ListingPage(objects: [row]), side: .source, isLast: false) }
        if isLast { try await one.store(ListingPage(objects: []), side: .source, isLast: true) }
        try await many.store(ListingPage(objects: page), side: .source, isLast: isLast)
      }
      duplicates += pages.joined().count - Set(pages.joined().map(\.key)).count
      let found = try await state(many)
      #expect(found == (try await state(one)))
    }
    #expect(duplicates > 0)
    await one.close()
    await many.close()
  }

  @Test("what the table refuses for another reason than the key is no row that was there")
  func refused() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    var page = (0..<40).map { listed(ObjectKey("k\($0)")) }
    page[20].size = -1
    await #expect(throws: LedgerError.self) {
      try await ledger.store(ListingPage(objects: page), side: .source, isLast: true)
    }
    #expect(try await ledger.inventoryState(.source) == .notStarted)
    var count = 0
    _ = try await ledger.forEachListed(on: .source) { _ in count += 1 }
    #expect(count == 0)
    await ledger.close()
  }
}

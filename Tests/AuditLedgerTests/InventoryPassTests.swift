import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct InventoryPassTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func pass(_ ledger: Ledger, _ side: Side = .source) async throws -> ([ListedObject], InventoryPass)
  {
    var objects: [ListedObject] = []
    let pass = try await ledger.forEachListed(on: side) { objects.append($0) }
    return (objects, pass)
  }

  @Test("an inventory comes back whole and in the order of the key bytes, over many pages")
  func ordered() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    // 4,001 rows: two whole pages of a pass and one row.
    let keys = (0..<4000).map { ObjectKey("k\($0 * 7919 % 4000)") } + [ObjectKey(bytes: [0xff])]
    for start in stride(from: 0, to: keys.count, by: 1000) {
      try await ledger.store(
        ListingPage(objects: keys[start..<min(start + 1000, keys.count)].map { listed($0) }), side: .source,
        isLast: start + 1000 >= keys.count)
    }
    let (objects, pass) = try await pass(ledger)
    #expect(objects == keys.sorted().map { listed($0) })
    #expect(pass.objects == 4001 && pass.noLongerNamed == 0)
    #expect(
      pass.listing == ListingFacts(isComplete: true, isOrdered: nil, restarts: 0, duplicates: 0))
    await ledger.close()
  }

  @Test(
    "whole pages end the pass as well, and so does an inventory without rows", arguments: [0, 2000, 4000])
  func ends(_ count: Int) async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page((0..<count).map { "k\($0)" }), side: .destination, isLast: true)
    let (objects, pass) = try await pass(ledger, .destination)
    #expect(objects.count == count && pass.objects == Int64(count))
    await ledger.close()
  }

  @Test("a side that was never listed has no listing, which is not an empty one")
  func never() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a"]), side: .source, isLast: true)
    let (objects, pass) = try await pass(ledger, .destination)
    #expect(objects.isEmpty && pass.listing == nil)
    await ledger.close()
  }

  @Test("only what the latest listing names comes, and what it names no longer is counted")
  func relisted() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a", "b", "c"]), side: .source, isLast: true)
    try await ledger.beginRelisting(.source)
    try await ledger.beginListing(.source, prefix: ObjectKey(""))
    let range = try #require(try await ledger.openRanges(.source, except: [], limit: 1).first)
    var rows = [listed(ObjectKey("a")), listed(ObjectKey("b"), size: 11), listed(ObjectKey("d"))]
    try await ledger.store(
      [RangeProgress(range: range, objects: [rows[0]], folders: [], isDone: false)], side: .source,
      ascends: true)
    let between = try await pass(ledger)
    #expect(between.0 == [rows[0]] && between.1.noLongerNamed == 2)
    #expect(between.1.listing?.isComplete == false)
    try await ledger.store(
      [RangeProgress(range: range, objects: Array(rows.dropFirst()), folders: [], isDone: true)],
      side: .source,
      ascends: false)
    #expect(try await ledger.finishListing(.source))
    let after = try await pass(ledger)
    #expect(after.0 == rows && after.1.noLongerNamed == 1)
    #expect(after.1.listing?.isComplete == true && after.1.listing?.isOrdered == false)
    rows.removeAll()
    for (change, key) in [(ListingChange.new, "d"), (.changed, "b"), (.gone, "c")] {
      #expect(try await ledger.relistingExamples(.source, change, limit: 10) == [ObjectKey(key)])
      #expect(try await ledger.relistingExamples(.destination, change, limit: 10).isEmpty)
    }
    await ledger.close()
  }

  @Test("a snapshot sees the rows of the moment when it was taken, whatever is written afterwards")
  func snapshot() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a"]), side: .source, isLast: false)
    let snapshot = try await LedgerConnection.snapshot(folder.ledger)
    try await ledger.store(page(["b"]), side: .source, isLast: true)
    for (connection, count) in [(snapshot, 1), (ledger.reader, 2)] {
      let rows = try await connection.perform { db in
        let statement = try PreparedStatement(Ledger.readListed(.source), on: db)
        try statement.bind([], at: 1)
        for (index, value) in [(2, 1), (3, 10), (4, 0)] as [(Int32, Int64)] {
          try statement.bind(value, at: index)
        }
        var rows = 0
        while try statement.step() { rows += 1 }
        return rows
      }
      #expect(rows == count)
    }
    await snapshot.close()
    await ledger.close()
  }

  @Test("an error of the body ends the pass with that error")
  func bodyFails() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page((0..<5000).map { "k\($0)" }), side: .source, isLast: true)
    struct Enough: Error {}
    var seen = 0
    await #expect(throws: Enough.self) {
      try await ledger.forEachListed(on: .source) { _ in
        seen += 1
        if seen == 2500 { throw Enough() }
      }
    }
    #expect(seen == 2500)
    await ledger.close()
  }
}

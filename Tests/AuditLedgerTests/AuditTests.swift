import Checksums
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite("audits in the ledger")
struct AuditTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let plain = AuditSettings(reading: "none", required: "auto")

  private static let others: [(String, AuditSettings)] = [
    ("reading", AuditSettings(reading: "both", required: "auto")),
    ("required", AuditSettings(reading: "none", required: "streamed")),
    (
      "sample",
      AuditSettings(reading: "none", required: "auto", sample: SampleWindow(text: "5%", from: 0, to: 9))
    ),
    ("imported", AuditSettings(reading: "none", required: "auto", acceptsImported: true)),
    ("metadata", AuditSettings(reading: "none", required: "auto", comparesMetadata: true)),
    ("tags", AuditSettings(reading: "none", required: "auto", comparesTags: true)),
    ("etags", AuditSettings(reading: "none", required: "auto", distrustsETags: true)),
    ("listing", AuditSettings(reading: "none", required: "auto", takesInventories: true)),
  ]

  /// A ledger with complete listings of both sides.
  private func ledger(_ keys: [String] = ["a", "b"]) async throws -> Ledger {
    let ledger = try await Ledger.planned(folder.ledger, keys: keys)
    try await ledger.store(page(keys), side: .destination, isLast: true)
    return ledger
  }

  /// Lists both sides to the end, from some second on.
  private func list(_ ledger: Ledger, _ keys: [String], at second: Int64) async throws {
    for side in Side.allCases {
      try await ledger.store(page(keys), side: side, isLast: true, began: instant(second))
    }
  }

  @Test("a stopped audit goes on with the same settings, whatever its window, and with all of them only")
  func resumed() async throws {
    let ledger = try await ledger()
    for (index, (name, settings)) in (others + [("plain", Self.plain)]).enumerated() {
      let second = Int64(100 * (index + 1))
      let first = try await ledger.beginAudit(settings, at: instant(second))
      try await list(ledger, ["a", "b"], at: second)
      #expect(first.id == Int64(index + 1), "\(name) is another audit than all before")
      var moved = settings
      moved.sample?.from = 77
      let again = try await ledger.beginAudit(moved, at: instant(second + 1))
      #expect(again.id == first.id && again.settings == settings, "\(name)")
      #expect(try await ledger.audits().last?.settings == settings)
    }
    // One that ended does not go on.
    let last = try #require(try await ledger.audits().last)
    #expect(try await ledger.endAudit(last.id, at: instant(9000))?.endedAt == instant(9000))
    #expect(try await ledger.beginAudit(Self.plain, at: instant(9001)).id == last.id + 1)
    await ledger.close()
  }

  private var others: [(String, AuditSettings)] { Self.others }

  @Test(
    "a listing that began more than a day ago is taken again, whole or not",
    arguments: [(86_400, true, true), (86_400, false, true), (86_401, true, false), (86_401, false, false)]
      as [(Int64, Bool, Bool)])
  func age(_ seconds: Int64, _ isComplete: Bool, _ goesOn: Bool) async throws {
    let ledger = try await ledger()
    let first = try await ledger.beginAudit(Self.plain, at: instant(0))
    for side in Side.allCases {
      try await ledger.beginListing(side, prefix: ObjectKey(""), at: instant(0))
      // Takes the listing up again later: its beginning does not move.
      try await ledger.beginListing(side, prefix: ObjectKey(""), at: instant(50))
      guard isComplete else { continue }
      for var range in try await ledger.openRanges(side, except: [], limit: 9) {
        range.position = nil
        try await ledger.store(
          [RangeProgress(range: range, objects: [], isDone: true)], side: side, ascends: true)
      }
      #expect(try await ledger.finishListing(side))
    }
    let second = try await ledger.beginAudit(Self.plain, at: instant(seconds))
    #expect((second.id == first.id) == goesOn)
    let state = try await ledger.inventoryState(.source)
    #expect((state == .complete) == (goesOn && isComplete))
    // Pieces of the old listing are not left behind.
    let pieces = try await ledger.openRanges(.source, except: [], limit: 9).count
    #expect(pieces == (goesOn && !isComplete ? 1 : 0))
    await ledger.close()
  }

  @Test("audits that take inventories list nothing, however old they are")
  func taken() async throws {
    let ledger = try await ledger()
    try await list(ledger, ["a", "b"], at: 0)
    var settings = Self.plain
    settings.takesInventories = true
    let first = try await ledger.beginAudit(settings, at: instant(900_000))
    #expect(try await ledger.inventoryState(.source) == .complete)
    #expect(try await ledger.beginAudit(settings, at: instant(9_000_000)).id == first.id)
    #expect(try await ledger.inventoryState(.source) == .complete)
    await ledger.close()
  }

  @Test("an audit knows when its listings began, also when they are taken again later")
  func listingTimes() async throws {
    let ledger = try await ledger()
    let audit = try await ledger.beginAudit(Self.plain, at: instant(10))
    for (side, second) in [(Side.source, 11), (.destination, 12)] as [(Side, Int64)] {
      try await ledger.store(page(["a"], next: "p"), side: side, isLast: false, began: instant(second))
      try await ledger.store(page(["b"]), side: side, isLast: true, began: instant(99))
    }
    let dated = try await ledger.dateListings(of: audit)
    #expect(dated.sourceListedAt == instant(11) && dated.destinationListedAt == instant(12))
    _ = try await ledger.endAudit(audit.id, at: instant(13))
    _ = try await ledger.beginAudit(Self.plain, at: instant(20))
    try await list(ledger, ["a", "b"], at: 21)
    let audits = try await ledger.audits()
    #expect(audits.map(\.sourceListedAt) == [instant(11), nil])
    #expect(try await ledger.dateListings(of: audits[1]).destinationListedAt == instant(21))
    await ledger.close()
  }

  @Test("counts move with the rows that they count, and only with those of an audit")
  func counts() async throws {
    let ledger = try await ledger(["a", "b", "c"])
    let audit = try await ledger.beginAudit(Self.plain, at: instant(10))
    try await list(ledger, ["a", "b", "c"], at: 11)
    var added = AuditCounts()
    (added.objectsRead, added.bytesRead, added.sampled, added.sampledWrong, added.sampledUnjudged) =
      (1, 10, 1, 1, 1)
    var judged = failed(ObjectKey("a"), .mismatched)
    (judged.audit, judged.counts) = (audit.id, added)
    try await ledger.record(judged)
    var kept = AuditCounts()
    kept.kept = 1
    try await ledger.record(try completed(ObjectKey("b")))
    try await ledger.keep(ObjectKey("b"), audit: audit.id, counts: kept)
    let pairs = try await ledger.auditPairs(audit.id, after: nil, limit: 9) { $0 }
    #expect(pairs.map(\.source.key) == [ObjectKey("c")])
    try await ledger.settle([], standing: [ObjectKey("c")], pairs: pairs, audit: audit.id, counts: kept)
    var expected = added
    expected.kept = 2
    #expect(try await ledger.audits().map(\.counts) == [expected])
    #expect(try await ledger.endAudit(audit.id, at: instant(12))?.counts == expected)
    // A copy that carries counts belongs to no audit.
    var copied = try completed(ObjectKey("c"))
    copied.counts = added
    try await ledger.record(copied)
    #expect(try await ledger.audits().map(\.counts) == [expected])
    await ledger.close()
  }

  @Test("a pair tells what was proven, what it rests on, and what this job sent")
  func pairs() async throws {
    let ledger = try await ledger(["a", "b", "c"])
    let run = try await ledger.beginRun(command: "migrate", toolVersion: "1", at: instant(0))
    var first = try completed(ObjectKey("a"))
    first.source = Generation(size: 10)
    try await ledger.record(first)
    try await ledger.record(contentMD5Honoured: true, of: run.id)
    var imported = try completed(ObjectKey("b"))
    imported.evidence[0].origin = .imported
    imported.source = first.source
    try await ledger.record(imported)
    // A run that ends without having asked leaves what was written down before.
    try await ledger.endRun(run.id, state: .stopped, message: "", contentMD5Honoured: nil, at: instant(9))
    #expect(try await ledger.runs().map(\.contentMD5Honoured) == [true])
    let pairs = try await ledger.auditPairs(1, after: nil, limit: 9) { $0 }
    #expect(pairs.map(\.earlier?.restsOnImported) == [false, true, nil])
    #expect(pairs.map(\.written?.contentMD5WasChecked) == [false, true, nil])
    #expect(pairs[0].written?.generation == first.destination)
    #expect(try await ledger.evidence(of: ObjectKey("b")) == imported.evidence)
    #expect(try await ledger.evidence(of: ObjectKey("c")).isEmpty)
    await ledger.close()
  }

  @Test("a proof that a listing gave is as old as the listing")
  func provenAt() async throws {
    let ledger = try await ledger()
    var outcome = try completed(ObjectKey("a"))
    outcome.provenAt = instant(-77)
    try await ledger.record(outcome)
    try await ledger.record(try completed(ObjectKey("b")))
    #expect(try await ledger.rows().map(\.provenAt) == [instant(-77), instant(5)])
    await ledger.close()
  }

  @Test("the view of audits shows what they were asked for and when they listed")
  func view() async throws {
    let ledger = try await ledger()
    let audit = try await ledger.beginAudit(
      AuditSettings(reading: "both", required: "auto", acceptsImported: true, distrustsETags: true),
      at: instant(10))
    try await list(ledger, ["a", "b"], at: 11)
    _ = try await ledger.dateListings(of: audit)
    let row = try await ledger.reader.perform { db in
      let statement = try PreparedStatement(
        """
        SELECT accepts_imported, compares_metadata, compares_tags, distrusts_etags, takes_inventories,
          sampled_unjudged, source_listed_at, destination_listed_at FROM audits
        """, on: db)
      return try statement.step() ? (0..<8).map { statement.text($0) ?? "" } : []
    }
    #expect(
      row == ["1", "0", "0", "1", "0", "0", instant(11).iso8601, instant(11).iso8601])
    await ledger.close()
  }
}

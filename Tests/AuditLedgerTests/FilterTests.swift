import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct FilterTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func exclusion(_ key: String, _ reason: String = "excluded: --exclude x") -> Exclusion {
    Exclusion(key: ObjectKey(key), destinationKey: ObjectKey(key), reason: reason)
  }

  private func begin(_ ledger: Ledger) async throws -> Int64 {
    try await ledger.beginRun(command: "migrate", toolVersion: "test", at: instant(0)).id
  }

  /// Where every key stands, and its reason.
  private func lists(_ ledger: Ledger) async throws -> [String: String] {
    var lists: [String: String] = [:]
    for row in try await ledger.rows() {
      lists[row.source.key.shown] = row.list.rawValue + (row.message.isEmpty ? "" : ": \(row.message)")
    }
    return lists
  }

  @Test("keys that are left out are skipped by name, and nothing that ended is touched")
  func exclude() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["done", "failed", "again", "waiting"])
    try await ledger.store(page(["new"]), side: .source, isLast: true)
    let run = try await begin(ledger)
    try await ledger.record(try completed(ObjectKey("done")))
    try await ledger.record(failed(ObjectKey("again"), bytesSent: 7))
    #expect(try await ledger.reopenErrors() == 1)
    try await ledger.record(failed(ObjectKey("failed")))
    let all = ["done", "failed", "again", "waiting", "new"]
    try await ledger.exclude(all.map { exclusion($0) }, run: run, at: instant(9))
    #expect(
      try await lists(ledger) == [
        "done": "completed", "failed": "error: it broke", "again": "skipped: excluded: --exclude x",
        "waiting": "skipped: excluded: --exclude x", "new": "skipped: excluded: --exclude x",
      ])
    #expect(try await ledger.lawHolds())
    let tally = try await ledger.tally()
    #expect((tally.total, tally.completed, tally.error, tally.skipped, tally.pending) == (5, 1, 1, 3, 0))
    // Attempts and bytes of what was tried before stay known.
    let again = try await ledger.rows(.skipped).first { $0.source.key == ObjectKey("again") }
    #expect(again?.attempts == 1 && again?.bytesSent == 7)
    #expect(try await ledger.work(after: nil, limit: 10).isEmpty)
    #expect(try await ledger.planCandidates(limit: 10) { $0 }.isEmpty)
    // The rule of now replaces the rule of before.
    try await ledger.exclude([exclusion("new", "excluded: --max-size 1")], run: run, at: instant(10))
    #expect(try await lists(ledger)["new"] == "skipped: excluded: --max-size 1")
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("keys that were left out are decided again, and nothing else is")
  func readmit() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["done", "failed"])
    try await ledger.store(page(["one", "three", "two"]), side: .source, isLast: true)
    try await ledger.store(page(["two"]), side: .destination, isLast: true)
    let run = try await begin(ledger)
    try await ledger.record(try completed(ObjectKey("done")))
    try await ledger.record(failed(ObjectKey("failed")))
    try await ledger.exclude(["one", "three", "two"].map { exclusion($0) }, run: run, at: instant(1))
    let first = try await ledger.filteredCandidates(after: nil, limit: 2) { $0 }
    #expect(first.map(\.candidate.source.key.shown) == ["one", "three"])
    let rest = try await ledger.filteredCandidates(after: ObjectKey("three"), limit: 2) { $0 }
    #expect(rest.map(\.candidate.destination?.key.shown) == ["two"])
    #expect(rest.map(\.reason) == ["excluded: --exclude x"])
    let actions: [(String, DecisionAction)] = [
      ("done", .copy), ("failed", .copy), ("one", .copy), ("two", .compare),
      ("three", .refuse(.unsafeName, reason: "no such name")),
    ]
    try await ledger.readmit(
      actions.map { Decision(key: ObjectKey($0), destinationKey: ObjectKey($0), action: $1) }, run: run,
      at: instant(2))
    #expect(
      try await lists(ledger) == [
        "done": "completed", "failed": "error: it broke", "one": "pending", "two": "pending",
        "three": "error: no such name",
      ])
    #expect(try await ledger.work(after: nil, limit: 10).map(\.action) == [.copy, .compare])
    #expect(try await ledger.filteredCandidates(after: nil, limit: 10) { $0 }.isEmpty)
    #expect(try await ledger.lawHolds())
    // Every decision is counted once, so that extra keys stay what they are.
    let counts = try await ledger.reader.perform { db in
      try Int64.fetchAll(
        db, sql: "SELECT sum(objects) FROM decision_count UNION ALL SELECT count(*) FROM decision")
    }
    #expect(counts == [5, 5])
    #expect(try await ledger.tally().extra == 0)
    let changes = try await ledger.reader.perform { db in
      try String.fetchAll(
        db, sql: "SELECT CAST(key AS TEXT) || ' ' || from_list || ' ' || to_list FROM change ORDER BY key")
    }
    #expect(changes == ["one skipped pending", "three skipped error", "two skipped pending"])
    await ledger.close()
  }

  @Test("a retry of some errors leaves the others where they are")
  func someErrors() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c"])
    for key in ["a", "b", "c"] { try await ledger.record(failed(ObjectKey(key), .sourceChanged)) }
    let rows = try await ledger.errors(after: ObjectKey("a"), limit: 5)
    #expect(
      rows.map(\.source.key.shown) == ["b", "c"] && rows.allSatisfy { $0.errorClass == .sourceChanged })
    #expect(try await ledger.reopenErrors([ObjectKey("b"), ObjectKey("none")]) == 1)
    #expect(
      try await lists(ledger) == ["a": "error: it broke", "b": "pending", "c": "error: it broke"])
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("the filters of every run stay with it, as they bind")
  func stored() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let filter = try ObjectFilter(
      [ObjectFilter.Rule(.exclude, "it's\n[x]"), ObjectFilter.Rule(.newer, "30d")], now: instant(0))
    let one = try await begin(ledger)
    try await ledger.record(filter.rules, of: one)
    let two = try await begin(ledger)
    try await ledger.record([], of: two)
    #expect(try await ledger.filters() == [one: filter.rules])
    #expect(filter.rules[1].value == "2023-10-15T22:13:20.000Z")
    await ledger.close()
  }

  @Test("an audit counts what its filters leave out, and does not come to it again")
  func audited() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c"])
    try await ledger.store(page(["a", "b", "x", "y"]), side: .destination, isLast: true)
    let run = try await begin(ledger)
    try await ledger.record(try completed(ObjectKey("b")))
    let settings = AuditSettings(
      reading: "none", required: "auto", takesInventories: true, filters: "--exclude x")
    let audit = try await ledger.beginAudit(settings, at: instant(1))
    // Other filters are another audit; the same ones go on.
    #expect(try await ledger.beginAudit(settings, at: instant(2)).id == audit.id)
    try await ledger.exclude(
      [exclusion("a")], standing: [ObjectKey("b")], run: run, audit: audit.id, at: instant(3))
    let pairs = try await ledger.auditPairs(audit.id, after: nil, limit: 9) { $0 }
    #expect(pairs.map(\.source.key.shown) == ["c"])
    try await ledger.replaceExtras(audit: audit.id) {
      $0
    } isExcluded: {
      $0.key == ObjectKey("y")
    }
    #expect(try await ledger.extras(after: nil, limit: 9).map(\.key.shown) == ["x"])
    let counts = try #require(try await ledger.audits().last).counts
    #expect(counts.excluded == 2 && counts.excludedExtra == 1)
    var other = settings
    other.filters = ""
    let next = try await ledger.beginAudit(other, at: instant(4))
    #expect(next.id != audit.id)
    let again = try await ledger.auditPairs(next.id, after: nil, limit: 9) { $0 }
    #expect(again.map(\.isFiltered) == [true, false, false])
    #expect(again.map(\.list) == [.skipped, .completed, nil])
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }
}

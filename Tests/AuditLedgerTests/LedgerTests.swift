import Checksums
import Foundation
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct LedgerTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("a job is set once, keeps its name, and refuses another source or destination")
  func job() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    #expect(try await ledger.job() == nil)
    try await ledger.establish(settings)
    var renamed = settings
    renamed.name = "other-name"
    try await ledger.establish(renamed)
    #expect(try await ledger.job() == settings)
    var other = settings
    other.destination.bucket = "elsewhere"
    let error = await #expect(throws: LedgerError.self) { try await ledger.establish(other) }
    #expect(error?.code == .otherJob)
    #expect(error?.message.contains("oss://shop-copy") == true)
    await ledger.close()
  }

  @Test("runs are kept in order, and one that was killed is closed by the next")
  func runs() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    let first = try await ledger.beginRun(command: "migrate", toolVersion: "1.0", at: instant(1))
    let second = try await ledger.beginRun(command: "retry", toolVersion: "1.1", at: instant(2))
    try await ledger.endRun(
      second.id, state: .finished, message: "", contentMD5Honoured: true, at: instant(9))
    let runs = try await ledger.runs()
    #expect(runs.map(\.id) == [first.id, second.id])
    #expect(runs[0].state == .stopped && runs[0].endedAt == nil && !runs[0].message.isEmpty)
    #expect(
      runs[1]
        == RunRecord(
          id: second.id, command: "retry", toolVersion: "1.1", startedAt: instant(2), endedAt: instant(9),
          state: .finished, contentMD5Honoured: true))
    await ledger.close()
  }

  @Test("samples of one instant add up and come back oldest first")
  func samples() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    for (second, bytes) in [(2, 5), (1, 7), (2, 6)] as [(Int64, Int64)] {
      let sample = ThroughputSample(
        at: instant(second), bytes: bytes, objects: 1, inFlight: bytes, retries: 2)
      try await ledger.record([sample])
    }
    let samples = try await ledger.samples()
    #expect(samples.map(\.bytes) == [7, 11])
    #expect(samples.map(\.objects) == [1, 2])
    #expect(samples.map(\.inFlight) == [7, 6] && samples.map(\.retries) == [2, 4])
    await ledger.close()
  }

  @Test("requests are replaced within their run and add up over runs, and settings keep their order")
  func measures() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    var latencies = LatencyHistogram()
    latencies.add(microseconds: 900)
    for run in Int64(1)...2 {
      let record = try await ledger.beginRun(command: "migrate", toolVersion: "1", at: instant(run))
      #expect(record.id == run)
      for microseconds in [30, 5_000_000] as [Int64] {
        latencies.add(microseconds: microseconds)
        let total = RequestTotal(
          operation: .get, code: "ok", requests: latencies.requests, latencies: latencies)
        try await ledger.record(SideRequests(run: run, side: .source, totals: [total]))
      }
    }
    let requests = try await ledger.requests()
    #expect(requests.keys.sorted { $0.rawValue < $1.rawValue } == [.source])
    var expected = latencies
    // The first run had three, the second all five.
    for microseconds in [900, 30, 5_000_000] as [Int64] { expected.add(microseconds: microseconds) }
    #expect(
      requests[.source] == [RequestTotal(operation: .get, code: "ok", requests: 8, latencies: expected)])
    try await ledger.record(settings: [RunSetting("require", "auto"), RunSetting("a", "=b\n")], of: 2)
    #expect(
      try await ledger.runSettings() == [2: [RunSetting("require", "auto"), RunSetting("a", "=b\n")]])
    await ledger.close()
  }

  @Test("an inventory goes on after its last stored page, and a repeated key counts once")
  func inventory() async throws {
    var ledger = try await Ledger.open(folder.ledger, .create)
    #expect(try await ledger.inventoryState(.source) == .notStarted)
    try await ledger.store(page(["a", "b"], next: "p2"), side: .source, isLast: false)
    #expect(try await ledger.inventoryState(.source) == .listing(next: .token("p2")))
    #expect(try await ledger.inventoryState(.destination) == .notStarted)
    await ledger.close()
    ledger = try await Ledger.open(folder.ledger, .write)
    #expect(try await ledger.inventoryState(.source) == .listing(next: .token("p2")))
    try await ledger.store(page(["a", "b"], next: "p3"), side: .source, isLast: false)
    try await ledger.store(page(["b", "c"]), side: .source, isLast: true)
    #expect(try await ledger.inventoryState(.source) == .complete)
    let tally = try await ledger.tally()
    #expect(tally.total == 3 && tally.pending == 3 && tally.duplicates == 3 && tally.bytesTotal == 30)
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("a page that cannot be stored whole is not stored at all")
  func pageIsAtomic() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a"], next: "p2"), side: .source, isLast: false)
    var bad = page(["b", "c"], next: "p3")
    bad.objects[1].size = -1
    let error = await #expect(throws: LedgerError.self) {
      try await ledger.store(bad, side: .source, isLast: false)
    }
    #expect(error?.code == .failed)
    #expect(try await ledger.inventoryState(.source) == .listing(next: .token("p2")))
    #expect(try await ledger.rows().map(\.source.key) == [ObjectKey("a")])
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("planning gives every undecided key once, with the destination's entry under its own key")
  func plan() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    let keys = (0..<25).map { "k\(100 + $0)" }
    try await ledger.store(page(keys), side: .source, isLast: true)
    try await ledger.store(page(["new/k103", "new/zzz"]), side: .destination, isLast: true)
    var seen: [ObjectKey] = []
    while true {
      let candidates = try await ledger.planCandidates(limit: 10) {
        ObjectKey(bytes: Array("new/".utf8) + $0.bytes)
      }
      if candidates.isEmpty { break }
      for candidate in candidates {
        #expect((candidate.destination != nil) == (candidate.source.key == ObjectKey("k103")))
      }
      seen += candidates.map(\.source.key)
      try await ledger.record(
        candidates.map {
          Decision(
            key: $0.source.key, destinationKey: $0.destinationKey,
            action: $0.destination == nil ? .copy : .compare)
        })
    }
    #expect(seen == keys.map { ObjectKey($0) })
    #expect(try await ledger.tally().extra == 1)
    let work = try await ledger.work(after: nil, limit: 100)
    #expect(work.map(\.source.key) == seen)
    #expect(work.filter { $0.action == .compare }.map(\.destinationKey) == [ObjectKey("new/k103")])
    // A listing that goes on below what is planned already is planned too.
    try await ledger.store(page(["a0"]), side: .source, isLast: true)
    let late = try await ledger.planCandidates(limit: 10) { $0 }
    #expect(late.map(\.source.key) == [ObjectKey("a0")])
    await ledger.close()
  }

  @Test("skip and refuse put a key into its list at once, and no retry opens it")
  func decidedLists() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a", "b", "c"]), side: .source, isLast: true)
    try await ledger.record(
      [
        Decision(key: ObjectKey("a"), destinationKey: ObjectKey("a"), action: .skip(reason: "filtered")),
        Decision(
          key: ObjectKey("b"), destinationKey: ObjectKey("b"),
          action: .refuse(.unsafeName, reason: "starts with /")),
      ], at: instant(8))
    let tally = try await ledger.tally()
    #expect((tally.skipped, tally.error, tally.pending) == (1, 1, 1))
    #expect(tally.errors == [.unsafeName: 1])
    #expect(try await ledger.reopenErrors() == 0)
    let rows = try await ledger.rows()
    #expect(rows.map(\.message) == ["filtered", "starts with /", ""])
    #expect(rows.map(\.list) == [.skipped, .error, .pending])
    #expect(rows[1].endedAt == instant(8))
    #expect(try await ledger.work(after: nil, limit: 9).isEmpty)
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }
}

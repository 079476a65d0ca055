import AuditLedger
import Foundation
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Transfers

@Suite("migrating again on one ledger")
struct IncrementalRunTests {
  @Test("new and changed objects are copied, unchanged ones are left, and what is gone is only reported")
  func again() async throws {
    let road = Road()
    road.fill(6)
    road.destinationStore.set(ObjectKey("k4"), patternedBytes(104, seed: 4))
    #expect(try await road.run().completed == 6)
    let puts = road.destination.faults.requests("put")

    road.sourceStore.set(ObjectKey("k0"), patternedBytes(300, seed: 50))
    road.sourceStore.set(ObjectKey("k4"), patternedBytes(104, seed: 51))
    road.sourceStore.set(ObjectKey("new"), patternedBytes(70, seed: 52))
    road.sourceStore.remove(ObjectKey("k1"))
    // Without the option the inventory stays as it is, and completed is what was copied.
    road.mayCompleteWrongBytes = true
    _ = try await planThenRun(road)
    #expect(road.destination.faults.requests("put") == puts)

    road.decisions.relists = true
    let second = try await planThenRun(road)
    #expect(
      second == [
        "k0": "overwrite", "k1": "done", "k2": "done", "k3": "done", "k4": "conflict", "k5": "done",
        "new": "copy",
      ])
    #expect(road.destinationStore.bytes(of: ObjectKey("k0")) == patternedBytes(300, seed: 50))
    #expect(road.destinationStore.bytes(of: ObjectKey("k1")) == patternedBytes(101, seed: 1))
    #expect(road.destination.faults.requests("put") == puts + 2)
    let said = try await road.query(
      "SELECT what, key_text FROM relistings WHERE side = 'source' ORDER BY key")
    #expect(
      said
        == [["changed", "k0"], ["gone", "k1"], ["changed", "k4"], ["new", "new"]].map { $0.map { .text($0) } }
    )
    // k4 was never ours: only a rule overwrites it.
    road.decisions.overwrite = .newer
    let third = try await planThenRun(road, .retry)
    #expect(third["k4"] == "keep" || third["k4"] == "overwrite")
    #expect(try await planThenRun(road).values.allSatisfy { ["done", "overwrite", "skip"].contains($0) })
  }

  @Test("an object whose metadata alone changed is sent again over this job's own copy")
  func metadata() async throws {
    let road = Road()
    road.fill(2)
    _ = try await road.run()
    road.sourceStore.set(
      ObjectKey("k0"), patternedBytes(100, seed: 0), metadata: ObjectMetadata(contentType: "text/new"))
    road.decisions.relists = true
    #expect(try await planThenRun(road) == ["k0": "overwrite", "k1": "done"])
    let there = try await road.destinationStore.head(ObjectKey("k0"), part: nil)
    #expect(there.metadata.contentType == "text/new")
    #expect(try await planThenRun(road) == ["k0": "done", "k1": "done"])
  }

  @Test("this job's copy that somebody else replaced since is not overwritten")
  func replaced() async throws {
    let road = Road()
    road.fill(2)
    _ = try await road.run()
    road.sourceStore.set(ObjectKey("k0"), patternedBytes(200, seed: 9))
    road.destinationStore.set(ObjectKey("k0"), [7])
    road.decisions.relists = true
    #expect(try await planThenRun(road) == ["k0": "conflict", "k1": "done"])
    #expect(road.destinationStore.bytes(of: ObjectKey("k0")) == [7])
  }

  @Test("keys that are gone before they were copied are skipped by name, and taken when they come back")
  func goneAndBack() async throws {
    let road = Road([.deniedRead: 1])
    road.fill(3)
    let first = try await road.run()
    #expect((first.completed, first.error) == (2, 1))
    let failed = try #require(try await road.errors().keys.first)
    let bytes = try #require(road.sourceStore.bytes(of: ObjectKey(failed)))
    road.sourceStore.remove(ObjectKey(failed))
    road.decisions.relists = true
    let second = try await planThenRun(road)
    #expect(second[failed] == "skip")
    let skipped = try await road.rows().filter { $0.list == .skipped }
    #expect(skipped.map(\.message) == ["gone from the source when it was listed again"])
    road.sourceStore.set(ObjectKey(failed), bytes)
    #expect(try await planThenRun(road)[failed] == "copy")
    #expect(try await road.run().completed == 3)
  }

  @Test(
    "what a listing for its own sake found changed is taken up by the next run, however often it was listed")
  func listedBetween() async throws {
    let road = Road()
    road.fill(3)
    _ = try await road.run()
    road.sourceStore.set(ObjectKey("k0"), patternedBytes(300, seed: 50))
    for _ in 0..<2 {
      let ledger = try await Ledger.open(road.ledgerPath, .write)
      try await ledger.beginRelisting(.source)
      var position: ListPosition?
      repeat {
        let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: position)
        position = page.next
        try await ledger.store(page, side: .source, isLast: position == nil)
      } while position != nil
      await ledger.close()
    }
    #expect(try await planThenRun(road) == ["k0": "overwrite", "k1": "done", "k2": "done"])
  }

  @Test("objects from before a time are skipped by name, and taken when they change")
  func since() async throws {
    let road = Road()
    road.fill(3)
    let listed = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil).objects
    let last = try #require(listed.last?.lastModifiedAt)
    road.filter = try ObjectFilter([.init(.newer, last.iso8601)], now: last)
    #expect(try await planThenRun(road) == ["k0": "skip", "k1": "skip", "k2": "copy"])
    road.sourceStore.set(ObjectKey("k0"), patternedBytes(300, seed: 50))
    road.decisions.relists = true
    #expect(try await planThenRun(road) == ["k0": "copy", "k1": "skip", "k2": "done"])
    let skipped = try await road.rows().filter { $0.list == .skipped }.map(\.message)
    #expect(skipped == ["excluded: --newer \(last.iso8601)"])
  }

  @Test("what only the destination has is counted right after both sides were listed again")
  func extra() async throws {
    let road = Road()
    road.fill(3)
    road.destinationStore.set(ObjectKey("nobody's"), [1])
    road.destinationStore.set(ObjectKey("nobody's too"), [1])
    #expect(try await road.run().extra == 2)
    road.destinationStore.remove(ObjectKey("nobody's too"))
    road.decisions.relists = true
    #expect(try await road.run().extra == 1)
  }
}

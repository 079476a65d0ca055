import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing

@Suite("retries that are limited to keys or classes")
struct RetryScopeTests {
  private func listed(_ keys: String...) -> RetryScope {
    RetryScope(keys: keys.map { ListedKey(key: ObjectKey($0)) }.sortedOnce)
  }

  @Test("a class takes up its errors, also those that a stopped run had opened again, and nothing else")
  func classes() async throws {
    let scene = FilterScene()
    try await scene.prepare()
    var expected = try await scene.lists()
    try await scene.run(.retry, scope: RetryScope(classes: [.throttled, .timeout]))
    expected["undecided"] = "pending"
    #expect(try await scene.lists() == expected)
    #expect(scene.source.faults.requests("get") == 0 && scene.destination.faults.requests("put") == 0)
    let tally = try await scene.run(.retry, scope: RetryScope(classes: [.denied]))
    #expect((tally.completed, tally.pending, tally.error, tally.skipped) == (3, 2, 1, 1))
    expected["failed"] = "completed"
    expected["reopened"] = "completed"
    #expect(try await scene.lists() == expected)
    #expect(scene.source.faults.requests("get") == 2 && scene.destination.faults.requests("put") == 2)
    #expect(scene.source.faults.requests("list") == 0)
  }

  @Test("listed keys are taken up wherever they wait or failed, and no others")
  func keys() async throws {
    let scene = FilterScene()
    try await scene.prepare()
    var expected = try await scene.lists()
    let tally = try await scene.run(
      .retry, scope: listed("failed", "waiting", "completed", "filtered", "refused", "unknown"))
    #expect(tally.total == 7)
    expected["failed"] = "completed"
    expected["waiting"] = "completed"
    expected["undecided"] = "pending"
    #expect(try await scene.lists() == expected)
    #expect(scene.source.faults.requests("get") == 2 && scene.destination.faults.requests("put") == 2)
    #expect(scene.source.faults.requests("list") == 0 && scene.destination.faults.requests("list") == 0)
  }

  @Test("a new ledger has the listed keys and no others, each looked up once at both sides")
  func newLedger() async throws {
    let scene = FilterScene()
    for key in ["a", "b", "c"] { scene.source.inner.set(ObjectKey(key), patternedBytes(50)) }
    scene.destination.inner.set(ObjectKey("b"), patternedBytes(50))
    let tally = try await scene.run(.retry, scope: listed("b", "a", "gone", "a"))
    #expect((tally.total, tally.completed, tally.error, tally.foundEqual) == (3, 2, 1, 1))
    #expect(
      try await scene.lists() == ["a": "completed", "b": "completed", "gone": "source-gone"])
    #expect(scene.source.faults.requests("list") == 0 && scene.destination.faults.requests("list") == 0)
    #expect(scene.destination.inner.keys == [ObjectKey("a"), ObjectKey("b")])
    // A migration of these keys would look like one of the whole source.
    do {
      try await scene.run(.migrate)
      Issue.record("it ran")
    } catch RunStop.ledger(let error) {
      #expect(error.code == .incomplete && error.message.contains("--relist"))
    }
    // The key comes back: the error list is taken up as ever.
    scene.source.inner.set(ObjectKey("gone"), patternedBytes(70))
    #expect(try await scene.run(.retry).completed == 3)
    #expect(scene.destination.inner.bytes(of: ObjectKey("gone")) == patternedBytes(70))
    #expect(scene.source.faults.requests("list") == 0)
  }

  @Test(
    "where the destination forbids to look a key up, its listing decides, and nothing there is overwritten")
  func forbiddenLook() async throws {
    let scene = FilterScene([:], [.deniedHead: 2])
    for key in ["a", "b"] { scene.source.inner.set(ObjectKey(key), patternedBytes(50)) }
    scene.destination.inner.set(ObjectKey("b"), patternedBytes(60))
    let tally = try await scene.run(.retry, scope: listed("a", "b"))
    #expect((tally.completed, tally.error) == (1, 1))
    #expect(try await scene.lists() == ["a": "completed", "b": "conflict"])
    #expect(scene.destination.faults.requests("list") == 2 && scene.destination.faults.requests("put") == 1)
    #expect(scene.destination.inner.bytes(of: ObjectKey("b")) == patternedBytes(60))
  }

  @Test("where neither a look nor the listing tells, the run stops and nothing is sent")
  func noLook() async throws {
    let scene = FilterScene([:], [.deniedHead: 1, .endlessListing: 1])
    scene.source.inner.set(ObjectKey("a"), patternedBytes(50))
    do {
      try await scene.run(.retry, scope: listed("a"))
      Issue.record("it ran")
    } catch RunStop.storage(let side, let error) {
      #expect(side == .destination && error.code == .accessDenied)
    }
    #expect(scene.destination.faults.requests("put") == 0 && scene.destination.inner.keys.isEmpty)
  }

  @Test("an object that is not what the ledger has is named, and copied when it is asked for again")
  func changed() async throws {
    let scene = FilterScene()
    try await scene.prepare()
    scene.source.inner.set(ObjectKey("failed"), patternedBytes(20))
    try await scene.run(.retry, scope: listed("failed"))
    #expect(try await scene.lists()["failed"] == "source-changed")
    try await scene.run(.retry, scope: listed("failed"))
    #expect(try await scene.lists()["failed"] == "completed")
    #expect(scene.destination.inner.bytes(of: ObjectKey("failed")) == patternedBytes(20))
  }

  @Test("a ledger whose inventory is not whole cannot say what a list is of")
  func incomplete() async throws {
    let scene = FilterScene()
    let ledger = try await Ledger.open(scene.ledgerPath, .create)
    let page = ListingPage(objects: [], next: .token("more"))
    try await ledger.store(page, side: .source, isLast: false)
    await ledger.close()
    do {
      try await scene.run(.retry, scope: listed("a"))
      Issue.record("it ran")
    } catch RunStop.ledger(let error) {
      #expect(error.code == .incomplete)
    }
    #expect(scene.source.faults.requests("head") == 0)
  }
}

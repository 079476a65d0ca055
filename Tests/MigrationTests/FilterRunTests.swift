import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing

private typealias Rule = ObjectFilter.Rule
private let everything = Rule(.exclude, "**")
private let byAll = "excluded: --exclude **"

@Suite("runs with filters")
struct FilterRunTests {
  @Test("a migration sends what the filters take in, and names the rule for the rest")
  func migrated() async throws {
    let scene = FilterScene()
    for key in ["a.csv", "tmp/b.csv", "c.log", "big.csv"] {
      scene.source.inner.set(ObjectKey(key), patternedBytes(key == "big.csv" ? 500 : 50))
    }
    let tally = try await scene.run(
      .migrate, Rule(.include, "*.csv"), Rule(.exclude, "/tmp/"), Rule(.maxSize, "100"))
    #expect((tally.total, tally.completed, tally.skipped, tally.error) == (4, 1, 3, 0))
    #expect(
      try await scene.lists() == [
        "a.csv": "completed", "tmp/b.csv": "excluded: --exclude /tmp/", "big.csv": "excluded: --max-size 100",
        "c.log": "excluded: no --include matches",
      ])
    #expect(scene.destination.inner.keys == [ObjectKey("a.csv")])
    #expect(scene.source.faults.requests("get") == 1 && scene.source.faults.requests("head") <= 1)
    // The same command does nothing more, another one takes up what it takes in.
    try await scene.run(.migrate, Rule(.include, "*.csv"), Rule(.exclude, "/tmp/"), Rule(.maxSize, "100"))
    #expect(scene.destination.faults.requests("put") == 1)
    let wider = try await scene.run(.migrate, Rule(.exclude, "*.log"))
    #expect((wider.completed, wider.skipped) == (3, 1))
    #expect(try await scene.lists()["c.log"] == "excluded: --exclude *.log")
    let all = try await scene.run(.migrate)
    #expect((all.completed, all.skipped) == (4, 0))
    #expect(scene.source.faults.requests("get") == 4)
    let ledger = try await Ledger.open(scene.ledgerPath, .read)
    #expect(
      try await ledger.filters().mapValues(\.text) == [
        1: "--include '*.csv' --exclude /tmp/ --max-size 100",
        2: "--include '*.csv' --exclude /tmp/ --max-size 100", 3: "--exclude '*.log'",
      ])
    await ledger.close()
  }

  /// What each command makes of a key that stands somewhere, without filters and with all of it left out.
  private static let truth: [(before: FilterScene.Before, takenIn: String, leftOut: String)] = [
    (.undecided, "completed", byAll), (.filtered, "completed", byAll), (.waiting, "completed", byAll),
    (.reopened, "completed", byAll), (.completed, "completed", "completed"), (.failed, "denied", "denied"),
    (.refused, "not-carriable", "not-carriable"),
  ]

  @Test("a migration on a ledger with a past", arguments: [false, true])
  func migratedAgain(_ isOut: Bool) async throws {
    let scene = FilterScene()
    try await scene.prepare()
    let tally = isOut ? try await scene.run(.migrate, everything) : try await scene.run(.migrate)
    let expected = Self.truth.map { ($0.before.rawValue, isOut ? $0.leftOut : $0.takenIn) }
    #expect(try await scene.lists() == Dictionary(uniqueKeysWithValues: expected))
    #expect(tally.pending == 0 && tally.extra == 0)
    if isOut {
      #expect(scene.source.faults.requests("get") == 0 && scene.destination.faults.requests("put") == 0)
      // Nothing is lost by it: the next run takes everything in again.
      #expect(try await scene.run(.migrate).completed == 5)
    }
  }

  @Test("a verification on a ledger with a past", arguments: [false, true])
  func verifiedAgain(_ isOut: Bool) async throws {
    let scene = FilterScene()
    try await scene.prepare()
    let (tally, audit) = isOut ? try await scene.verify(everything) : try await scene.verify()
    let taken = Self.truth.map { row in
      let isMissing = ["completed", "denied"].contains(row.takenIn) && row.before != .completed
      return (row.before.rawValue, isMissing ? "missing" : row.takenIn)
    }
    let left = Self.truth.map { ($0.before.rawValue, $0.leftOut) }
    #expect(try await scene.lists() == Dictionary(uniqueKeysWithValues: isOut ? left : taken))
    #expect(audit.counts.excluded == (isOut ? 7 : 0) && tally.total == 7)
    if isOut {
      // What one verification left out, the next one looks at.
      _ = try await scene.verify()
      #expect(try await scene.lists() == Dictionary(uniqueKeysWithValues: taken))
    }
  }

  @Test("a retry touches nothing that its filters leave out")
  func retried() async throws {
    let scene = FilterScene()
    try await scene.prepare()
    let before = try await scene.lists()
    let requests = ["get", "head", "put", "list"]
    let tally = try await scene.run(.retry, everything)
    var expected = before
    // The plan is not the retry's: keys that were never decided get their decision, and wait.
    expected["undecided"] = "pending"
    #expect(try await scene.lists() == expected)
    #expect(tally.pending == 3 && tally.skipped == 1)
    for request in requests {
      #expect(scene.source.faults.requests(request) == 0, "\(request)")
      #expect(scene.destination.faults.requests(request) == 0, "\(request)")
    }
    let some = try await scene.run(.retry, Rule(.include, "failed"), Rule(.include, "reopened"))
    #expect((some.completed, some.pending, some.skipped) == (3, 2, 1))
    let rest = try await scene.run(.retry)
    #expect((rest.completed, rest.pending, rest.skipped, rest.error) == (5, 0, 1, 1))
    #expect(try await scene.lists()["filtered"] == "excluded: --exclude f*")
  }

  @Test("a retry plans what a stopped run left under that run's filters")
  func retryKeepsTheJobsFilters() async throws {
    let scene = FilterScene()
    for key in ["a", "tmp/b"] { scene.source.inner.set(ObjectKey(key), patternedBytes(50)) }
    // What a run leaves that was stopped before it listed anything.
    let ledger = try await Ledger.open(scene.ledgerPath, .create)
    let run = try await ledger.beginRun(
      command: "migrate", toolVersion: "test", at: FilterScene.clock.now())
    try await ledger.record([Rule(.exclude, "tmp/")], of: run.id)
    await ledger.close()
    let tally = try await scene.run(.retry)
    #expect((tally.completed, tally.skipped) == (1, 1))
    #expect(try await scene.lists()["tmp/b"] == "excluded: --exclude tmp/")
  }

  @Test("an abandoned upload of a key that a retry leaves out is left alone, and dropped by the next run")
  func abandonedUpload() async throws {
    let scene = FilterScene()
    try await scene.prepare()
    let upload = try await scene.destination.inner.createUpload(ObjectKey("waiting"), WriteOptions())
    let ledger = try await Ledger.open(scene.ledgerPath, .write)
    try await ledger.record(
      StartedTransfer(
        key: ObjectKey("waiting"), destinationKey: ObjectKey("waiting"), source: Generation(size: 50),
        upload: upload, startedAt: FilterScene.clock.now()))
    await ledger.close()
    try await scene.run(.retry, everything)
    #expect(scene.destination.inner.openUploadCount == 1)
    try await scene.run(.migrate, everything)
    #expect(scene.destination.inner.openUploadCount == 0)
    #expect(try await scene.lists()["waiting"] == byAll)
  }

  @Test("without a ledger to keep, a verification counts the same", arguments: [false, true])
  func problemsOnly(_ keepsProblemsOnly: Bool) async throws {
    let scene = FilterScene()
    for index in 0..<5 {
      scene.source.inner.set(ObjectKey("same\(index)"), patternedBytes(50 + index))
      scene.destination.inner.set(ObjectKey("same\(index)"), patternedBytes(50 + index))
    }
    for key in ["missing", "tmp/one", "tmp/two"] { scene.source.inner.set(ObjectKey(key), [1]) }
    for key in ["extra", "tmp/two", "tmp/three"] { scene.destination.inner.set(ObjectKey(key), [2, 3]) }
    scene.keepsProblemsOnly = keepsProblemsOnly
    let (tally, audit) = try await scene.verify(Rule(.exclude, "tmp/"), Rule(.exclude, "same4"))
    #expect((tally.total, tally.completed, tally.error, tally.skipped) == (8, 4, 1, 3))
    #expect(tally.extra == 1 && audit.counts.excluded == 3 && audit.counts.excludedExtra == 1)
    #expect(tally.bytesTotal == 50 + 51 + 52 + 53 + 54 + 3)
    #expect(scene.source.faults.requests("head") == 0)
  }

  @Test("of a key that both sides have, the source's time counts")
  func newer() async throws {
    let scene = FilterScene()
    for key in ["old", "new"] { scene.source.inner.set(ObjectKey(key), [1]) }
    for key in ["old", "new"] { scene.destination.inner.set(ObjectKey(key), [1]) }
    let changed = try await scene.source.inner.head(ObjectKey("new"), part: nil).lastModifiedAt
    let instant = try #require(changed).iso8601
    let (tally, _) = try await scene.verify(Rule(.newer, instant))
    #expect((tally.completed, tally.skipped, tally.extra) == (1, 1, 0))
    #expect(try await scene.lists()["old"] == "excluded: --newer \(instant)")
  }
}

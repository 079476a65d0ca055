import AuditLedger
import Foundation
import Inventory
import ObjectStorage
import StorageTesting
import Testing

@testable import Migration

@Suite("taking an inventory and saying what it holds")
struct InventoryTakingTests {
  private let folder: TemporaryFolder
  private let store = MemoryStore(.s3, pageSize: 3)

  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<10 { store.set(ObjectKey("k\(index)"), patternedBytes(index)) }
  }

  /// Lists the store; returns what was done, or why it stopped.
  private func take(
    _ ledger: Ledger, _ side: Side = .source, isRelisting: Bool = false,
    _ faults: [FaultyStore.Fault: Int] = [:]
  ) async throws -> InventoryTaking.Outcome {
    let clock = RunClock(now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0.5 })
    return try await InventoryTaking(
      side, of: RunSide(store: FaultyStore(store, bucket: "from", faults), prefix: ObjectKey("")),
      ledger: ledger,
      retrying: Retrying(
        policy: RetryPolicy(maximumTries: 3), budget: RequestBudget(retries: 2), clock: clock)
    ) { _ in }.run(isRelisting: isRelisting)
  }

  private func withLedger(_ action: (Ledger) async throws -> Void) async throws {
    let ledger = try await Ledger.open("\(folder.path)/job.ledger", .create)
    try await action(ledger)
    await ledger.close()
  }

  @Test("the store is asked once for every page, and not again for a complete inventory")
  func requests() async throws {
    try await withLedger { ledger in
      let first = try await take(ledger)
      let second = try await take(ledger)
      let retried = try await take(ledger, .destination, [.throttled: 2])
      #expect([first, second, retried].map(\.listRequests) == [4, 0, 6])
    }
  }

  @Test("a second listing that was stopped is taken up, and no third is begun")
  func stopped() async throws {
    try await withLedger { ledger in
      _ = try await take(ledger)
      await #expect(throws: RunStop.self) {
        try await take(ledger, isRelisting: true, [.throttled: 100])
      }
      store.set(ObjectKey("k5"), patternedBytes(50))
      store.set(ObjectKey("later"), [])
      let outcome = try await take(ledger, isRelisting: true)
      #expect(outcome.listRequests == 4)
      #expect(
        outcome.relisting?.examples == [.new: [ObjectKey("later")], .changed: [ObjectKey("k5")], .gone: []])
      // A whole one, asked for once more, begins a listing of its own and forgets what the last one noted.
      let again = try await take(ledger, isRelisting: true)
      #expect(again.listRequests == 4 && again.relisting?.counts == RelistingCounts())
    }
  }

  @Test("the listing of another store is not taken for this one, and a job fits its inventories")
  func places() async throws {
    let elsewhere = JobSide(kind: .s3, bucket: "elsewhere", prefix: "", endpoint: "", region: "")
    try await withLedger { ledger in
      let place = try await take(ledger).place
      #expect(try await ledger.place(of: .source) == place)
      #expect(try await ledger.place(of: .destination) == nil)
      let error = await #expect(throws: LedgerError.self) {
        try await ledger.establish(.source, at: elsewhere)
      }
      #expect(error?.code == .otherJob)
      var job = JobSettings(name: "job", source: elsewhere, destination: elsewhere)
      let refused = job
      let other = await #expect(throws: LedgerError.self) { try await ledger.establish(refused) }
      #expect(other?.code == .otherJob)
      #expect(try await ledger.job() == nil)
      job.source = place
      try await ledger.establish(job)
      #expect(try await ledger.place(of: .destination) == elsewhere)
      // The job says what the destination is; the store that is offered is another.
      await #expect(throws: RunStop.self) { try await take(ledger, .destination) }
    }
  }

  @Test("a row that is not wanted counts as excluded, and lands nowhere")
  func excluded() async throws {
    try await withLedger { ledger in
      let place = try await take(ledger).place
      let landing = try #require(Landing(anywhereIn: .oss))
      var survey = InventorySurvey(of: place, depth: 1, to: landing)
      try await survey.run(over: ledger, .source) { $0.size != 7 }
      #expect(survey.summary.total == ObjectShare(objects: 9, bytes: 38))
      #expect(survey.summary.excluded == ObjectShare(objects: 1, bytes: 7))
      #expect(survey.preflight?.landable.objects == 9 && survey.preflight?.cost.objects.bytes == 38)
      #expect(survey.summary.pass.objects == 10 && survey.summary.pass.listing?.isComplete == true)
    }
  }

  @Test("rows that are counted while they come are counted as those of the ledger", arguments: [1, 3])
  func counted(_ depth: Int) async throws {
    for index in 0..<300 {
      store.set(ObjectKey("d\(index % 7)/e\(index % 3)/k\(index)"), patternedBytes(index % 90))
    }
    for key in ["d1", "d1-", "d10/", "A", "a", ".", "x//y", "\u{e9}"] { store.set(ObjectKey(key), []) }
    try await withLedger { ledger in
      let landing = try #require(Landing(anywhereIn: .directory))
      let clock = RunClock(now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0.5 })
      let taking = InventoryTaking(
        .source, of: RunSide(store: FaultyStore(store, bucket: "from", [:]), prefix: ObjectKey("")),
        ledger: ledger,
        retrying: Retrying(policy: RetryPolicy(), budget: RequestBudget(retries: 2), clock: clock)
      ) { _ in }
      let fresh = InventorySurvey(of: taking.job, depth: depth, to: landing)
      let outcome = try await taking.run(isRelisting: false, counting: fresh) { $0.size != 7 }
      let coming = try #require(outcome.survey)
      var read = fresh
      try await read.run(over: ledger, .source) { $0.size != 7 }
      #expect(coming.summary.rows == 318 && coming.summary.excluded.objects > 1)
      expectSame(coming.summary, read.summary)
      #expect(coming.preflight?.landable == read.preflight?.landable)
      #expect(coming.preflight?.refusals == read.preflight?.refusals)
      #expect(coming.preflight?.warnings == read.preflight?.warnings)
      #expect(coming.preflight?.cost.largest == read.preflight?.cost.largest)
      // Nothing comes a second time: what is counted then is read.
      #expect(try await taking.run(isRelisting: false, counting: fresh).survey == nil)
    }
  }

  private func expectSame(_ one: InventorySummary, _ other: InventorySummary) {
    #expect((one.total, one.excluded, one.undated) == (other.total, other.excluded, other.undated))
    #expect(
      one.storageClasses == other.storageClasses && one.otherStorageClasses == other.otherStorageClasses)
    #expect(one.sizes == other.sizes && one.eTags == other.eTags && one.keys == other.keys)
    #expect(one.prefixes.result == other.prefixes.result && one.pass == other.pass)
    #expect(one.oldest == other.oldest && one.newest == other.newest)
  }
}

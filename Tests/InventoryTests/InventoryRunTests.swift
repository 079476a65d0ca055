import AuditLedger
import Inventory
import NIOCore
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

/// A listing that a test scripts: each request takes the next answer.
private final class ScriptedListing: ObjectReader {
  typealias Answer = Result<ListingPage, StorageError>

  let location = StoreLocation(kind: .memory, bucket: "scripted")
  private let answers: Mutex<[Answer]>
  let asked = Mutex<[ListPosition?]>([])

  init(_ answers: [Answer]) {
    self.answers = Mutex(answers)
  }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    asked.withLock { $0.append(position) }
    let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let answer else { throw StorageError(.invalidRequest, "the script is over") }
    return try answer.get()
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    throw StorageError(.invalidRequest, "not scripted")
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    throw StorageError(.invalidRequest, "not scripted")
  }
}

private func page(_ keys: [String], next: String? = nil) -> ScriptedListing.Answer {
  .success(
    ListingPage(
      objects: keys.map { ListedObject(key: ObjectKey($0), size: 1) }, next: next.map { .token($0) }))
}

@Suite("listing a side into the ledger")
struct InventoryRunTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/job.ledger" }

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs against a script; returns the error's code, or nil.
  private func run(_ listing: ScriptedListing, retries: Int = 10) async throws -> StorageError.Code? {
    let ledger = try await Ledger.open(path, .create)
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0.5 })
    let retrying = Retrying(
      policy: RetryPolicy(maximumTries: 3), budget: RequestBudget(retries: retries), clock: clock)
    let inventory = InventoryRun(
      .source, of: listing, prefix: ObjectKey(""), ledger: ledger, retrying: retrying)
    var code: StorageError.Code?
    do {
      try await inventory.run { _ in }
    } catch InventoryFailure.store(let error) {
      code = error.code
    }
    await ledger.close()
    return code
  }

  private func stored() async throws -> (state: InventoryState, total: Int64) {
    let ledger = try await Ledger.open(path, .read)
    let found = (try await ledger.inventoryState(.source), try await ledger.tally().total)
    await ledger.close()
    return found
  }

  @Test("a listing that was cut off goes on at the page behind the last stored one")
  func resumed() async throws {
    let cut = ScriptedListing([page(["a", "b"], next: "1"), page(["c"], next: "2")])
    #expect(try await run(cut) == .invalidRequest)
    #expect(try await stored() == (.listing(next: .token("2")), 3))
    let rest = ScriptedListing([page(["d"])])
    #expect(try await run(rest) == nil)
    #expect(rest.asked.withLock { $0 } == [.token("2")])
    #expect(try await stored() == (.complete, 4))
    // A complete inventory asks nothing more.
    let nothing = ScriptedListing([])
    #expect(try await run(nothing) == nil && nothing.asked.withLock { $0.isEmpty })
  }

  @Test("an empty page in the middle is not the end")
  func emptyPage() async throws {
    #expect(
      try await run(ScriptedListing([page(["a"], next: "1"), page([], next: "2"), page(["b"])])) == nil)
    #expect(try await stored() == (.complete, 2))
  }

  @Test("a fault that passes is asked again, one that stays ends the run without an end of the listing")
  func faults() async throws {
    let fault = ScriptedListing.Answer.failure(StorageError(.malformedAnswer, "an HTML page"))
    let healed = ScriptedListing([page(["a"], next: "1"), fault, fault, page(["b"])])
    #expect(try await run(healed) == nil)
    #expect(try await stored() == (.complete, 2))
  }

  @Test("a fault that stays never ends the listing")
  func lasting() async throws {
    let fault = ScriptedListing.Answer.failure(StorageError(.malformedAnswer, "an HTML page"))
    #expect(
      try await run(ScriptedListing([page(["a"], next: "1")] + Array(repeating: fault, count: 9)))
        == .malformedAnswer)
    #expect(try await stored() == (.listing(next: .token("1")), 1))
  }

  @Test("a position that comes back, or a page that repeats, is no progress")
  func loops() async throws {
    let back = ScriptedListing([page(["a"], next: "1"), page(["b"], next: "2"), page(["c"], next: "1")])
    #expect(try await run(back) == .malformedAnswer)
  }

  @Test("the same page under other tokens is no progress")
  func repeats() async throws {
    let same = ScriptedListing([page(["a"], next: "1"), page(["a"], next: "2"), page(["a"], next: "3")])
    #expect(try await run(same) == .malformedAnswer)
    #expect(try await stored() != (.complete, 1))
  }

  @Test("the retry budget of a run is shared by all pages")
  func budget() async throws {
    let fault = ScriptedListing.Answer.failure(StorageError(.throttled, "slow down"))
    let listing = ScriptedListing([fault, page(["a"], next: "1"), fault, page(["b"])])
    #expect(try await run(listing, retries: 1) == .budgetSpent)
  }
}

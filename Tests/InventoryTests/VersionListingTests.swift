import AuditLedger
import Inventory
import NIOCore
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

/// Versions of a store in memory, of which a number of pages are given before the store fails, or never end.
private final class InterruptedVersions: ObjectReader {
  let location = StoreLocation(kind: .memory, bucket: "versions")
  private let inner: MemoryStore
  private let repeats: Bool
  /// Whether its pages encode their keys.
  private let isByteExact: Bool
  private let pagesLeft: Mutex<Int>
  let asked = Mutex<[VersionPosition?]>([])

  init(_ inner: MemoryStore, pages: Int, repeats: Bool = false, isByteExact: Bool = true) {
    self.inner = inner
    self.repeats = repeats
    self.isByteExact = isByteExact
    pagesLeft = Mutex(pages)
  }

  func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    asked.withLock { $0.append(position) }
    let isLeft = pagesLeft.withLock { left in
      left -= 1
      return left >= 0
    }
    guard isLeft else { throw StorageError(.accessDenied, "no more") }
    var page = try await inner.listVersions(prefix: prefix, from: repeats ? nil : position)
    page.isByteExact = isByteExact
    return page
  }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    try await inner.list(scope, from: position)
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    throw StorageError(.invalidRequest, "not asked for")
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    throw StorageError(.invalidRequest, "not asked for")
  }
}

@Suite("listing versions into the ledger")
struct VersionListingTests {
  private let folder: TemporaryFolder
  private let store = MemoryStore(pageSize: 3, keepsVersions: true)

  /// Three keys with 1, 2 and 3 versions, the last one deleted: six versions and a mark, on three pages.
  init() throws {
    folder = try TemporaryFolder()
    for (count, key) in ["a", "b", "c"].enumerated() {
      for number in 0...count { store.set(ObjectKey(key), Array(repeating: 1, count: number + 1)) }
    }
    store.remove(ObjectKey("c"))
  }

  private func list(_ store: InterruptedVersions, into ledger: Ledger) async throws -> StorageError.Code? {
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0.5 })
    let retrying = Retrying(
      policy: RetryPolicy(maximumTries: 3), budget: RequestBudget(retries: 3), clock: clock)
    do throws(InventoryFailure) {
      try await InventoryRun(
        .source, of: store, prefix: ObjectKey(""), ledger: ledger, retrying: retrying
      ).run { _ in }
      try await VersionListing(
        .source, of: store, prefix: ObjectKey(""), ledger: ledger, retrying: retrying
      ).run { _ in }
      return nil
    } catch {
      guard case .store(let error) = error else { throw error }
      return error.code
    }
  }

  private func facts(_ ledger: Ledger) async throws -> ListingFacts? {
    try await ledger.forEachListed(on: .source) { _ in }.listing
  }

  @Test("a listing that stops goes on at its page, and counts what is not current")
  func resumes() async throws {
    let ledger = try await Ledger.open("\(folder.path)/job.ledger", .create)
    let first = InterruptedVersions(store, pages: 2)
    #expect(try await list(first, into: ledger) == .accessDenied)
    #expect(try await facts(ledger)?.versions == nil)
    let second = InterruptedVersions(store, pages: 9)
    #expect(try await list(second, into: ledger) == nil)
    let last = try #require(first.asked.withLock { $0.last ?? nil })
    #expect(second.asked.withLock { $0 } == [last])
    let facts = try #require(try await facts(ledger))
    // The newest version of the deleted key is not current either.
    #expect(facts.versions == 4 && facts.deleteMarks == 1)
    let third = InterruptedVersions(store, pages: 0)
    #expect(try await list(third, into: ledger) == nil)
    #expect(third.asked.withLock { $0 }.isEmpty)
    await ledger.close()
  }

  @Test("a listing that gives the same page for ever is refused")
  func repeats() async throws {
    let ledger = try await Ledger.open("\(folder.path)/job.ledger", .create)
    let store = InterruptedVersions(store, pages: 50, repeats: true)
    #expect(try await list(store, into: ledger) == .malformedAnswer)
    #expect(store.asked.withLock { $0.count } == 2)
    #expect(try await facts(ledger)?.versions == nil)
    await ledger.close()
  }

  @Test("a key with U+FFFD is taken from pages that encode their keys, and from no others")
  func replaced() async throws {
    store.set(ObjectKey("b\u{fffd}b"), [1])
    for (isByteExact, code) in [(true, nil), (false, StorageError.Code.malformedAnswer)] {
      let ledger = try await Ledger.open("\(folder.path)/\(isByteExact).ledger", .create)
      let listing = InterruptedVersions(store, pages: 9, isByteExact: isByteExact)
      #expect(try await list(listing, into: ledger) == code)
      #expect(try await facts(ledger)?.versions == (isByteExact ? 4 : nil))
      await ledger.close()
    }
  }

  @Test("listed again, the keys' new listing knows nothing of versions until they are listed again")
  func forgets() async throws {
    let ledger = try await Ledger.open("\(folder.path)/job.ledger", .create)
    #expect(try await list(InterruptedVersions(store, pages: 9), into: ledger) == nil)
    try await ledger.beginRelisting(.source)
    store.set(ObjectKey("a"), [9])
    #expect(try await ledger.versionListing(.source) == .listing(next: nil))
    #expect(try await list(InterruptedVersions(store, pages: 9), into: ledger) == nil)
    #expect(try await facts(ledger)?.versions == 5)
    await ledger.close()
  }
}

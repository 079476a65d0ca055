import Checksums
import NIOCore
import ObjectStorage
import Synchronization
import Testing

@Suite("how a store's object was cut is found out")
struct PartDiscoveryTests {
  private static let key = ObjectKey("big")

  private func discovery(_ store: TellingStore) -> PartDiscovery {
    PartDiscovery(
      store: store,
      retrying: Retrying(
        policy: RetryPolicy(), budget: RequestBudget(retries: 0),
        clock: RunClock(now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0 })))
  }

  private func parts(
    _ store: TellingStore, _ algorithm: ChecksumAlgorithm = .multipartETag
  ) async throws -> KnownParts {
    try await discovery(store).parts(
      of: Self.key, size: store.sizes.reduce(0, +), goal: try goal(store.sizes.count, algorithm),
      eTag: store.eTag)
  }

  private func goal(_ count: Int, _ algorithm: ChecksumAlgorithm = .multipartETag) throws -> Checksum {
    try #require(
      Checksum(algorithm, bytes: Array(repeating: 0xff, count: algorithm.byteCount), partCount: count))
  }

  @Test("equal parts cost one request, and the first part says so")
  func equal() async throws {
    let store = TellingStore([30, 30, 5])
    let known = try await parts(store)
    #expect(known.authority == .firstPart)
    #expect(known.candidates == [try #require(PartBoundaries(objectSize: 65, partSize: 30))])
    #expect(store.requests == 1)
  }

  @Test("unequal parts are told in one list, or asked one by one")
  func unequal() async throws {
    let right = try #require(PartBoundaries(objectSize: 50, sizes: [10, 30, 10]))
    let listing = TellingStore([10, 30, 10], listsParts: true)
    #expect(try await parts(listing) == KnownParts(candidates: [right], authority: .store))
    #expect(listing.requests == 2)
    let asked = TellingStore([10, 30, 10])
    #expect(try await parts(asked) == KnownParts(candidates: [right], authority: .store))
    #expect(asked.requests == 5)
  }

  @Test("a list of parts is asked for where a question about one part is refused")
  func listOnly() async throws {
    let store = TellingStore(
      [10, 30, 10], listsParts: true
    ) { _ in .failure(StorageError(.invalidRequest, "no")) }
    #expect(try await parts(store).authority == .store)
  }

  @Test(
    "a store that does not know the question is not asked again and again, and the sizes are guessed",
    arguments: [
      StorageError(.invalidRequest, "400"), StorageError(.notFound, "404"),
      StorageError(.accessDenied, "403"), StorageError(.accessDenied, "403", vendorCode: "AccessDenied"),
      StorageError(.malformedAnswer, "not the part"),
      StorageError(.serverFault, "501", httpStatus: 501),
      StorageError(.invalidRequest, "405", httpStatus: 405),
      nil,
    ])
  func silent(_ error: StorageError?) async throws {
    let mebibyte: Int64 = 1 << 20
    let sizes = Array(repeating: 8 * mebibyte, count: 9) + [3 * mebibyte]
    // Some stores pass over the part number and answer with the whole object.
    let store = TellingStore(sizes) { _ in error.map { .failure($0) } ?? .success(75 * mebibyte) }
    let known = try await parts(store)
    #expect(known.authority == .guess)
    #expect(known.candidates.first == PartBoundaries(objectSize: 75 * mebibyte, partSize: 8 * mebibyte))
    // What may have been damaged on its way, or refused for another cause, is asked for twice more.
    let isUnclear =
      error?.code == .malformedAnswer || error?.code == .accessDenied && error?.vendorCode == nil
    #expect(store.requests <= (isUnclear ? 7 : 4))
  }

  @Test("an answer of another generation tells nothing")
  func changed() async throws {
    let store = TellingStore([30, 30, 5], listsParts: true)
    let known = try await discovery(store).parts(
      of: Self.key, size: 65, goal: try goal(3), eTag: ETag("0123456789abcdef0123456789abcdef-3"))
    #expect(known.authority == .guess)
  }

  @Test(
    "one part is the whole, and that an ETag is made of it is a guess whatever the store tells",
    arguments: [true, false])
  func one(_ listsParts: Bool) async throws {
    let store = TellingStore([30], listsParts: listsParts)
    let whole = try #require(PartBoundaries(objectSize: 30, partSize: 30))
    #expect(try await parts(store) == KnownParts(candidates: [whole], authority: .guess))
    #expect(
      try await discovery(store).confirmed(Self.key, size: 30, goal: try goal(1), eTag: store.eTag) == nil)
    // A checksum cannot be anything else.
    #expect(try await parts(store, .sha256) == KnownParts(candidates: [whole], authority: .store))
    #expect(store.requests == 0)
  }

  @Test("the digest to rebuild is an ETag of several parts, then a checksum, then an ETag of one")
  func goals() throws {
    let (several, one) = (try goal(3), try goal(1))
    let (checksum, whole) = (try goal(1, .crc32c), Checksum.of([1], .md5))
    #expect(PartDiscovery.goal(among: [whole, checksum, one, several]) == several)
    #expect(PartDiscovery.goal(among: [whole, one, checksum]) == checksum)
    #expect(PartDiscovery.goal(among: [whole, one]) == one)
    #expect(PartDiscovery.goal(among: [whole]) == nil)
  }

  @Test("what is no matter of parts is thrown")
  func unreachable() async throws {
    let store = TellingStore([30, 5]) { _ in .failure(StorageError(.credentialsExpired, "renew them")) }
    let error = await #expect(throws: StorageError.self) { _ = try await parts(store) }
    #expect(error?.code == .credentialsExpired)
  }

  @Test("thousands of parts are asked one by one only where wrong bytes are suspected")
  func many() async throws {
    let sizes = (0..<1001).map { Int64($0 % 7 + 1) }
    let store = TellingStore(sizes)
    #expect(try await parts(store).authority == .guess)
    #expect(store.requests == 2)
    #expect(
      try await discovery(store).confirmed(
        Self.key, size: sizes.reduce(0, +), goal: try goal(1001), eTag: store.eTag)
        == PartBoundaries(objectSize: sizes.reduce(0, +), sizes: sizes))
  }

  @Test(
    "an answer that was damaged on its way is asked for again, and so is one that was refused without a cause",
    arguments: [
      StorageError(.malformedAnswer, "two lengths"), StorageError(.accessDenied, "403", httpStatus: 403),
    ],
    [2...3, 4...5])
  func unclear(_ error: StorageError, _ failing: ClosedRange<Int>) async throws {
    let asked = Mutex(0)
    let store = TellingStore([10, 30, 10]) { number in
      let isFailing = asked.withLock {
        $0 += 1
        return failing.contains($0)
      }
      return isFailing ? .failure(error) : .success([10, 30, 10][number - 1])
    }
    let right = try #require(PartBoundaries(objectSize: 50, sizes: [10, 30, 10]))
    #expect(try await parts(store) == KnownParts(candidates: [right], authority: .store))
  }

  @Test(
    "of a store that told the first part no damaged answer and no refusal is taken for silence",
    arguments: [
      (StorageError.Code.malformedAnswer, StorageError.Code.budgetSpent), (.accessDenied, .accessDenied),
      (.notFound, .notFound),
    ])
  func damagedAlways(_ code: StorageError.Code, _ thrown: StorageError.Code) async throws {
    let store = TellingStore([30, 30, 5]) {
      $0 == 1 ? .success(30) : .failure(StorageError(code, "not this part"))
    }
    let error = await #expect(throws: StorageError.self) {
      try await discovery(store).confirmed(
        Self.key, size: 65, goal: try goal(3), eTag: store.eTag, hasToldFirst: true)
    }
    // What is damaged is asked for again until nothing is left to ask with.
    #expect(error?.code == thrown)
    #expect(
      try await discovery(store).confirmed(Self.key, size: 65, goal: try goal(3), eTag: store.eTag) == nil)
  }
}

/// A store that tells of the parts of one object what a test wants.
private final class TellingStore: ObjectReader {
  let location = StoreLocation(kind: .memory, bucket: "telling")
  let sizes: [Int64]
  let eTag: ETag
  private let listsParts: Bool
  private let answer: @Sendable (Int) -> Result<Int64, StorageError>
  private let count = Mutex(0)

  /// Answers truly unless told otherwise.
  init(
    _ sizes: [Int64], listsParts: Bool = false,
    _ answer: (@Sendable (Int) -> Result<Int64, StorageError>)? = nil
  ) {
    self.sizes = sizes
    self.listsParts = listsParts
    eTag = ETag("ffffffffffffffffffffffffffffffff-\(sizes.count)")
    self.answer = answer ?? { .success(sizes[$0 - 1]) }
  }

  var requests: Int { count.withLock { $0 } }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    count.withLock { $0 += 1 }
    return ObjectAttributes(size: try answer(part ?? 1).get(), eTag: eTag)
  }

  func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    count.withLock { $0 += 1 }
    guard listsParts else { return nil }
    return ObjectParts(
      eTag: eTag, partCount: sizes.count,
      parts: sizes.enumerated().map { ObjectParts.Part(number: $0 + 1, size: $1) })
  }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    ListingPage(objects: [], next: nil)
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    throw StorageError(.notFound, "no bytes here")
  }
}

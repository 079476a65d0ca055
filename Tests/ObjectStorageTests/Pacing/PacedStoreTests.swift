import Checksums
import NIOCore
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

@Suite("stores that keep to limits", .timeLimit(.minutes(10)))
struct PacedStoreTests {
  static let start = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)
  static let group = MultiThreadedEventLoopGroup.singleton

  private func limiter(_ rate: Int64, _ clock: AdvancingClock) throws -> RateLimiter {
    RateLimiter(
      try Timetable(String(rate), example: "1") { Int64($0) }, in: .utc, clock: clock.runClock)
  }

  @Test(
    "a store behind limits keeps every promise of a store",
    arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    let clock = AdvancingClock(at: Self.start)
    let requests = try limiter(1_000_000, clock)
    let bandwidth = try limiter(1 << 30, clock)
    try await StoreConformance(on: Self.group.next()) {
      BothPaced(MemoryStore(pageSize: 7), requests, bandwidth)
    }.run(check)
  }

  @Test("bodies share one limit, each byte is counted once and comes unchanged")
  func bandwidth() async throws {
    let store = MemoryStore(chunkBytes: 1 << 20)
    let bytes = patternedBytes(5_000_000)
    for name in ["a", "b", "c", "d"] { store.set(ObjectKey(name), bytes) }
    let clock = AdvancingClock(at: Self.start)
    let reader = PacedReader(store, requests: nil, bandwidth: try limiter(1_000_000, clock))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for name in ["a", "b", "c", "d"] {
        group.addTask {
          let download = try await reader.get(
            ObjectKey(name), range: nil, ifMatch: nil, on: Self.group.next())
          return [UInt8](buffer: try await download.body.collect(upTo: 1 << 30)) == bytes
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
    let milliseconds = clock.now.millisecondsSinceEpoch - Self.start.millisecondsSinceEpoch
    #expect((19_400...20_600).contains(milliseconds), "\(milliseconds)")
  }

  @Test("a body that waits is not pulled, and gives small pieces")
  func backPressure() async throws {
    let clock = RunClock(
      now: { Self.start }, sleep: { _ in try await Task.sleep(for: .seconds(3600)) }, random: { 0 })
    let limiter = RateLimiter(
      try Timetable("64000", example: "1") { Int64($0) }, in: .utc, clock: clock)
    let loop = Self.group.next()
    let chunks = (0..<10).map { _ in [UInt8](repeating: 1, count: 100_000) }
    let given = GivenUp()
    let body = await ObjectBody.scripted(chunks, on: loop) { given.note() }.paced(by: limiter)
    let events = Mutex<[Int]>([])
    let failure: StorageError.Code? = await withCheckedContinuation { continuation in
      loop.execute {
        body.next { event in
          // The first piece is free: a 64th of a second.
          guard case .chunk(let piece) = event else { return }
          events.withLock { $0.append(piece.readableBytes) }
          body.next { event in
            guard case .failure(let error) = event else { return continuation.resume(returning: nil) }
            continuation.resume(returning: error.code)
          }
        }
        body.cancel()
      }
    }
    // Giving up is passed on in the loop's next turn.
    try await loop.submit {}.get()
    #expect(failure == .cancelled && given.isNoted)
    #expect(events.withLock { $0 } == [1024])
  }

  private final class GivenUp: Sendable {
    private let flag = Atomic<Bool>(false)
    var isNoted: Bool { flag.load(ordering: .relaxed) }
    func note() { flag.store(true, ordering: .relaxed) }
  }

  @Test("every call of either side counts, and pages of lists beyond the first")
  func requests() async throws {
    let store = MemoryStore()
    let (clock, key) = (AdvancingClock(at: Self.start), ObjectKey("k"))
    store.set(key, [1, 2, 3])
    let writer = PacedWriter(store, requests: try limiter(1, clock))
    func seconds() -> Int64 { clock.now.secondsSinceEpoch - Self.start.secondsSinceEpoch }
    let loop = Self.group.next()
    // The first is free, each after it costs a second.
    _ = try await writer.list(ListScope(ObjectKey("")), from: nil)
    _ = try await writer.head(key, part: nil)
    _ = try await writer.get(key, range: nil, ifMatch: nil, on: loop).body.drain()
    _ = try await writer.parts(key)
    _ = try await writer.tags(key)
    _ = try await writer.versioning()
    _ = try await writer.put(ObjectKey("n"), await .bytes([1], on: loop), WriteOptions())
    let upload = try await writer.createUpload(key, WriteOptions())
    let part = try await writer.uploadPart(
      key, upload, number: 1, await .bytes([1], on: loop), contentMD5: nil)
    _ = try await writer.listParts(key, upload)
    _ = try await writer.listUploads(prefix: key)
    _ = try await writer.completeUpload(key, upload, parts: [part], ifAbsent: false)
    let other = try await writer.createUpload(key, WriteOptions())
    try await writer.abortUpload(key, other)
    #expect(seconds() == 13)
    _ = try await writer.listVersions(prefix: key, from: nil)
    #expect(seconds() == 14)
  }
}

/// Both sides of a store behind limits.
private struct BothPaced: ObjectWriter {
  let writer: PacedWriter
  let reader: PacedReader

  init(_ store: MemoryStore, _ requests: RateLimiter, _ bandwidth: RateLimiter) {
    writer = PacedWriter(store, requests: requests)
    reader = PacedReader(store, requests: requests, bandwidth: bandwidth)
  }

  var location: StoreLocation { reader.location }
  var listingDivision: ListingDivision { reader.listingDivision }
  var limits: WriteLimits { writer.limits }
  var tagRule: TagRule? { writer.tagRule }
  func refusal(of key: ObjectKey) -> String? { writer.refusal(of: key) }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    try await reader.list(scope, from: position)
  }

  func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await reader.listVersions(prefix: prefix, from: position)
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await reader.head(key, part: part)
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await reader.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
  }

  func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try await writer.put(key, body, options)
  }

  func createUpload(_ key: ObjectKey, _ options: WriteOptions) async throws(StorageError) -> UploadID {
    try await writer.createUpload(key, options)
  }

  func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    try await writer.uploadPart(key, upload, number: number, body, contentMD5: contentMD5)
  }

  func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    try await writer.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
  }

  func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await writer.abortUpload(key, upload)
  }

  func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await writer.listParts(key, upload)
  }

  func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await writer.listUploads(prefix: prefix)
  }
}

import AuditLedger
import Checksums
import Foundation
import Migration
import NIOCore
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing
import Transfers
import Verification

/// Two stores whose requests a test can meet, and a ledger.
final class Crossing {
  let source: HookedStore
  let destination: HookedStore
  var copying = CopySettings(
    singlePutLimit: 2500, singlePutLimitWithMD5: 2500, partSize: 1000, parallelParts: 2)
  let ledgerPath =
    FileManager.default.temporaryDirectory.appendingPathComponent("crossing-\(UUID().uuidString)").path

  static let limits = WriteLimits(minimumPart: 1000, maximumPart: 1 << 20)

  init(
    _ sourceDialect: MemoryStore.Dialect = .olderS3, _ destinationDialect: MemoryStore.Dialect = .oss,
    destinationEncrypts: Bool = false
  ) {
    source = HookedStore(MemoryStore(sourceDialect), bucket: "from")
    destination = HookedStore(
      MemoryStore(destinationDialect, limits: Self.limits, encrypts: destinationEncrypts), bucket: "to")
  }

  deinit {
    for suffix in ["", "-wal", "-shm", ".lock"] {
      try? FileManager.default.removeItem(atPath: ledgerPath + suffix)
    }
  }

  @discardableResult
  func run(_ command: MigrationRun.Command = .migrate, filter: ObjectFilter = .none) async throws -> Tally {
    let ledger = try await Ledger.open(ledgerPath, .create)
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 1_700_000_000_000) },
      sleep: { _ in try Task.checkCancellation() }, random: { 0.5 })
    let configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: destination, prefix: ObjectKey("")), jobName: "job", filter: filter,
      copying: copying, parallelObjects: 1, retries: 100, toolVersion: "test", clock: clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    do {
      let tally = try await MigrationRun(configuration, ledger: ledger) { _ in }.run(command)
      #expect(try await ledger.recount() == tally)
      #expect(tally.isBalanced)
      let open = try await ledger.openUploads()
      #expect(open.isEmpty)
      await ledger.close()
      return tally
    } catch {
      await ledger.close()
      throw error
    }
  }

  /// Runs until the destination answers the part of this number, and stops as a killed run would.
  func stop(afterPart number: Int) async throws {
    destination.meet { call, count, moment in
      call == .part && count > number && moment == .before
        ? StorageError(.credentialsExpired, "the credentials have expired") : nil
    }
    await #expect(throws: RunStop.self) { try await run() }
    destination.meetNothing()
    source.meetNothing()
  }

  func rows() async throws -> [ObjectRow] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var rows: [ObjectRow] = []
    try await ledger.forEachObject(in: nil) { rows.append($0) }
    await ledger.close()
    return rows
  }

  func openUploads() async throws -> [UploadID] {
    try await destination.inner.listUploads(prefix: ObjectKey("")).map(\.id)
  }

  /// Begins an upload as somebody else would, with parts of some bytes each.
  func others(_ key: String, parts: Int = 0) async throws -> UploadID {
    let upload = try await destination.inner.createUpload(ObjectKey(key), WriteOptions())
    for number in 0..<parts {
      try await overwrite(part: number + 1, of: upload, key)
    }
    return upload
  }

  func overwrite(part number: Int, of upload: UploadID, _ key: String = "big") async throws {
    let body = await ObjectBody.bytes(
      ByteBuffer(repeating: 0x2a, count: 1000), on: MultiThreadedEventLoopGroup.singleton.next())
    _ = try await destination.inner.uploadPart(
      ObjectKey(key), upload, number: number, body, contentMD5: nil)
  }
}

@Suite("an upload that an earlier run left")
struct ResumedUploadTests {
  static let key = ObjectKey("big")
  static let bytes = patternedBytes(9500, seed: 3)

  /// An object of ten parts that the source tells: its ETag has to be rebuilt from them.
  static func crossing(
    _ source: MemoryStore.Dialect = .olderS3, _ destination: MemoryStore.Dialect = .oss,
    encrypts: Bool = false
  ) -> Crossing {
    let crossing = Crossing(source, destination, destinationEncrypts: encrypts)
    crossing.source.inner.set(key, parts: cut(bytes, 1000))
    return crossing
  }

  @Test(
    "is taken up at the parts that are there, and what was sent before proves the whole with what is sent now",
    arguments: [MemoryStore.Dialect.olderS3, .s3], [MemoryStore.Dialect.oss, .s3, .olderS3])
  func takenUp(_ source: MemoryStore.Dialect, _ destination: MemoryStore.Dialect) async throws {
    for stop in [0, 1, 5, 9] {
      let crossing = Self.crossing(source, destination)
      try await crossing.stop(afterPart: stop)
      let left = try await crossing.openUploads()
      #expect(left.count == 1)
      let tally = try await crossing.run()
      #expect(tally.completed == 1 && tally.proofs == [.endToEnd: 1])
      #expect(crossing.destination.inner.bytes(of: Self.key) == Self.bytes)
      #expect(crossing.destination.count(.create) == 0)
      // Two parts were on their way: the second may have been answered after the run had stopped.
      #expect(crossing.destination.count(.part) <= 10 - stop)
      #expect(crossing.source.count(.get) == crossing.destination.count(.part))
      #expect(crossing.destination.count(.complete) == 1 && crossing.destination.count(.abort) == 0)
      #expect(try await crossing.openUploads().isEmpty)
    }
  }

  @Test("is taken up at a destination whose ETags are no digests")
  func opaqueTags() async throws {
    let crossing = Self.crossing(.s3, .oss, encrypts: true)
    try await crossing.stop(afterPart: 4)
    #expect(try await crossing.run().proofs == [.endToEnd: 1])
    #expect(crossing.destination.count(.part) <= 6)
  }

  @Test("and was stopped again and again loses nothing")
  func oftenStopped() async throws {
    let crossing = Self.crossing()
    for _ in 0..<4 { try await crossing.stop(afterPart: 2) }
    #expect(try await crossing.run().proofs == [.endToEnd: 1])
    #expect(crossing.destination.count(.part) <= 2)
    #expect(try await crossing.rows()[0].notes.isEmpty)
  }

  @Test("with parts that are not as they were sent gets just these again")
  func foreignParts() async throws {
    let crossing = Self.crossing()
    try await crossing.stop(afterPart: 6)
    let upload = try #require(try await crossing.openUploads().first)
    try await crossing.overwrite(part: 2, of: upload)
    let tally = try await crossing.run()
    #expect(tally.proofs == [.endToEnd: 1])
    #expect(crossing.destination.count(.part) <= 5 && crossing.destination.count(.part) >= 1)
    #expect(crossing.destination.inner.bytes(of: Self.key) == Self.bytes)
  }

  /// What makes an upload of no use.
  enum Change: CaseIterable {
    case otherPartSize, otherSource, otherMetadata, uploadGone, inOnePut, asked
  }

  @Test("and does not fit any more is dropped, and the object begun afresh", arguments: Change.allCases)
  func afresh(_ change: Change) async throws {
    let crossing = Self.crossing()
    try await crossing.stop(afterPart: 5)
    let upload = try #require(try await crossing.openUploads().first)
    var bytes = Self.bytes
    switch change {
    case .otherPartSize: crossing.copying.partSize = 2000
    case .otherSource:
      bytes = flipped(bytes)
      crossing.source.inner.set(Self.key, parts: cut(bytes, 1000))
    case .otherMetadata:
      // The same bytes at another time: what HEAD told of it then may be another thing now.
      crossing.source.inner.set(Self.key, parts: cut(bytes, 1000))
    case .uploadGone: try await crossing.destination.inner.abortUpload(Self.key, upload)
    case .inOnePut:
      crossing.copying.singlePutLimit = 1 << 20
      crossing.copying.singlePutLimitWithMD5 = 1 << 20
    case .asked:
      let ledger = try await Ledger.open(crossing.ledgerPath, .write)
      let started = try #require(try await ledger.openUploads().first)
      var other = started
      other.cut = nil
      try await ledger.record(other)
      await ledger.close()
    }
    let tally = try await crossing.run()
    #expect(tally.completed == 1 && tally.proofs == [.endToEnd: 1])
    #expect(crossing.destination.inner.bytes(of: Self.key) == bytes)
    #expect(crossing.destination.count(.create) == (change == .inOnePut ? 0 : 1))
    #expect(
      crossing.destination.count(.part) == (change == .inOnePut ? 0 : change == .otherPartSize ? 5 : 10))
    #expect(try await crossing.openUploads().isEmpty)
  }

  @Test("with digests over the whole object that parts do not give is begun afresh")
  func inOrder() async throws {
    let crossing = Crossing(.olderS3, .oss)
    // Put whole: its MD5 is all that the source publishes.
    crossing.source.inner.set(Self.key, Self.bytes)
    try await crossing.stop(afterPart: 5)
    #expect(try await crossing.run().proofs == [.endToEnd: 1])
    #expect(crossing.destination.count(.create) == 1 && crossing.destination.count(.part) == 10)
    #expect(try await crossing.openUploads().isEmpty)
  }

  @Test("of an object that is gone, left out or found there is dropped")
  func noWork() async throws {
    for index in 0..<3 {
      let crossing = Self.crossing()
      crossing.source.inner.set(ObjectKey("other"), [1])
      try await crossing.stop(afterPart: 3)
      var filter = ObjectFilter.none
      switch index {
      case 0: crossing.source.inner.remove(Self.key)
      case 1:
        filter = try ObjectFilter(
          [ObjectFilter.Rule(.exclude, "big")], now: Timestamp(millisecondsSinceEpoch: 0))
      default: crossing.destination.inner.set(Self.key, [1, 2, 3])
      }
      let tally = try await crossing.run(filter: filter)
      #expect((tally.completed, tally.error, tally.skipped) == (1, index == 1 ? 0 : 1, index == 1 ? 1 : 0))
      #expect(try await crossing.openUploads().isEmpty, "\(index)")
    }
  }

  @Test("that cannot be dropped stays in the ledger, and the next run drops it")
  func undroppable() async throws {
    let crossing = Self.crossing()
    try await crossing.stop(afterPart: 3)
    crossing.source.inner.remove(Self.key)
    crossing.destination.meet { call, _, _ in
      call == .abort ? StorageError(.accessDenied, "you may not") : nil
    }
    #expect(try await crossing.run().error == 1)
    #expect(try await crossing.openUploads().count == 1)
    crossing.destination.meetNothing()
    #expect(try await crossing.run().error == 1)
    #expect(try await crossing.openUploads().isEmpty)
    #expect(crossing.destination.count(.abort) == 1)
    try await crossing.run()
    #expect(crossing.destination.count(.abort) == 1)
  }

  @Test("is ours only where the ledger names it: no other upload of the key is touched")
  func others() async throws {
    let crossing = Self.crossing()
    let others = [
      try await crossing.others("big"), try await crossing.others("big", parts: 2),
      try await crossing.others("bigger"), try await crossing.others("else", parts: 1),
    ]
    try await crossing.stop(afterPart: 3)
    let later = [try await crossing.others("big"), try await crossing.others("big", parts: 1)]
    #expect(try await crossing.run().completed == 1)
    #expect(Set(try await crossing.openUploads()) == Set(others + later))
  }

  @Test("whose name never came is dropped, and nothing that it could be mistaken for")
  func unanswered() async throws {
    let crossing = Self.crossing()
    let earlier = try await crossing.others("big")
    crossing.destination.meet { call, _, moment in
      call == .create && moment == .after
        ? StorageError(.credentialsExpired, "the credentials have expired") : nil
    }
    await #expect(throws: RunStop.self) { try await crossing.run() }
    let ours = Set(try await crossing.openUploads()).subtracting([earlier])
    #expect(ours.count == 1)
    crossing.destination.meetNothing()
    let withParts = try await crossing.others("big", parts: 1)
    let longer = try await crossing.others("bigger")
    // The store's clock goes on by a second a write.
    for _ in 0..<1000 { crossing.destination.inner.set(ObjectKey("elsewhere"), []) }
    let muchLater = try await crossing.others("big")
    #expect(try await crossing.run().completed == 1)
    #expect(Set(try await crossing.openUploads()) == [earlier, withParts, longer, muchLater])
  }

  @Test("whose name was lost on its way is dropped in the same run")
  func lostName() async throws {
    let crossing = Self.crossing()
    crossing.destination.meet { call, count, moment in
      call == .create && count == 1 && moment == .after
        ? StorageError(.connectionLost, "the connection was reset") : nil
    }
    #expect(try await crossing.run().completed == 1)
    #expect(crossing.destination.count(.create) == 2)
    #expect(try await crossing.openUploads().isEmpty)
  }
}

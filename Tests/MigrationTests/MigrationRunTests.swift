import AuditLedger
import Checksums
import Foundation
import Migration
import NIOCore
import NIOPosix
import ObjectStorage
import StorageTesting
import Testing
import Transfers
import Verification

/// A source, a destination and a ledger of a test's own.
final class Road {
  let sourceStore: MemoryStore
  let destinationStore: MemoryStore
  let source: FaultyStore
  let destination: FaultyStore
  let ledgerPath: String
  var copying = CopySettings()
  var required = RequiredProof.auto
  var destinationPrefix = ""
  var decisions = DecisionSettings()
  var filter = ObjectFilter.none
  /// Where the source's own digests cannot tell, wrong bytes complete; a test that shows this says so.
  var mayCompleteWrongBytes = false

  init(
    _ sourceFaults: [FaultyStore.Fault: Int] = [:], _ destinationFaults: [FaultyStore.Fault: Int] = [:],
    limits: WriteLimits = WriteLimits(), sourceDialect: MemoryStore.Dialect = .s3,
    destinationDialect: MemoryStore.Dialect = .oss, destinationEncrypts: Bool = false
  ) {
    sourceStore = MemoryStore(sourceDialect, pageSize: 3)
    destinationStore = MemoryStore(destinationDialect, limits: limits, encrypts: destinationEncrypts)
    source = FaultyStore(sourceStore, bucket: "from", sourceFaults)
    destination = FaultyStore(destinationStore, bucket: "to", destinationFaults)
    ledgerPath =
      FileManager.default.temporaryDirectory.appendingPathComponent("road-\(UUID().uuidString)").path
  }

  deinit {
    for suffix in ["", "-wal", "-shm", ".lock"] {
      try? FileManager.default.removeItem(atPath: ledgerPath + suffix)
    }
  }

  var configuration: RunConfiguration {
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 1_700_000_000_000) },
      sleep: { _ in try Task.checkCancellation() },
      random: { 0.5 })
    var configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: destination, prefix: ObjectKey(destinationPrefix)), jobName: "job",
      required: required, filter: filter, copying: copying, parallelObjects: 4, retries: 100,
      toolVersion: "test", clock: clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    configuration.decisions = decisions
    return configuration
  }

  /// One run of a command; checks the law of conservation and that the key bytes stand in one list each.
  func run(_ command: MigrationRun.Command = .migrate) async throws -> Tally {
    let ledger = try await Ledger.open(ledgerPath, .create)
    let tally = try await MigrationRun(configuration, ledger: ledger) { _ in }.run(command)
    #expect(tally.isBalanced && tally.pending == 0)
    var keys: Set<ObjectKey> = []
    var lists: [ListName: Int64] = [:]
    try await ledger.forEachObject(in: nil) { row in
      #expect(keys.insert(row.source.key).inserted)
      lists[row.list, default: 0] += 1
      if row.list == .completed, !mayCompleteWrongBytes {
        // Compared before: a failure would print all bytes of both.
        let isSame = destinationStore.bytes(of: row.destinationKey) == sourceStore.bytes(of: row.source.key)
        #expect(isSame, "\(row.source.key.shown) is completed with other bytes")
      }
    }
    #expect(lists[.completed] ?? 0 == tally.completed && lists[.error] ?? 0 == tally.error)
    #expect(try await ledger.recount() == tally)
    await ledger.close()
    return tally
  }

  /// The rows of the ledger, by key.
  func rows() async throws -> [ObjectRow] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var rows: [ObjectRow] = []
    try await ledger.forEachObject(in: nil) { rows.append($0) }
    await ledger.close()
    return rows
  }

  func errors() async throws -> [String: ErrorClass] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var errors: [String: ErrorClass] = [:]
    try await ledger.forEachObject(in: .error) { errors[$0.source.key.shown] = $0.errorClass }
    await ledger.close()
    return errors
  }

  func fill(_ count: Int) {
    for index in 0..<count {
      sourceStore.set(ObjectKey("k\(index)"), patternedBytes(100 + index, seed: UInt64(index)))
    }
  }
}

@Suite("the main flow")
struct MigrationRunTests {
  @Test("every object arrives and is proven, and a second run moves nothing")
  func plain() async throws {
    let road = Road()
    road.fill(10)
    road.sourceStore.set(ObjectKey("empty"), [])
    road.sourceStore.set(ObjectKey("folder/"), [])
    road.destinationPrefix = "under/"
    var tally = try await road.run()
    #expect(tally.completed == 12 && tally.proofs == [.endToEnd: 12])
    #expect(road.destinationStore.keys.allSatisfy { $0.hasPrefix(ObjectKey("under/")) })
    let puts = road.destination.faults.requests("put")
    tally = try await road.run()
    #expect(tally.completed == 12)
    #expect(road.destination.faults.requests("put") == puts)
    #expect(road.source.faults.requests("get") == 12)
    #expect(road.source.faults.requests("put") == 0)
  }

  @Test("what the destination holds is never overwritten, and what is equal is not sent")
  func existing() async throws {
    let road = Road()
    road.fill(3)
    road.destinationStore.set(ObjectKey("k0"), patternedBytes(100, seed: 0))
    road.destinationStore.set(ObjectKey("k1"), [1, 2, 3])
    road.destinationStore.set(ObjectKey("nobody's"), [1])
    let tally = try await road.run()
    #expect((tally.completed, tally.error, tally.foundEqual, tally.extra) == (2, 1, 1, 1))
    #expect(try await road.errors() == ["k1": .conflict])
    #expect(road.destinationStore.bytes(of: ObjectKey("k1")) == [1, 2, 3])
    #expect(road.destination.faults.requests("put") == 1)
    // A retry does not take somebody else's object for its own either.
    #expect(try await road.run(.retry).error == 1)
    #expect(road.destinationStore.bytes(of: ObjectKey("k1")) == [1, 2, 3])
  }

  @Test(
    "a fault that passes is healed",
    arguments: [
      FaultyStore.Fault.flippedRead, .cutRead, .flippedWrite, .lostPutAnswer, .throttled,
    ])
  func healed(_ fault: FaultyStore.Fault) async throws {
    let isSource = [.flippedRead, .cutRead, .throttled].contains(fault)
    let road = Road(isSource ? [fault: 1] : [:], isSource ? [:] : [fault: 1])
    road.fill(3)
    let tally = try await road.run()
    #expect(tally.completed == 3)
    #expect((isSource ? road.source : road.destination).faults.hits(fault) == 1)
  }

  @Test("a key that somebody else writes between two tries is left alone")
  func stolen() async throws {
    let road = Road([:], [.stolenKey: 1])
    road.fill(1)
    #expect(try await road.run().error == 1)
    #expect(try await road.errors() == ["k0": .conflict])
    #expect(try await road.run(.retry).error == 1)
    #expect(road.destinationStore.bytes(of: ObjectKey("k0")) == Array("somebody else's".utf8))
  }

  @Test("bytes that are always wrong are never called completed")
  func alwaysWrong() async throws {
    for (sourceFault, destinationFault) in [
      (FaultyStore.Fault.flippedRead, nil), (nil, FaultyStore.Fault.flippedWrite),
    ] {
      let road = Road(
        sourceFault.map { [$0: 1000] } ?? [:], destinationFault.map { [$0: 1000] } ?? [:])
      road.fill(1)
      let tally = try await road.run()
      #expect(tally.completed == 0)
      #expect(try await road.errors() == ["k0": .mismatched])
      // Bytes that come wrong from the source are noticed before the last of them is sent.
      if sourceFault != nil { #expect(road.destinationStore.keys.isEmpty) }
    }
  }

  @Test("objects that cannot be read are errors of their class, and the others go on")
  func unreadable() async throws {
    for (fault, errorClass) in [
      (FaultyStore.Fault.missingObject, ErrorClass.sourceGone), (.deniedRead, .denied),
    ] {
      let road = Road([fault: 1])
      road.fill(4)
      let tally = try await road.run()
      #expect((tally.completed, tally.error) == (3, 1))
      #expect(try await road.errors().values.first == errorClass)
      let healed = try await road.run(.retry)
      #expect(healed.completed == 4 && healed.error == 0)
      #expect(road.destination.faults.requests("put") == 4)
    }
  }

  @Test("an object that changed after the inventory is copied as it is now, and its row says so")
  func changed() async throws {
    let road = Road()
    road.fill(2)
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    let stale = ListedObject(key: ObjectKey("k0"), size: 77, eTag: ETag("00000000000000000000000000000000"))
    let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
    try await ledger.store(
      ListingPage(objects: [stale] + page.objects.dropFirst()), side: .source, isLast: true)
    await ledger.close()
    let tally = try await road.run()
    #expect(tally.completed == 2 && tally.bytesTotal == 201)
    let row = try #require(try await road.rows().first)
    #expect(row.source.size == 100 && row.source.eTag == page.objects.first?.eTag)
    #expect(row.notes.contains { $0.contains("changed after it was listed") })
  }

  @Test(
    "large objects go in parts and are proven as a whole",
    arguments: [FaultyStore.Fault?.none, .flippedRead, .lostCompleteAnswer])
  func multipart(_ fault: FaultyStore.Fault?) async throws {
    let isSource = fault == .flippedRead
    let road = Road(
      isSource ? [.flippedRead: 1] : [:], fault == .lostCompleteAnswer ? [.lostCompleteAnswer: 1] : [:],
      limits: WriteLimits(minimumPart: 1000, maximumPart: 1 << 20))
    road.copying = CopySettings(
      singlePutLimit: 5000, singlePutLimitWithMD5: 5000, partSize: 1000, parallelParts: 3)
    road.sourceStore.set(ObjectKey("big"), patternedBytes(10_500))
    let tally = try await road.run()
    #expect(tally.completed == 1 && tally.proofs == [.endToEnd: 1])
    #expect(road.destination.faults.requests("complete") == 1)
    #expect(road.destinationStore.openUploadCount == 0)
    if let fault { #expect((isSource ? road.source : road.destination).faults.hits(fault) == 1) }
  }

  @Test("an upload that an interrupted run left behind is dropped, and the object copied")
  func abandoned() async throws {
    let road = Road(limits: WriteLimits(minimumPart: 1000))
    road.copying = CopySettings(singlePutLimit: 5000, singlePutLimitWithMD5: 5000, partSize: 1000)
    road.sourceStore.set(ObjectKey("big"), patternedBytes(9000))
    let upload = try await road.destinationStore.createUpload(ObjectKey("big"), WriteOptions())
    let others = try await road.destinationStore.createUpload(ObjectKey("theirs"), WriteOptions())
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
    try await ledger.store(page, side: .source, isLast: true)
    try await ledger.record(
      StartedTransfer(
        key: ObjectKey("big"), destinationKey: ObjectKey("big"), source: Generation(size: 9000),
        upload: upload,
        startedAt: Timestamp(millisecondsSinceEpoch: 0)))
    await ledger.close()
    #expect(try await road.run().completed == 1)
    #expect(try await road.destinationStore.listUploads(prefix: ObjectKey("")).map(\.id) == [others])
  }

  @Test("an object that a killed run had stored is recognised by reading the source, and not sent again")
  func storedBeforeTheKill() async throws {
    let road = Road(limits: WriteLimits(minimumPart: 1000))
    road.copying = CopySettings(singlePutLimit: 5000, singlePutLimitWithMD5: 5000, partSize: 1000)
    let bytes = patternedBytes(9000)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    // Made of parts, so that the source publishes no MD5 of it.
    let upload = try await road.sourceStore.createUpload(ObjectKey("big"), WriteOptions())
    let part = try await road.sourceStore.uploadPart(
      ObjectKey("big"), upload, number: 1, .bytes(ByteBuffer(bytes: bytes), on: loop), contentMD5: nil)
    _ = try await road.sourceStore.completeUpload(ObjectKey("big"), upload, parts: [part], ifAbsent: true)
    road.destinationStore.set(ObjectKey("big"), bytes)
    let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
    let listed = try #require(page.objects.first)
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    try await ledger.store(page, side: .source, isLast: true)
    try await ledger.record(
      StartedTransfer(
        key: listed.key, destinationKey: listed.key, source: Generation(eTag: listed.eTag, size: 9000),
        upload: nil,
        startedAt: Timestamp(millisecondsSinceEpoch: 0)))
    await ledger.close()
    let tally = try await road.run()
    #expect(tally.completed == 1 && tally.foundEqual == 1)
    #expect(road.destination.faults.requests("part") == 0)
  }

  @Test("an upload that a killed run had completed is recognised by reading the source, and not sent again")
  func completedBeforeTheKill() async throws {
    let road = Road(limits: WriteLimits(minimumPart: 1000))
    road.copying = CopySettings(singlePutLimit: 5000, singlePutLimitWithMD5: 5000, partSize: 1000)
    let bytes = patternedBytes(9000)
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    // Made of parts, so that the source publishes no MD5 of it.
    for (store, key) in [(road.sourceStore, "big"), (road.destinationStore, "big")] {
      let upload = try await store.createUpload(ObjectKey(key), WriteOptions())
      let part = try await store.uploadPart(
        ObjectKey(key), upload, number: 1, .bytes(ByteBuffer(bytes: bytes), on: loop), contentMD5: nil)
      _ = try await store.completeUpload(ObjectKey(key), upload, parts: [part], ifAbsent: true)
    }
    let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    try await ledger.store(page, side: .source, isLast: true)
    try await ledger.store(ListingPage(objects: []), side: .destination, isLast: true)
    // The plan of the killed run found the destination without the key, and its upload is gone by now.
    try await ledger.record(
      StartedTransfer(
        key: ObjectKey("big"), destinationKey: ObjectKey("big"),
        source: Generation(eTag: page.objects.first?.eTag, size: 9000), upload: UploadID("gone"),
        startedAt: Timestamp(millisecondsSinceEpoch: 0)))
    await ledger.close()
    let tally = try await road.run()
    #expect(tally.completed == 1 && tally.foundEqual == 1)
  }

  @Test("a listing that never comes forward stops the run and nothing is concluded")
  func endless() async throws {
    let road = Road([.endlessListing: 1000])
    road.fill(5)
    await #expect(throws: RunStop.self) { _ = try await road.run() }
    let ledger = try await Ledger.open(road.ledgerPath, .read)
    #expect(try await ledger.inventoryState(.source) != .complete)
    #expect(try await ledger.runs().last?.state == .stopped)
    #expect(road.destination.faults.requests("put") == 0)
  }

  @Test("keys that cannot land are errors before a byte moves")
  func impossibleKeys() async throws {
    let road = Road()
    road.sourceStore.set(ObjectKey("/leading"), [1])
    road.sourceStore.set(ObjectKey(bytes: Array(repeating: 0x6b, count: 1024)), [1])
    road.sourceStore.set(ObjectKey("good"), [1])
    let tally = try await road.run()
    #expect((tally.completed, tally.error) == (1, 2))
    #expect(tally.errors == [.unsafeName: 2])
    #expect(road.source.faults.requests("get") == 1)
    #expect(try await road.run(.retry).error == 2)
    #expect(road.source.faults.requests("get") == 1)
  }

  @Test("a proof that is weaker than required is an error")
  func required() async throws {
    let road = Road()
    road.required = .readBack
    road.fill(1)
    let tally = try await road.run()
    #expect((tally.completed, tally.error) == (0, 1))
    #expect(try await road.errors() == ["k0": .unverifiable])
  }
}

import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import Testing

/// A ledger file of a test's own.
final class LedgerFile {
  let folder: String
  var path: String { folder + "/job.ledger" }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }
}

let instant = Timestamp(millisecondsSinceEpoch: 1_700_000_000_123)

func object(_ key: String, size: Int64 = 3, eTag: String = "e") -> ListedObject {
  ListedObject(
    key: ObjectKey(key), size: size, eTag: ETag(eTag), lastModifiedAt: instant, storageClass: "STANDARD")
}

func completed(_ key: String, sent: Bool = true, proof: Proof = .endToEnd) throws -> ObjectOutcome {
  let checksum = Checksum.of(Array(key.utf8), .crc64xz)
  let match = try #require(ChecksumMatch(checksum, checksum))
  let generation = Generation(eTag: ETag("d-\(key)"), size: 3)
  return ObjectOutcome(
    key: ObjectKey(key), destinationKey: ObjectKey("to/" + key),
    resolution: .completed(proof, match, sent: sent),
    evidence: [
      Evidence(
        side: .destination, origin: .reported, checksum: checksum, generation: generation, observedAt: instant
      )
    ], startedAt: instant, endedAt: instant, bytesSent: sent ? 3 : 0, destination: generation,
    requestIDs: ["r1", "r2"])
}

func failed(_ key: String, _ errorClass: ErrorClass, wrote: Generation? = nil) -> ObjectOutcome {
  ObjectOutcome(
    key: ObjectKey(key), destinationKey: ObjectKey("to/" + key),
    resolution: .error(errorClass, message: "it broke"), startedAt: instant, endedAt: instant, bytesSent: 1,
    destination: wrote)
}

/// A ledger whose source holds these keys, all of them decided.
func planned(_ file: LedgerFile, _ keys: [String], existing: Set<String> = []) async throws -> Ledger {
  let ledger = try await Ledger.open(file.path, .create)
  try await ledger.store(ListingPage(objects: keys.map { object($0) }), side: .source, isLast: true)
  try await ledger.store(
    ListingPage(objects: existing.sorted().map { object("to/" + $0) }), side: .destination, isLast: true)
  let candidates = try await ledger.planCandidates(limit: 1000) {
    ObjectKey(bytes: Array("to/".utf8) + $0.bytes)
  }
  try await ledger.record(
    candidates.map {
      Decision(
        key: $0.source.key, destinationKey: $0.destinationKey,
        action: $0.destination == nil ? .copy : .compare)
    })
  return ledger
}

@Suite("the ledger")
struct LedgerTests {
  @Test("a listing goes on at the page behind the last stored one, also after the file was closed")
  func resumedInventory() async throws {
    let file = try LedgerFile()
    var ledger = try await Ledger.open(file.path, .create)
    #expect(try await ledger.inventoryState(.source) == .notStarted)
    let next = ListPosition.token("a+/=")
    try await ledger.store(
      ListingPage(objects: [object("a"), object("b")], next: next), side: .source, isLast: false)
    ledger.close()
    ledger = try await Ledger.open(file.path, .write)
    #expect(try await ledger.inventoryState(.source) == .listing(next: next))
    #expect(try await ledger.inventoryState(.destination) == .notStarted)
    try await ledger.store(ListingPage(objects: [object("c")]), side: .source, isLast: true)
    #expect(try await ledger.inventoryState(.source) == .complete)
    #expect(try await ledger.tally().total == 3)
  }

  @Test("a key that two pages name is stored once and counted")
  func duplicates() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    let next = ListPosition.after(ObjectKey("b"))
    try await ledger.store(
      ListingPage(objects: [object("a"), object("b", size: 7)], next: next), side: .source, isLast: false)
    try await ledger.store(
      ListingPage(objects: [object("b", size: 9), object("c")]), side: .source, isLast: true)
    let tally = try await ledger.tally()
    #expect(tally.total == 3)
    #expect(tally.duplicates == 1)
    #expect(tally.bytesTotal == 13)
    #expect(tally.pending == 3 && tally.isBalanced)
  }

  @Test("keys are kept byte for byte and go out in the order of their bytes")
  func hostileKeys() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    let keys = [
      [0xff, 0xfe], [0x61, 0x00, 0x62], [0x61], [0x2f, 0x2f], [0xc3, 0xa9], [0x65, 0xcc, 0x81],
    ]
    .map { ObjectKey(bytes: $0.map { UInt8($0) }) }
    try await ledger.store(
      ListingPage(objects: keys.map { ListedObject(key: $0, size: 0) }), side: .source, isLast: true)
    var seen: [ObjectKey] = []
    try ledger.forEachObject(in: nil) { seen.append($0.source.key) }
    #expect(seen == keys.sorted())
  }

  @Test("every key is in exactly one list, whatever happened to it")
  func conservation() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a", "b", "c", "d"], existing: ["b", "zz"])
    var tally = try await ledger.tally()
    #expect(tally.pending == 4 && tally.extra == 1)
    try await ledger.record(try completed("a"))
    try await ledger.record(try completed("b", sent: false, proof: .streamed))
    try await ledger.record(failed("c", .archived))
    tally = try await ledger.tally()
    #expect(tally.isBalanced)
    #expect((tally.total, tally.completed, tally.error, tally.pending) == (4, 2, 1, 1))
    #expect(tally.proofs == [.endToEnd: 1, .streamed: 1])
    #expect(tally.errors == [.archived: 1])
    #expect(tally.foundEqual == 1)
    #expect(tally.bytesSent == 4)
    var lists: [String: ListName] = [:]
    try ledger.forEachObject(in: nil) { lists[$0.source.key.shown] = $0.list }
    #expect(lists == ["a": .completed, "b": .completed, "c": .error, "d": .pending])
  }

  @Test("the plan looks each key up at the destination under its mapped name, once")
  func planning() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a", "b"], existing: ["b"])
    let work = try await ledger.work(after: nil, limit: 10)
    #expect(work.map(\.action) == [.copy, .compare])
    #expect(work.map(\.destinationKey) == [ObjectKey("to/a"), ObjectKey("to/b")])
    #expect(try await ledger.planCandidates(limit: 10) { $0 }.isEmpty)
    #expect(try await ledger.work(after: ObjectKey("a"), limit: 10).map(\.source.key) == [ObjectKey("b")])
  }

  @Test("a refused key is an error at once and no retry takes it up")
  func refused() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    try await ledger.store(ListingPage(objects: [object("/a"), object("b")]), side: .source, isLast: true)
    try await ledger.record([
      Decision(
        key: ObjectKey("/a"), destinationKey: ObjectKey("/a"),
        action: .refuse(.unsafeName, reason: "leading slash")),
      Decision(key: ObjectKey("b"), destinationKey: ObjectKey("b"), action: .skip(reason: "filter")),
    ])
    #expect(try await ledger.work(after: nil, limit: 10).isEmpty)
    #expect(try await ledger.reopenErrors() == 0)
    let tally = try await ledger.tally()
    #expect((tally.error, tally.skipped, tally.isBalanced) == (1, 1, true))
  }

  @Test("a retry takes up the errors only, knows what was written, and counts attempts on")
  func retry() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a", "b"])
    let wrote = Generation(eTag: ETag("ours"), size: 3)
    try await ledger.record(try completed("a"))
    try await ledger.record(failed("b", .mismatched, wrote: wrote))
    #expect(try await ledger.reopenErrors() == 1)
    let work = try await ledger.work(after: nil, limit: 10)
    #expect(work.map(\.source.key) == [ObjectKey("b")])
    #expect(work.first?.written == wrote)
    // An attempt that reached nothing does not make us forget what stands there.
    try await ledger.record(failed("b", .failed))
    #expect(try await ledger.reopenErrors() == 1)
    #expect(try await ledger.work(after: nil, limit: 1).first?.written == wrote)
    try await ledger.record(try completed("b"))
    var attempts: [Int] = []
    try ledger.forEachObject(in: .completed) { attempts.append($0.attempts) }
    #expect(attempts == [1, 3])
    #expect(try await ledger.tally().isBalanced)
  }

  @Test("a completed object cannot become anything else")
  func completedIsFinal() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a"])
    try await ledger.record(try completed("a"))
    await #expect(throws: LedgerError.self) { try await ledger.record(failed("a", .failed)) }
    await #expect(throws: LedgerError.self) { try await ledger.record(try completed("nobody")) }
    #expect(try await ledger.tally().completed == 1)
  }

  @Test("a started transfer is known until its end is")
  func started() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a", "b"])
    let source = Generation(eTag: ETag("e"), versionID: "v", size: 3, lastModifiedAt: instant)
    for (key, upload) in [("a", UploadID("u/1")), ("b", nil)] {
      try await ledger.record(
        StartedTransfer(
          key: ObjectKey(key), destinationKey: ObjectKey("to/" + key), source: source, upload: upload,
          startedAt: instant))
    }
    let open = try await ledger.openUploads()
    #expect(open.map(\.upload) == [UploadID("u/1")])
    #expect(open.first?.source == source)
    #expect(
      try await ledger.work(after: nil, limit: 9).map { $0.started?.upload } == [UploadID("u/1"), .some(nil)])
    try await ledger.forget(try #require(open.first))
    try await ledger.record(try completed("b"))
    #expect(try await ledger.openUploads().isEmpty)
    #expect(try await ledger.work(after: nil, limit: 9).first?.started == nil)
  }

  @Test("concurrent outcomes share commits and all arrive")
  func groupCommit() async throws {
    let file = try LedgerFile()
    let keys = (0..<500).map { "k\($0 + 1000)" }
    let ledger = try await planned(file, keys)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys { group.addTask { try await ledger.record(try completed(key)) } }
      try await group.waitForAll()
    }
    ledger.close()
    let reader = try await Ledger.open(file.path, .read)
    #expect(try await reader.tally().completed == 500)
    var digests = 0
    try reader.forEachObject(in: .completed) { row in
      digests += row.evidence.count
      #expect(row.evidence.first?.checksum == Checksum.of(row.source.key.bytes, .crc64xz))
    }
    #expect(digests == 500)
  }

  @Test("runs are remembered, and one that was killed is called stopped")
  func runs() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    let first = try await ledger.beginRun(command: "migrate", toolVersion: "1", at: instant)
    let second = try await ledger.beginRun(command: "retry", toolVersion: "1", at: instant)
    try await ledger.endRun(second.id, state: .finished, message: "", contentMD5Honoured: true, at: instant)
    let runs = try await ledger.runs()
    #expect(runs.map(\.state) == [.stopped, .finished])
    #expect(runs.map(\.id) == [first.id, second.id])
    #expect(runs.last?.contentMD5Honoured == true)
  }

  @Test("samples of one second add up")
  func samples() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    for _ in 0..<2 { try await ledger.record(ThroughputSample(at: instant, bytes: 5, objects: 1)) }
    #expect(try await ledger.samples() == [ThroughputSample(at: instant, bytes: 10, objects: 2)])
  }
}

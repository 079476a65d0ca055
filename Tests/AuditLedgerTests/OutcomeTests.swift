import Checksums
import Foundation
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct OutcomeTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("an outcome ends the started transfer and leaves the work, and everything in it reads back")
  func outcome() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    let started = StartedTransfer(
      key: ObjectKey("a"), destinationKey: ObjectKey("a"),
      source: Generation(eTag: ETag("E"), size: 10, lastModifiedAt: instant(0)), upload: UploadID("u1"),
      startedAt: instant(2))
    try await ledger.record(started)
    #expect(try await ledger.work(after: nil, limit: 9).map(\.started) == [started, nil])
    #expect(try await ledger.openUploads() == [started])
    let outcome = try completed(ObjectKey("a"))
    try await ledger.record(outcome)
    #expect(try await ledger.openUploads().isEmpty)
    #expect(try await ledger.work(after: nil, limit: 9).map(\.source.key) == [ObjectKey("b")])
    let row = try #require(try await ledger.rows(.completed).first)
    #expect(row.evidence == outcome.evidence)
    #expect(row.destination == outcome.destination)
    #expect(row.requestIDs == ["r1", "r2"] && row.notes.isEmpty)
    #expect(row.proof == .endToEnd && row.sent && row.attempts == 1 && row.bytesSent == 10)
    #expect(row.startedAt == instant(3) && row.endedAt == instant(5))
    let tally = try await ledger.tally()
    #expect(tally.proofs == [.endToEnd: 1] && tally.bytesCompleted == 10 && tally.bytesSent == 10)
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test(
    "work of a first run is that of any other, and says that nothing came before",
    arguments: ["nothing", "outcome", "started", "written", "earlier"])
  func firstWork(_ left: String) async throws {
    let keys = ["", "a", "b", "c", "d"]
    let ledger = try await Ledger.planned(folder.ledger, keys: keys)
    switch left {
    case "outcome": try await ledger.record(try completed(ObjectKey("d"), sent: false))
    case "started":
      let generation = Generation(size: 10)
      try await ledger.record(
        StartedTransfer(
          key: ObjectKey("d"), destinationKey: ObjectKey("d"), source: generation, upload: nil,
          startedAt: instant(2)))
    case "written":
      try await ledger.record(failed(ObjectKey("d"), bytesSent: 3, destination: Generation(size: 3)))
      #expect(try await ledger.reopenErrors() == 1)
    case "earlier": try await ledger.record(try completed(ObjectKey("")))
    default: break
    }
    let all = try await ledger.work(after: nil, limit: 9)
    let isWorked = ["outcome": "d", "earlier": ""][left]
    #expect(all.map(\.source.key) == keys.filter { $0 != isWorked }.map { ObjectKey($0) })
    #expect(all.map(\.isFirst) == Array(repeating: left == "nothing", count: all.count))
    #expect(all.last?.started != nil || left != "started")
    #expect(all.last?.written != nil || left != "written")
    #expect(all.map(\.destinationKey) == all.map(\.source.key) && all.allSatisfy { $0.action == .copy })
    let rest = try await ledger.work(after: ObjectKey(""), limit: 2)
    #expect(rest.map(\.source.key) == [ObjectKey("a"), ObjectKey("b")])
    #expect(rest.map(\.isFirst) == Array(repeating: ["nothing", "earlier"].contains(left), count: 2))
    await ledger.close()
  }

  @Test("an outcome that is said to be the first is counted as what it is")
  func firstOutcome() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    var first = failed(ObjectKey("a"), bytesSent: 4)
    first.firstOfSize = 10
    first.evidence = try completed(ObjectKey("a")).evidence
    try await ledger.record(first)
    #expect(try await ledger.lawHolds())
    // It is not: the row is there, and its attempts go on.
    var second = try completed(ObjectKey("a"))
    second.firstOfSize = 10
    try await ledger.record(second)
    let row = try #require(try await ledger.rows(.completed).first)
    #expect(row.attempts == 2 && row.tries == 4 && row.bytesSent == 14 && row.evidence == second.evidence)
    #expect(try await ledger.lawHolds())
    let tally = try await ledger.tally()
    #expect((tally.completed, tally.error, tally.pending, tally.bytesSent) == (1, 0, 1, 14))
    await ledger.close()
  }

  @Test("a transfer that is taken back leaves no upload behind")
  func forget() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let started = StartedTransfer(
      key: ObjectKey("a"), destinationKey: ObjectKey("a"), source: Generation(size: 10),
      upload: UploadID("u1"), startedAt: instant(2))
    try await ledger.record(started)
    try await ledger.forget(started)
    #expect(try await ledger.openUploads().isEmpty)
    #expect(try await ledger.work(after: nil, limit: 9).map(\.started) == [nil])
    await ledger.close()
  }

  @Test("a retry opens errors only, keeps attempts and evidence, and remembers the error")
  func retry() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c"])
    try await ledger.record(try completed(ObjectKey("a")))
    var broken = failed(ObjectKey("b"), .mismatched, bytesSent: 4, destination: Generation(size: 4))
    broken.evidence = try completed(ObjectKey("b")).evidence
    try await ledger.record(broken)
    #expect(try await ledger.reopenErrors() == 1)
    let reasons = try await ledger.reader.perform { db in
      try String.fetchAll(db, sql: "SELECT from_list || '>' || to_list || ' ' || reason FROM change")
    }
    #expect(reasons == ["error>pending mismatched: it broke"])
    #expect(try await ledger.lawHolds())
    let work = try await ledger.work(after: nil, limit: 9)
    #expect(work.map(\.source.key) == [ObjectKey("b"), ObjectKey("c")])
    #expect(work[0].written == WrittenCopy(Generation(size: 4), contentMD5WasChecked: false))
    let open = try #require(try await ledger.rows(.pending).first)
    #expect(open.attempts == 1 && open.evidence.count == 2 && open.message.isEmpty)
    try await ledger.record(try completed(ObjectKey("b"), proof: .streamed))
    let tally = try await ledger.tally()
    #expect((tally.completed, tally.error, tally.pending, tally.bytesSent) == (2, 0, 1, 24))
    #expect(try await ledger.rows(.completed).map(\.attempts) == [1, 2])
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("counters stay true through errors, retries, and one class shared by many")
  func counters() async throws {
    let keys = (0..<12).map { "k\(100 + $0)" }
    let ledger = try await Ledger.planned(folder.ledger, keys: keys)
    for attempt in 0..<3 {
      for (index, key) in keys.enumerated() where index % 4 >= attempt {
        let sent = Int64(index + attempt)
        try await ledger.record(failed(ObjectKey(key), index % 2 == 0 ? .failed : .denied, bytesSent: sent))
      }
      #expect(try await ledger.lawHolds())
      #expect(try await ledger.reopenErrors() > 0)
      #expect(try await ledger.lawHolds())
    }
    for key in keys { try await ledger.record(try completed(ObjectKey(key), proof: .streamed)) }
    #expect(try await ledger.lawHolds())
    let tally = try await ledger.tally()
    #expect(tally.completed == 12 && tally.errors.isEmpty && tally.bytesCompleted == 120)
    #expect(try await ledger.rows().reduce(0) { $0 + $1.bytesSent } == tally.bytesSent)
    await ledger.close()
  }

  struct WrittenCase: Sendable, CustomTestStringConvertible {
    var name: String
    var resolution: Resolution
    var bytesSent: Int64
    var isStarted: Bool
    var isOurs: Bool

    var testDescription: String { name }
  }

  static func writtenCases() throws -> [WrittenCase] {
    let match = try match()
    func error(_ errorClass: ErrorClass) -> Resolution { .error(errorClass, message: "x") }
    return [
      WrittenCase(
        name: "sent and completed", resolution: .completed(.endToEnd, match, sent: true), bytesSent: 9,
        isStarted: true, isOurs: true),
      WrittenCase(
        name: "found equal", resolution: .completed(.endToEnd, match, sent: false), bytesSent: 0,
        isStarted: false, isOurs: false),
      WrittenCase(
        name: "conflict after bytes were sent", resolution: error(.conflict), bytesSent: 9, isStarted: true,
        isOurs: false),
      WrittenCase(
        name: "mismatched after a copy", resolution: error(.mismatched), bytesSent: 9, isStarted: false,
        isOurs: true),
      WrittenCase(
        name: "unverifiable empty object", resolution: error(.unverifiable), bytesSent: 0, isStarted: true,
        isOurs: true),
      WrittenCase(
        name: "compared and never touched", resolution: error(.unverifiable), bytesSent: 0, isStarted: false,
        isOurs: false),
      WrittenCase(
        name: "skipped", resolution: .skipped(reason: "x"), bytesSent: 0, isStarted: true, isOurs: false),
    ]
  }

  @Test("only a generation that this job wrote counts as ours", arguments: try writtenCases())
  func written(_ example: WrittenCase) async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let key = ObjectKey("a")
    if example.isStarted {
      try await ledger.record(
        StartedTransfer(
          key: key, destinationKey: key, source: Generation(size: 10), upload: nil, startedAt: instant(1)))
    }
    try await ledger.record(
      ObjectOutcome(
        key: key, destinationKey: key, resolution: example.resolution, startedAt: instant(1),
        endedAt: instant(2), bytesSent: example.bytesSent,
        destination: Generation(eTag: ETag("D"), size: 9)))
    let count = try await ledger.reader.perform { db in
      try Int.fetchOne(db, sql: "SELECT count(*) FROM written") ?? 0
    }
    #expect((count == 1) == example.isOurs)
    await ledger.close()
  }

  @Test("a completed key that ends otherwise later keeps the reason")
  func reason() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    try await ledger.record(try completed(ObjectKey("a")))
    try await ledger.record(failed(ObjectKey("a"), .missing))
    let reasons = try await ledger.reader.perform { db in
      try String.fetchAll(db, sql: "SELECT from_list || '>' || to_list || ' ' || reason FROM change")
    }
    #expect(reasons == ["completed>error missing: it broke"])
    #expect(try await ledger.tally().errors == [.missing: 1])
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test(
    "the file itself refuses to lose a completed row",
    arguments: [
      "UPDATE outcome SET list = 'pending', proof = NULL", "DELETE FROM outcome",
      "UPDATE outcome SET proof = 'size'", "UPDATE outcome SET proof = NULL",
    ])
  func guarded(_ sql: String) async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    try await ledger.record(try completed(ObjectKey("a")))
    let writer = try ledger.writing().connection
    let error = await #expect(throws: LedgerError.self) {
      try await writer.write(durable: false) { db in try db.execute(sql: sql) }
    }
    #expect(error?.code == .failed)
    #expect(try await ledger.tally().completed == 1)
    await ledger.close()
  }

  @Test(
    "an outcome of a key that the source never listed is refused, and its neighbours in the commit are kept")
  func unknownKey() async throws {
    let keys = (0..<50).map { "k\(100 + $0)" }
    let ledger = try await Ledger.planned(folder.ledger, keys: keys)
    let failures = await withTaskGroup(of: Int.self) { group in
      for key in keys + ["never-listed"] {
        group.addTask {
          do {
            try await ledger.record(try completed(ObjectKey(key)))
            return 0
          } catch { return 1 }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(failures == 1)
    #expect(try await ledger.tally().completed == 50)
    #expect(try await ledger.lawHolds())
    await ledger.close()
  }

  @Test("what a call returned from can be seen by another reader at once, however many call together")
  func groupCommit() async throws {
    let keys = (0..<400).map { "k\(1000 + $0)" }
    let ledger = try await Ledger.planned(folder.ledger, keys: keys)
    let reader = try await Ledger.open(folder.ledger, .read)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for key in keys {
        group.addTask {
          try await ledger.record(try completed(ObjectKey(key)))
          let list = try await reader.reader.perform { db in
            try String.fetchOne(
              db, sql: "SELECT list FROM outcome WHERE key = ?", arguments: [Data(key.utf8)])
          }
          #expect(list == "completed")
        }
      }
      try await group.waitForAll()
    }
    #expect(try await reader.lawHolds())
    await reader.close()
    await ledger.close()
  }

  @Test("a cancelled task still records what it saw")
  func cancelled() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await ledger.record(try completed(ObjectKey("a")))
      return Task.isCancelled
    }
    #expect(try await task.value)
    #expect(try await ledger.tally().completed == 1)
    await ledger.close()
  }
}

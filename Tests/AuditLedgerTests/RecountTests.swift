import Checksums
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

/// The count that has the last word is of the rows themselves, and of nothing that goes along with them.
@Suite("counting again from the rows")
struct RecountTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let keys: [ObjectKey] =
    [[], [0], [0, 0], [1, 0xff], [0xff], [0xff, 0xff], [0xc3, 0x28]].map { ObjectKey(bytes: $0) }
    + ["a", "a/", "a/b", "ab", "a\u{0}", "é", "z"].map { ObjectKey($0) }
    + (0..<40).map { ObjectKey("many/\($0)") }

  /// Every key in one of nine ways; neighbours differ, and some are alike.
  private func mixed() async throws -> Ledger {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.establish(settings)
    let keys = Self.keys.sorted()
    let page = ListingPage(
      objects: keys.enumerated().map { listed($1, size: Int64($0 * $0)) }, next: nil)
    try await ledger.store(page, side: .source, isLast: true)
    try await ledger.record(keys.map { Decision(key: $0, destinationKey: $0, action: .copy) })
    for (index, key) in keys.enumerated() {
      switch index * index % 11 {
      case 0: try await ledger.record(try completed(key))
      case 1: try await ledger.record(try completed(key, sent: false))
      case 3: try await ledger.record(try completed(key, proof: .streamed))
      case 4: try await ledger.record(failed(key, .conflict, bytesSent: 7))
      case 5: try await ledger.record(failed(key))
      default: break
      }
    }
    return ledger
  }

  /// What the ledger's own triggers would refuse or set right.
  private func change(_ sql: String..., in ledger: Ledger) async throws {
    try await ledger.writing().connection.perform { db in
      for trigger in try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'") {
        try db.execute(sql: "DROP TRIGGER \(trigger)")
      }
      for statement in sql { try db.execute(sql: statement) }
    }
  }

  private struct Sum {
    var list: String
    var kind: String
    var objects: Int64
    var bytes: Int64
    var sent: Int64
    var equal: Int64
  }

  @Test("gives what SQL gives that sorts and looks up every key")
  func same() async throws {
    let ledger = try await mixed()
    let recounted = try await ledger.recount()
    #expect(recounted == (try await ledger.tally()))
    let sums = try await ledger.reader.perform { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT ifnull(outcome.list, 'pending'), ifnull(outcome.proof, ifnull(outcome.error_class, '')),
            count(*), sum(source.size), ifnull(sum(outcome.bytes_sent), 0), sum(outcome.sent = 0)
          FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key GROUP BY 1, 2
          """
      ).map { row in
        Sum(list: row[0], kind: row[1], objects: row[2], bytes: row[3], sent: row[4], equal: row[5] ?? 0)
      }
    }
    func total(_ list: String?, _ value: (Sum) -> Int64) -> Int64 {
      sums.filter { list == nil || $0.list == list }.reduce(0) { $0 + value($1) }
    }
    #expect(recounted.total == Int64(Self.keys.count) && recounted.isBalanced)
    #expect(recounted.bytesTotal == total(nil, { $0.bytes }))
    #expect(recounted.bytesSent == total(nil, { $0.sent }))
    #expect(recounted.completed == total("completed", { $0.objects }) && recounted.completed > 9)
    #expect(recounted.bytesCompleted == total("completed", { $0.bytes }))
    #expect(recounted.foundEqual == total("completed", { $0.equal }) && recounted.foundEqual > 0)
    #expect(recounted.error == total("error", { $0.objects }))
    #expect(recounted.pending == total("pending", { $0.objects }) && recounted.pending > 9)
    for sum in sums where sum.list == "completed" {
      #expect(recounted.proofs[try #require(Proof(rawValue: sum.kind))] == sum.objects)
    }
    for sum in sums where sum.list == "error" {
      #expect(recounted.errors[try #require(ErrorClass(rawValue: sum.kind))] == sum.objects)
    }
    await ledger.close()
  }

  @Test("counters that are wrong change nothing in it")
  func counters() async throws {
    let ledger = try await mixed()
    let right = try await ledger.recount()
    try await change("UPDATE outcome_count SET objects = objects + 1", in: ledger)
    #expect(try await ledger.recount() == right)
    #expect(try await ledger.tally() != right)
    await ledger.close()
  }

  @Test("an outcome that went is a pending key, and one of no key of the inventory is none")
  func gone() async throws {
    let ledger = try await mixed()
    let right = try await ledger.recount()
    try await change(
      "PRAGMA foreign_keys = OFF",
      "DELETE FROM outcome WHERE key = (SELECT min(key) FROM outcome WHERE list = 'completed')",
      "DELETE FROM source_object WHERE key = (SELECT max(key) FROM outcome WHERE list = 'completed')",
      in: ledger)
    let recounted = try await ledger.recount()
    #expect(recounted.total == right.total - 1)
    #expect(recounted.completed == right.completed - 2)
    #expect(recounted.pending == right.pending + 1)
    await ledger.close()
  }

  @Test("sizes whose sum no number holds are an error and no end of the program")
  func tooLarge() async throws {
    let ledger = try await mixed()
    try await change("UPDATE source_object SET size = 9223372036854775807", in: ledger)
    let error = await #expect(throws: LedgerError.self) { try await ledger.recount() }
    #expect(error?.code == .corrupt)
    await ledger.close()
  }
}

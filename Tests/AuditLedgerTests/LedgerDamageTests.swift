import Foundation
import GRDB
import ObjectStorage
import StorageTesting
import Testing

@testable import AuditLedger

@Suite("ledgers that were damaged", .timeLimit(.minutes(5)))
struct LedgerDamageTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  static let keys = (0..<300).map { "key-\(1000 + $0)" }

  /// Copies of the files as a kill leaves them: the journal beside the ledger, nothing moved back.
  private func killed(completing count: Int) async throws -> (file: Data, journal: Data) {
    let ledger = try await Ledger.planned(folder.ledger, keys: Self.keys)
    try await ledger.writing().connection.perform { db in
      _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    for key in Self.keys.prefix(count) { try await ledger.record(try completed(ObjectKey(key))) }
    let url = URL(fileURLWithPath: folder.ledger)
    let files = (
      try Data(contentsOf: url), try Data(contentsOf: URL(fileURLWithPath: folder.ledger + "-wal"))
    )
    await ledger.close()
    return files
  }

  private func write(_ file: Data, _ journal: Data?, _ name: String) throws -> String {
    let path = "\(folder.path)/\(name)"
    try file.write(to: URL(fileURLWithPath: path))
    if let journal { try journal.write(to: URL(fileURLWithPath: path + "-wal")) }
    return path
  }

  @Test(
    "a journal that was cut or changed takes the ledger back to a moment that was, and nothing is made up")
  func journal() async throws {
    let count = 40
    let (file, journal) = try await killed(completing: count)
    #expect(!journal.isEmpty)
    var seen: Set<Int64> = []
    for seed in 0..<24 {
      var chance = SeededGenerator(seed: UInt64(seed))
      var bytes = journal
      let place = Int.random(in: 0..<bytes.count, using: &chance)
      if seed % 2 == 0 {
        bytes = bytes.prefix(place)
      } else {
        bytes[place] ^= UInt8.random(in: 1...255, using: &chance)
      }
      let ledger = try await Ledger.open(try write(file, bytes, "\(seed)"), .write)
      let tally = try await ledger.tally()
      seen.insert(tally.completed)
      #expect(tally.total == 300 && tally.completed <= count, "seed \(seed)")
      #expect(try await ledger.lawHolds(), "seed \(seed)")
      let done = try await ledger.rows(.completed).map(\.source.key)
      #expect(done == Self.keys.prefix(Int(tally.completed)).map { ObjectKey($0) }, "seed \(seed)")
      await ledger.close()
    }
    #expect(seen.count > 5, "\(seen)")
  }

  @Test("changed bytes are refused with the way out, or read without a trap and without a key too many")
  func pages() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: Self.keys)
    for key in Self.keys.prefix(60) { try await ledger.record(try completed(ObjectKey(key))) }
    let truth = try await ledger.rows().map { "\($0)" }
    await ledger.close()
    let file = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
    var (refused, right, wrong) = (0, 0, 0)
    for seed in 0..<100 {
      var chance = SeededGenerator(seed: UInt64(seed))
      var bytes = file
      let place = Int.random(in: 0..<bytes.count, using: &chance)
      for index in place..<min(bytes.count, place + Int.random(in: 1...64, using: &chance)) {
        bytes[index] = UInt8.random(in: 0...255, using: &chance)
      }
      let path = try write(bytes, nil, "flip-\(seed)")
      switch await outcome(path, truth) {
      case .success(let isRight): if isRight { right += 1 } else { wrong += 1 }
      case .failure(let error):
        refused += 1
        let known: Set<LedgerError.Code> = [.corrupt, .foreign, .newerSchema, .failed, .unreadable]
        #expect(known.contains(error.code), "seed \(seed): \(error)")
        #expect(error.message.contains(";"), "seed \(seed): \(error)")
      }
    }
    // SQLite keeps no sums of its pages: bytes inside a row can change unnoticed, so few may, and none may trap.
    #expect(refused > 5 && right > 5 && wrong <= 5, "\(refused) refused, \(right) right, \(wrong) wrong")
  }

  /// Whether a ledger that opens answers as the true one; or why it does not open or answer.
  private func outcome(_ path: String, _ truth: [String]) async -> Result<Bool, LedgerError> {
    do {
      let opened = try await Ledger.open(path, .write)
      let rows = try await opened.rows().map { "\($0)" }
      let holds = try await opened.lawHolds()
      await opened.close()
      return .success(rows == truth && holds)
    } catch {
      return .failure(LedgerError(error, path: path))
    }
  }
}

@Suite("a ledger that another program holds", .timeLimit(.minutes(2)))
struct ForeignLockTests {
  @Test("a foreign writer is waited for, and a foreign reader stands in nobody's way")
  func foreign() async throws {
    let folder = try ScratchFolder()
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    var settings = Configuration()
    settings.allowsUnsafeTransactions = true
    let (reader, other) = (
      try DatabaseQueue(path: folder.ledger, configuration: settings),
      try DatabaseQueue(path: folder.ledger, configuration: settings)
    )
    // It sees the ledger as it is now for as long as its transaction is open.
    try await reader.writeWithoutTransaction { db in
      try db.execute(sql: "BEGIN")
      _ = try Row.fetchOne(db, sql: "SELECT count(*) FROM listing")
    }
    try await ledger.record(try completed(ObjectKey("b")))
    try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
    async let recorded: Void = ledger.record(try completed(ObjectKey("a")))
    for _ in 0..<100 { await Task.yield() }
    try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    try await recorded
    #expect(try await ledger.tally().completed == 2)
    #expect(try await ledger.lawHolds())
    try await reader.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    for queue in [reader, other] { try queue.close() }
    await ledger.close()
  }
}

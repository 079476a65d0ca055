import Foundation
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite("ledgers of older schemas")
struct SchemaMigrationTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let rows = [
    """
    INSERT INTO job VALUES (1, 'books', 's3', 'shop', '2024/', '', 'ap-northeast-1', 'oss', 'shop-copy', '', '',
      'ap-northeast-1')
    """,
    """
    INSERT INTO run (id, command, tool_version, started_at, state, content_md5_honoured) VALUES
      (1, 'migrate', '0', 1000, 'finished', 1), (2, 'migrate', '0', 2000, 'finished', 0),
      (3, 'verify', '0', 3000, 'finished', NULL), (4, 'retry', '0', 4000, 'stopped', NULL)
    """,
    "INSERT INTO source_object (key, size) VALUES (x'61', 3), (x'62', 3), (x'63', 3)",
    """
    INSERT INTO listing (side, complete, objects, bytes, duplicates) VALUES
      ('source', 1, 3, 9, 0), ('destination', 1, 0, 0, 0)
    """,
    """
    INSERT INTO outcome (key, destination_key, list, proof, proof_algorithm, attempts, tries, bytes_sent, ended_at,
      proven_at, size, source_size) VALUES (x'61', x'61', 'completed', 'end-to-end', 'md5', 1, 1, 3, 1500, 1500, 3, 3)
    """,
    """
    INSERT INTO written (key, attempt, size, written_at) VALUES
      (x'61', 1, 3, 1500), (x'62', 1, 3, 2500), (x'63', 1, 3, 4500)
    """,
    """
    INSERT INTO audit (id, started_at, reading, required, kept) VALUES (1, 3000, 'none', 'auto', 5)
    """,
  ]

  /// Makes a ledger of schema 2 with rows in it.
  private func makeOlder() async throws {
    try await OlderLedger.make(folder.ledger, version: 2, Self.rows)
  }

  private func schema() throws -> [String] {
    let queue = try DatabaseQueue(path: folder.ledger)
    return try queue.read { db in
      try String.fetchAll(
        db, sql: "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_schema ORDER BY type, name")
    }
  }

  @Test("a new ledger has the schema that one of any version is brought to", arguments: 1...3)
  func sameSchema(_ version: Int) async throws {
    try await OlderLedger.make(folder.ledger, version: version)
    await (try await Ledger.open(folder.ledger, .write)).close()
    let brought = try schema()
    for file in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: folder.ledger + file) }
    await (try await Ledger.open(folder.ledger, .create)).close()
    #expect(try schema() == brought)
    #expect(brought.count > 60)
  }

  private func version() throws -> Int? {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: folder.ledger, configuration: configuration)
    return try queue.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") }
  }

  @Test("a ledger of schema 2 is brought up to date and keeps what it says", arguments: [true, false])
  func fromTwo(_ isForReading: Bool) async throws {
    try await makeOlder()
    #expect(try version() == 2)
    let ledger = try await Ledger.open(folder.ledger, isForReading ? .read : .write)
    #expect(try version() == 3)
    #expect(try await ledger.job()?.name == "books")
    let tally = try await ledger.tally()
    #expect((tally.total, tally.completed, tally.pending) == (3, 1, 2))
    #expect(try await ledger.lawHolds())
    #expect(try await ledger.audits().map(\.counts.kept) == [5])
    await ledger.close()
  }

  @Test("copies of then are marked by what their run found out of the destination")
  func writtenOfThen() async throws {
    try await makeOlder()
    let ledger = try await Ledger.open(folder.ledger, .write)
    let pairs = try await ledger.auditPairs(2, after: nil, limit: 9) { $0 }
    // Checked, not checked, and sent by a run that was killed before it said so.
    #expect(pairs.map(\.written?.contentMD5WasChecked) == [true, false, false])
    #expect(pairs.map(\.written?.generation.size) == [3, 3, 3])
    await ledger.close()
  }

  @Test("an audit of then is not gone on with, and its listing has the time of the first run")
  func auditOfThen() async throws {
    try await makeOlder()
    let ledger = try await Ledger.open(folder.ledger, .write)
    let settings = AuditSettings(reading: "none", required: "auto", takesInventories: true)
    let audit = try await ledger.beginAudit(settings, at: Timestamp(millisecondsSinceEpoch: 5000))
    #expect(audit.id == 2)
    let dated = try await ledger.dateListings(of: audit)
    #expect(dated.sourceListedAt == Timestamp(millisecondsSinceEpoch: 1000))
    #expect(dated.destinationListedAt == Timestamp(millisecondsSinceEpoch: 1000))
    await ledger.close()
  }

  @Test("a reader that finds an older ledger in use says so, and leaves it as it is")
  func held() async throws {
    try await makeOlder()
    let lock = try LedgerLock(ledgerPath: folder.ledger)
    let error = await #expect(throws: LedgerError.self) { try await Ledger.open(folder.ledger, .read) }
    #expect(error?.code == .held)
    #expect(try version() == 2)
    lock.release()
  }
}

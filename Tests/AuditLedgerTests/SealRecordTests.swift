import Checksums
import Foundation
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite("seals that the ledger keeps")
struct SealRecordTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private let record = SealRecord(
    run: 3, root: .of([1], .sha256), seal: .of([2], .sha256), objects: 7, isSigned: true)

  @Test("a seal is kept once, in the order in which it came, and stands in the view")
  func kept() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    var other = record
    other.isSigned = false
    for seal in [record, other, record] { try await ledger.record(seal) }
    #expect(try await ledger.seals() == [record, other])
    await ledger.close()
    let queue = try DatabaseQueue(path: folder.ledger)
    let rows = try await queue.read {
      try String.fetchAll($0, sql: "SELECT root || ' ' || seal_sha256 || ' ' || objects || signed FROM seals")
    }
    #expect(
      rows == ["1", "0"].map { "\(record.root.hex) \(record.seal.hex) 7\($0)" })
  }

  @Test("a reader keeps none, and says why")
  func reader() async throws {
    await (try await Ledger.open(folder.ledger, .create)).close()
    let ledger = try await Ledger.open(folder.ledger, .read)
    #expect(!ledger.isWritable)
    let error = await #expect(throws: LedgerError.self) { try await ledger.record(record) }
    #expect(error?.message.contains("open for reading only") == true)
    await ledger.close()
  }
}

@Suite("a ledger at one instant")
struct SnapshotTests {
  @Test("it answers as it was, by counters and by rows, while a run goes on")
  func instant() async throws {
    let folder = try ScratchFolder()
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c"])
    try await ledger.record(try completed(ObjectKey("a")))
    let snapshot = try await ledger.snapshot()
    try await ledger.record(try completed(ObjectKey("b")))
    try await ledger.record(failed(ObjectKey("c")))
    #expect(try await snapshot.tally().completed == 1)
    #expect(try await snapshot.recount() == snapshot.tally())
    #expect(try await snapshot.rows().map(\.list) == [.completed, .pending, .pending])
    #expect(try await snapshot.rows(.error).isEmpty && !snapshot.isWritable)
    #expect(try await ledger.tally().completed == 2)
    #expect(try await ledger.rows().map(\.list) == [.completed, .completed, .error])
    await snapshot.close()
    await ledger.close()
  }
}

import Foundation
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct ViewTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// The keys of `fixtures/hostile_keys.json` with their spelling for machines.
  private struct HostileKeys: Decodable {
    struct Vector: Decodable {
      let key: String
      let machine: String
    }

    let vectors: [Vector]

    static func read() throws -> [Vector] {
      let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fixtures")
      let data = try Data(contentsOf: folder.appendingPathComponent("hostile_keys.json"))
      return try JSONDecoder().decode(HostileKeys.self, from: data).vectors
    }
  }

  /// Asks the file through a connection that knows nothing of this tool, as a user's shell does.
  private func ask(_ sql: String) throws -> [[String]] {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: folder.ledger, configuration: configuration)
    return try queue.read { db in
      try Row.fetchAll(db, sql: sql).map { row in
        row.databaseValues.map { value in
          Int64.fromDatabaseValue(value).map(String.init) ?? String.fromDatabaseValue(value) ?? "NULL"
        }
      }
    }
  }

  @Test("plain SQL spells every hostile key as the reports do")
  func keyText() async throws {
    let vectors = try HostileKeys.read()
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(
      ListingPage(objects: vectors.map { listed(ObjectKey($0.key)) }), side: .source, isLast: true)
    let expected = vectors.sorted { ObjectKey($0.key) < ObjectKey($1.key) }.map(\.machine)
    #expect(try ask("SELECT key_text FROM objects ORDER BY key").map { $0[0] } == expected)
    #expect(try await ledger.rows().map(\.source.key.percentEncoded) == expected)
    await ledger.close()
  }

  @Test("every byte of a key is spelled as in the reports")
  func everyByte() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    let keys = (0...255).map { ObjectKey(bytes: [UInt8($0), UInt8($0)]) }
    try await ledger.store(ListingPage(objects: keys.map { listed($0) }), side: .source, isLast: true)
    #expect(
      try ask("SELECT key_text FROM objects ORDER BY key").map { $0[0] } == keys.map(\.percentEncoded))
    await ledger.close()
  }

  @Test("the views answer what the tally says")
  func views() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c", "d"])
    try await ledger.record(try completed(ObjectKey("a")))
    try await ledger.record(try completed(ObjectKey("b"), proof: .streamed, sent: false))
    try await ledger.record(failed(ObjectKey("c"), .denied))
    #expect(try ask("SELECT * FROM conservation") == [["4", "2", "1", "0", "1", "1"]])
    #expect(
      try ask("SELECT * FROM lists ORDER BY list") == [
        ["completed", "2", "20"], ["error", "1", "10"], ["pending", "1", "10"],
      ])
    #expect(
      try ask("SELECT * FROM proofs ORDER BY proof") == [
        ["end-to-end", "crc64xz", "1", "1", "10"], ["streamed", "crc64xz", "0", "1", "10"],
      ])
    #expect(
      try ask("SELECT key_text, error_class, message, attempts, started_at FROM errors") == [
        ["c", "denied", "it broke", "1", "2023-11-14T22:13:23.000Z"]
      ])
    #expect(
      try ask("SELECT side, origin, algorithm, value FROM digests WHERE key_text = 'a'") == [
        ["source", "streamed", "crc64xz", "995dc9bbdf1939fa"],
        ["destination", "reported", "crc64xz", "995dc9bbdf1939fa"],
      ])
    await ledger.close()
  }

  @Test("the law as a view fails where a listed key has vanished or a list does not fit")
  func brokenLaw() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    try await ledger.writing().connection.perform { db in
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
      try db.execute(sql: "DELETE FROM source_object WHERE key = CAST('b' AS BLOB)")
    }
    #expect(try ask("SELECT balanced FROM conservation") == [["0"]])
    #expect(try await ledger.lawHolds() == false)
    await ledger.close()
  }

  @Test("large readings do not sort and do not scan what they need not")
  func queryPlans() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    for sql in Ledger.orderedReadings {
      let plan = try await ledger.reader.perform { db in
        let statement = try PreparedStatement("EXPLAIN QUERY PLAN \(sql)", on: db)
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(3) ?? "") }
        return lines
      }
      #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
    }
    await ledger.close()
  }
}

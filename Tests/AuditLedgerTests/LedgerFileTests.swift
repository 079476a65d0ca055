import AuditLedger
import Foundation
import ObjectStorage
import Testing

@Suite("the file of a ledger")
struct LedgerFileTests {
  private func code(_ path: String, _ mode: Ledger.Mode) async -> LedgerError.Code? {
    do {
      _ = try await Ledger.open(path, mode)
      return nil
    } catch {
      return error.code
    }
  }

  private func job(_ bucket: String) -> JobSettings {
    let side = JobSide(kind: .s3, bucket: bucket, prefix: "", endpoint: "http://127.0.0.1:1", region: "r")
    return JobSettings(name: "job", source: side, destination: side)
  }

  @Test("a missing file is named, and made only by the command that may")
  func missing() async throws {
    let file = try LedgerFile()
    #expect(await code(file.path, .read) == .missing)
    #expect(await code(file.path, .write) == .missing)
    #expect(await code(file.folder + "/no/such/folder.ledger", .create) == .unreadable)
    #expect(await code(file.path, .create) == nil)
    #expect(await code(file.path, .read) == nil)
  }

  @Test("only its owner can read a new ledger")
  func mode() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    try await ledger.establish(job("a"))
    for name in ["", "-wal", "-shm", ".lock"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path + name)
      #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
    }
    ledger.close()
  }

  @Test("one process writes; readers are always let in")
  func lock() async throws {
    let file = try LedgerFile()
    let first = try await Ledger.open(file.path, .create)
    #expect(await code(file.path, .create) == .held)
    #expect(await code(file.path, .read) == nil)
    withExtendedLifetime(first) {}
  }

  @Test("a ledger keeps to its job")
  func otherJob() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    try await ledger.establish(job("a"))
    try await ledger.establish(job("a"))
    let error = await #expect(throws: LedgerError.self) { try await ledger.establish(job("b")) }
    #expect(error?.code == .otherJob)
    #expect(try await ledger.job()?.source.bucket == "a")
  }

  @Test(
    "a file that is something else is refused and left as it is",
    arguments: ["hello, this is text", "SQLite format 3\0garbage"])
  func foreign(_ contents: String) async throws {
    let file = try LedgerFile()
    let padded = Data((contents + String(repeating: "x", count: 5000)).utf8)
    try padded.write(to: URL(fileURLWithPath: file.path))
    let said = await code(file.path, .create)
    #expect(said == .foreign || said == .corrupt)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == padded)
  }

  @Test("a ledger of a newer version is refused")
  func newer() async throws {
    let file = try LedgerFile()
    try await Ledger.open(file.path, .create).close()
    try sqlite(file.path, "INSERT INTO grdb_migrations VALUES ('99 future')")
    #expect(await code(file.path, .create) == .newerSchema)
    #expect(await code(file.path, .read) == .newerSchema)
  }

  @Test("somebody else's SQLite file is refused")
  func otherDatabase() async throws {
    let file = try LedgerFile()
    try sqlite(file.path, "CREATE TABLE t (a)")
    #expect(await code(file.path, .create) == .foreign)
  }

  @Test("damaged pages are noticed before anything is written")
  func damaged() async throws {
    let file = try LedgerFile()
    let ledger = try await Ledger.open(file.path, .create)
    let objects = (0..<3000).map { object("key-\(10_000 + $0)") }
    try await ledger.store(ListingPage(objects: objects), side: .source, isLast: true)
    ledger.close()
    try sqlite(file.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
    for offset in stride(from: 3 * 16_384, to: bytes.count - 100, by: 16_384) {
      bytes.replaceSubrange(offset..<offset + 64, with: Data(repeating: 0xa5, count: 64))
    }
    try bytes.write(to: URL(fileURLWithPath: file.path))
    #expect(await code(file.path, .write) == .corrupt)
  }

  @Test("keys cannot be written into a closed list by hand")
  func constraints() async throws {
    let file = try LedgerFile()
    try await Ledger.open(file.path, .create).close()
    #expect(throws: Failed.self) {
      try sqlite(
        file.path,
        "INSERT INTO outcome (key, destination_key, action, list) VALUES (x'61', x'61', 'copy', 'completed')")
    }
  }

  @Test("the views of a ledger can be read with the sqlite3 command")
  func views() async throws {
    let file = try LedgerFile()
    let ledger = try await planned(file, ["a", "b"])
    try await ledger.record(try completed("a"))
    ledger.close()
    #expect(try sqlite(file.path, "SELECT total, completed, pending FROM conservation") == "2|1|1\n")
    #expect(try sqlite(file.path, "SELECT proof, objects, bytes FROM proofs") == "end-to-end|1|3\n")
    #expect(try sqlite(file.path, "SELECT algorithm, side FROM digests") == "crc64xz|destination\n")
    #expect(
      try sqlite(file.path, "SELECT key_hex, list FROM objects ORDER BY key") == "61|completed\n62|pending\n")
  }
}

struct Failed: Error {
  var said: String
}

/// Runs Debian's sqlite3, which shares no code with the ledger.
@discardableResult
func sqlite(_ path: String, _ sql: String) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
  process.arguments = ["-bail", path, sql]
  let out = Pipe()
  process.standardOutput = out
  process.standardError = out
  try process.run()
  let said = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw Failed(said: said) }
  return said
}

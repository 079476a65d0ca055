import Foundation
import GRDB
import ObjectStorage
import Testing

@testable import AuditLedger

@Suite struct LedgerFileTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func code(_ mode: Ledger.Mode, _ path: String? = nil) async -> LedgerError.Code? {
    do {
      await (try Ledger.open(path ?? folder.ledger, mode)).close()
      return nil
    } catch {
      #expect(!error.message.isEmpty && !error.message.hasSuffix("."))
      return error.code
    }
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("the ledger, its journal files and its lock are for the owner alone")
  func rights() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    for suffix in ["", "-wal", "-shm", ".lock"] {
      #expect(try mode(folder.ledger + suffix) == 0o600, "\(suffix)")
    }
    await ledger.close()
  }

  @Test("a new ledger has 16 KiB pages, the tool's marks, and a write-ahead journal")
  func marks() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    let marks = try await ledger.reader.perform { db in
      try ["page_size", "application_id", "user_version", "journal_mode"].map {
        try String.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(marks == ["16384", "1414681416", "3", "wal"])
    await ledger.close()
  }

  @Test("completed rows are synced to the disk with every commit, pages of a listing are not")
  func durability() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let writer = try ledger.writing().connection
    func level() async throws -> Int? {
      try await writer.perform { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
    }
    try await ledger.store(page(["b"]), side: .destination, isLast: false)
    #expect(try await level() == 1)
    try await ledger.record(try completed(ObjectKey("a")))
    #expect(try await level() == 2)
    await ledger.close()
  }

  @Test("a second writer is told at once, a reader never waits, and the lock falls with close")
  func twoWriters() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    #expect(await code(.write) == .held)
    #expect(await code(.create) == .held)
    #expect(await code(.read) == nil)
    await ledger.close()
    #expect(await code(.write) == nil)
  }

  @Test("a symbolic link to a ledger shares its lock")
  func linked() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let link = folder.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.ledger)
    #expect(await code(.write, link) == .held)
    await ledger.close()
  }

  @Test("a ledger that was never closed opens again with all that was recorded")
  func abandoned() async throws {
    do {
      let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
      try await ledger.record(try completed(ObjectKey("a")))
      // As a kill leaves it: no checkpoint, the journal beside the file.
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(
          atPath: folder.ledger + suffix, toPath: folder.path + "/left" + suffix)
      }
      await ledger.close()
    }
    let left = try await Ledger.open(folder.path + "/left", .write)
    #expect(try await left.tally().completed == 1)
    #expect(try await left.work(after: nil, limit: 9).map(\.source.key) == [ObjectKey("b")])
    #expect(try await left.lawHolds())
    await left.close()
  }

  @Test("a closed ledger refuses everything and traps on nothing")
  func closed() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    await ledger.close()
    await ledger.close()
    await #expect(throws: LedgerError.self) { try await ledger.record(try completed(ObjectKey("a"))) }
    await #expect(throws: LedgerError.self) {
      try await ledger.store(page(["b"]), side: .source, isLast: true)
    }
    await #expect(throws: LedgerError.self) { try await ledger.work(after: nil, limit: 1) }
    await #expect(throws: LedgerError.self) { try await ledger.tally() }
  }

  @Test("a ledger that nobody holds any more lets the next writer in")
  func dropped() async throws {
    _ = try await Ledger.planned(folder.ledger, keys: ["a"])
    #expect(await code(.write) == nil)
  }

  @Test("a ledger that is open for reading refuses to write and sees what the writer does")
  func readOnly() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    let reader = try await Ledger.open(folder.ledger, .read)
    await #expect(throws: LedgerError.self) { try await reader.record(try completed(ObjectKey("a"))) }
    await #expect(throws: LedgerError.self) { try await reader.reopenErrors() }
    try await ledger.record(try completed(ObjectKey("a")))
    #expect(try await reader.tally().completed == 1)
    await reader.close()
    await ledger.close()
  }

  @Test("a missing ledger is not made by a reader or by a writer that expects one")
  func missing() async throws {
    #expect(await code(.read) == .missing)
    #expect(await code(.write) == .missing)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test("a ledger in a folder that does not exist or cannot be written is unreadable")
  func folders() async throws {
    #expect(await code(.create, folder.path + "/none/job.ledger") == .unreadable)
    // The kernel lets nobody make a file there, root neither.
    #expect(await code(.create, "/proc/job.ledger") == .unreadable)
    #expect(await code(.create, folder.path) == .foreign)
  }

  @Test("a file without rights is unreadable", .enabled(if: geteuid() != 0, "root may read every file"))
  func withoutRights() async throws {
    await (try await Ledger.planned(folder.ledger, keys: ["a"])).close()
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: folder.ledger)
    #expect(await code(.write) == .unreadable)
    #expect(await code(.read) == .unreadable)
  }

  @Test("an empty file becomes a ledger, but nobody reads one from it")
  func empty() async throws {
    try Data().write(to: URL(fileURLWithPath: folder.ledger))
    #expect(await code(.read) == .foreign)
    #expect(await code(.write) == .foreign)
    #expect(await code(.create) == nil)
    #expect(try mode(folder.ledger) == 0o600)
  }

  @Test("a ledger that a run did not finish making is made to its end, and holds nothing until then")
  func halfMade() async throws {
    let queue = try DatabaseQueue(path: folder.ledger)
    try await queue.write { db in
      try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
    }
    try queue.close()
    #expect(await code(.read) == .foreign)
    #expect(await code(.write) == .foreign)
    #expect(await code(.create) == nil)
    #expect(await code(.write) == nil)
  }

  @Test(
    "what a process left in a rollback journal is undone before anybody looks, also where that one only reads",
    arguments: [Ledger.Mode.create, .read])
  func cutOff(_ mode: Ledger.Mode) async throws {
    let other = folder.ledger + ".other"
    var configuration = Configuration()
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = 4") }
    let queue = try DatabaseQueue(path: other, configuration: configuration)
    let made = folder.ledger
    try await queue.writeWithoutTransaction { db in
      try db.execute(
        sql: "VACUUM; BEGIN; CREATE TABLE t (x BLOB); INSERT INTO t VALUES (randomblob(1000000))")
      // What is here now is what a killed process leaves: pages of the transaction, and how to take them back.
      for name in ["", "-journal"] {
        try FileManager.default.copyItem(atPath: other + name, toPath: made + name)
      }
      try db.execute(sql: "ROLLBACK")
    }
    try queue.close()
    let left = try FileManager.default.attributesOfItem(atPath: made + "-journal")[.size] as? Int ?? 0
    #expect(left > 0)
    #expect(await code(mode) == (mode == .read ? .foreign : nil))
    #expect(!FileManager.default.fileExists(atPath: made + "-journal"))
  }

  @Test(
    "a text file is foreign and stays as it is",
    arguments: ["hello", String(repeating: "text ", count: 9999)])
  func text(_ text: String) async throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.ledger))
    for mode in [Ledger.Mode.read, .write, .create] { #expect(await code(mode) == .foreign) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == Data(text.utf8))
  }

  @Test("a database of another program is foreign and stays as it is")
  func otherDatabase() async throws {
    let queue = try DatabaseQueue(path: folder.ledger)
    try await queue.write { db in try db.execute(sql: "CREATE TABLE mine (x)") }
    try queue.close()
    let before = try Data(contentsOf: URL(fileURLWithPath: folder.ledger))
    for mode in [Ledger.Mode.read, .write, .create] { #expect(await code(mode) == .foreign) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.ledger)) == before)
  }

  @Test("a ledger of a newer schema is refused by readers and writers")
  func newer() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a"])
    try await ledger.writing().connection.perform { db in try db.execute(sql: "PRAGMA user_version = 99") }
    await ledger.close()
    for mode in [Ledger.Mode.read, .write, .create] { #expect(await code(mode) == .newerSchema) }
  }

  @Test("damage is found before anything is written", arguments: ["zeroed", "cut", "flipped"])
  func damaged(_ damage: String) async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: (0..<5000).map { "key-\(10000 + $0)" })
    await ledger.close()
    let file = URL(fileURLWithPath: folder.ledger)
    var bytes = try Data(contentsOf: file)
    let middle = bytes.count / 2 / 16384 * 16384
    switch damage {
    case "zeroed": bytes.replaceSubrange(middle..<middle + 16384, with: Data(count: 16384))
    case "cut": bytes = bytes.prefix(middle)
    default: for index in middle..<middle + 64 { bytes[index] ^= 0xFF }
    }
    try bytes.write(to: file)
    #expect(await code(.write) == .corrupt)
    #expect(try Data(contentsOf: file) == bytes)
  }

  @Test("a full disk loses nothing that was recorded, and says what to do", arguments: 0..<6)
  func full(_ extra: Int) async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: (0..<2000).map { "key-\(10000 + $0)" })
    let writer = try ledger.writing().connection
    try await writer.perform { db in
      let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      try db.execute(sql: "PRAGMA max_page_count = \(pages + extra)")
    }
    var recorded: Int64 = 0
    var failure: LedgerError?
    for index in 0..<2000 where failure == nil {
      do {
        try await ledger.record(try completed(ObjectKey("key-\(10000 + index)")))
        recorded += 1
      } catch { failure = error as? LedgerError }
    }
    #expect(failure?.code == .diskFull)
    #expect(failure?.message.contains("free some space") == true)
    #expect(try await ledger.tally().completed == recorded)
    #expect(try await ledger.lawHolds())
    await ledger.close()
    let again = try await Ledger.open(folder.ledger, .write)
    #expect(try await again.tally().completed == recorded)
    try await again.record(try completed(ObjectKey("key-11999")))
    #expect(try await again.lawHolds())
    await again.close()
  }
}

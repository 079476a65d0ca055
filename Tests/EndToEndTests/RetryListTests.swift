import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("retrying what failed and nothing else, by the built binary", .timeLimit(.minutes(5)))
struct RetryListTests {
  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
  }

  private func put(_ harbour: Harbour, _ objects: [String: String?]) async throws {
    let json = String(decoding: try JSONEncoder().encode(objects), as: UTF8.self)
    let done = try await Subprocess.script(
      "put_s3.py", [harbour.s3.endpoint, "from", json], environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(done.status == 0, "\(done.stderr)")
  }

  private static let keys = ["fine 1%", "fine/2", "shrunk, a b", "gone+%41", "cold é", "thawed/1"]

  /// Six objects of which four are archived: they make the error list of the first run.
  private func harbour() async throws -> Harbour {
    let harbour = try await Harbour()
    try await put(
      harbour, Dictionary(uniqueKeysWithValues: Self.keys.map { ($0, "the bytes of \($0), some of them") }))
    for key in Self.keys[2...] { try harbour.s3.archive(bucket: "from", key: Array(key.utf8)) }
    let first = try await run(harbour, harbour.migration())
    #expect(first.status == 1, "\(first.stderr)")
    #expect(try await harbour.status().errors == ["archived": 4])
    return harbour
  }

  /// What befalls the objects between the runs.
  private func change(_ harbour: Harbour) async throws {
    try await put(
      harbour,
      ["shrunk, a b": "less", "gone+%41": nil, "thawed/1": "the bytes of thawed/1, some of them"])
  }

  /// The keys that a store was asked for, from some request on, but for the probe of what it checks.
  private func asked(_ store: DevStore, from start: Int) -> Set<String> {
    Set(
      store.journal().dropFirst(start).compactMap { entry in
        let key = entry.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        return key.hasPrefix(".tranship-content-md5-probe") ? nil : key
      })
  }

  private func lines(_ harbour: Harbour, _ sql: String, _ ledger: String = "job.ledger") async throws
    -> [String]
  {
    let said = try await run(harbour, ["sql", "--ledger", ledger, "--csv", sql])
    #expect(said.status == 0, "\(said.stderr)")
    return said.stdout.components(separatedBy: "\r\n").dropFirst().filter { !$0.isEmpty }
  }

  @Test("with its ledger: each object ends in its own class, its history stays, and nothing else is touched")
  func withLedger() async throws {
    let harbour = try await harbour()
    try await change(harbour)
    let marks = (harbour.s3.journal().count, harbour.oss.journal().count)
    let list = "reports/job/1/job_error_list"
    let second = try await run(harbour, ["retry", "--ledger", "job.ledger", "--error-list", list])
    #expect(second.status == 1, "\(second.stderr)")
    let status = try await harbour.status()
    #expect(status.errors == ["source-changed": 1, "source-gone": 1, "archived": 1])
    #expect((status.total, status.completed, status.pending) == (6, 3, 0))
    let listed = Set(Self.keys[2...])
    #expect(asked(harbour.s3, from: marks.0) == listed)
    #expect(asked(harbour.oss, from: marks.1).isSubset(of: listed))
    #expect(try harbour.list("error", run: 2).count == 3 && harbour.list("completed", run: 2).count == 3)
    let history = try await lines(
      harbour,
      "SELECT attempts, (SELECT count(*) FROM change WHERE change.key = outcome.key) FROM outcome ORDER BY key"
    )
    #expect(history == ["2,1", "1,0", "1,0", "2,1", "2,1", "2,1"])
    // What changed is named once, and taken as it is now when it is asked for again.
    let third = try await run(harbour, ["retry", "--ledger", "job.ledger", "--class", "source-changed"])
    #expect(third.status == 1, "\(third.stderr)")
    #expect(try await harbour.status().errors == ["source-gone": 1, "archived": 1])
    #expect(try harbour.oss.contents(of: "into").count == 4)
    await harbour.stop()
  }

  @Test("without a ledger: the total is what the list names, and a key that is not there is an error")
  func withoutLedger() async throws {
    let harbour = try await harbour()
    try await change(harbour)
    let marks = (harbour.s3.journal().count, harbour.oss.journal().count)
    let arguments = Array(harbour.migration(ledger: "new.ledger").dropFirst())
    let retry = ["retry", "--error-list", "reports/job/1/job_error_list"] + arguments
    let said = try await run(harbour, retry)
    #expect(said.status == 1, "\(said.stderr)")
    let status = try await harbour.status(ledger: "new.ledger")
    #expect(status.errors == ["source-gone": 1, "archived": 1])
    #expect((status.total, status.completed, status.pending) == (4, 2, 0))
    #expect(asked(harbour.s3, from: marks.0) == Set(Self.keys[2...]))
    #expect(asked(harbour.oss, from: marks.1).isSubset(of: Set(Self.keys[2...])))
    // The same command goes on with the ledger, and says what it leaves alone.
    let again = try await run(harbour, retry)
    #expect(again.status == 1 && again.stderr.contains("2 listed keys: completed already"), "\(again.stderr)")
    #expect(try await harbour.status(ledger: "new.ledger").total == 4)
    let migrate = harbour.migration(ledger: "new.ledger")
    let refused = try await run(harbour, migrate)
    #expect(refused.status == 2 && refused.stderr.contains("--relist"), "\(refused.stderr)")
    let whole = try await run(harbour, migrate + ["--relist"])
    #expect(whole.status == 1, "\(whole.stderr)")
    let relisted = try await harbour.status(ledger: "new.ledger")
    #expect((relisted.total, relisted.completed, relisted.skipped) == (6, 4, 1))
    await harbour.stop()
  }

  @Test("a list that knows sizes finds what became smaller also without a ledger")
  func sizes() async throws {
    let harbour = try await harbour()
    let size = "the bytes of shrunk, a b, some of them".utf8.count
    try await change(harbour)
    let times = "2024-01-02 03:04:05,,2024-01-02 03:04:05,2024-01-02 03:04:06"
    let list = "shrunk%2C%20a%20b,shrunk%2C%20a%20b,\(size),,,,,,\(times)\n"
    try Data(list.utf8).write(to: URL(fileURLWithPath: "\(harbour.folder.path)/u@j@1_failed_list_0"))
    let arguments = Array(harbour.migration(ledger: "new.ledger").dropFirst())
    let said = try await run(harbour, ["retry", "--error-list", "u@j@1_failed_list_0"] + arguments)
    #expect(said.status == 1, "\(said.stderr)")
    #expect(try await harbour.status(ledger: "new.ledger").errors == ["source-changed": 1])
    let again = try await run(harbour, ["retry", "--ledger", "new.ledger"])
    #expect(again.status == 0, "\(again.stderr)")
    await harbour.stop()
  }

  @Test("keys that the ledger does not know are named and counted, and never copied")
  func unknown() async throws {
    let harbour = try await harbour()
    try await put(harbour, ["new": "new"])
    let list = "thawed/1\nnew\nfine/2\n"
    try Data(list.utf8).write(to: URL(fileURLWithPath: "\(harbour.folder.path)/keys"))
    let said = try await run(harbour, ["retry", "--ledger", "job.ledger", "--error-list", "keys"])
    #expect(said.status == 1)
    for words in [
      "keys:2: new: not in the ledger's inventory", "migrate --relist", "keys:3: fine/2: completed already",
      "read as keys, 3 objects",
    ] { #expect(said.stderr.contains(words), "\(words) in \(said.stderr)") }
    #expect(try await harbour.status().total == 6)
    #expect(try !harbour.oss.contents(of: "into").keys.contains(Array("new".utf8)))
    await harbour.stop()
  }

  @Test("a list whose format is not certain is refused, with its line, and leaves no ledger behind")
  func refused() async throws {
    let harbour = try await Harbour()
    let cases: [(String, String)] = [
      ("", "it is empty"), ("\n", "it has no rows"),
      ("a\t2024-01-02 03:04:05\t2024-01-02 03:04:06\tx\nb\tc\n", ":2: not name, start, end"),
      ("= a\n* b\nc\n", "its format is not certain"), ("a b\nc d\n", "blanks"), ("a,b\nc,d\n", "CSV"),
      ("{}\n", "JSON"), ("a\nb", ":2: the last line has no end"),
      ("a/b\t12\t123\t2024-01-02 03:04:05\n", "give the error list"), ("a%20b\n", "ways"),
    ]
    for (text, cause) in cases {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(harbour.folder.path)/list"))
      let arguments = Array(harbour.migration(ledger: "new.ledger").dropFirst())
      let said = try await run(harbour, ["retry", "--error-list", "list"] + arguments)
      #expect(said.status == 64 && said.stderr.contains(cause), "\(text): \(said.stderr)")
      #expect(!FileManager.default.fileExists(atPath: "\(harbour.folder.path)/new.ledger"))
    }
    await harbour.stop()
  }

  @Test("what cannot be is refused before a store is asked")
  func misuse() async throws {
    let harbour = try await Harbour()
    for arguments in [
      ["--ledger", "l", "--class", "maybe"], ["--ledger", "l", "s3://a-b", "oss://c-d"], [],
      ["--error-list", "l", "s3://a-b"], ["--ledger", "l", "--list-names", "plain"],
    ] {
      let said = try await run(harbour, ["retry"] + arguments)
      #expect(said.status == 64, "\(arguments): \(said.stderr)")
    }
    #expect(harbour.s3.journal().isEmpty)
    await harbour.stop()
  }
}

import Foundation
import StorageTesting
import Testing

@Suite("import-evidence")
struct ImportEvidenceTests {
  private let folder: TemporaryFolder
  private static let digests = [
    "a b.csv": "900150983cd24fb0d6963f7d28e17f72", "deep/ü.csv": "25f9e794323b453885f5181f1b624d0b",
  ]

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, in: folder).run()
  }

  private func load(_ arguments: [String]) async throws -> Finished {
    try await run(["import-evidence", "--ledger", "job.ledger"] + arguments)
  }

  private func write(_ text: String, _ name: String) throws {
    let url = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// What `sqlite3` shows of the view that the documents promise.
  private func view(_ columns: String) async throws -> [String] {
    let shown = try await Subprocess(
      "/usr/bin/sqlite3",
      ["-readonly", "job.ledger", "SELECT \(columns) FROM imported_digests ORDER BY key, line"],
      in: folder
    ).run()
    #expect(shown.status == 0, "\(shown.stderr)")
    return shown.stdout.split(separator: "\n").map { String($0) }
  }

  /// A job between two folders that is completed.
  private func migrate() async throws {
    try write("abc", "from/a b.csv")
    try write("123456789", "from/deep/ü.csv")
    try FileManager.default.createDirectory(atPath: "\(folder.path)/into", withIntermediateDirectories: true)
    let done = try await run([
      "migrate", "file://\(folder.path)/from", "file://\(folder.path)/into", "--ledger", "job.ledger",
    ])
    #expect(done.status == 0, "\(done.stdout) \(done.stderr)")
  }

  @Test("what md5sum printed is in the ledger with its file and line, once")
  func md5sum() async throws {
    try await migrate()
    let printed = try await Subprocess(
      "/bin/sh", ["-c", "cd from && find . -type f -print0 | sort -z | xargs -0 md5sum > ../sums.md5"],
      in: folder
    ).run()
    #expect(printed.status == 0, "\(printed.stderr)")
    let first = try await load(["--side", "source", "--prefix", "./", "sums.md5"])
    #expect(first.status == 0, "\(first.stderr)")
    #expect(first.stdout == "sums.md5: 2 rows, 2 digests added, 0 already there, 0 without a digest, 0 bad\n")
    #expect(first.stderr == "sums.md5: read as md5sum\n")
    #expect(
      try await view("side, key_text, file, line, algorithm, value, part_count") == [
        "source|a%20b.csv|sums.md5|1|md5|\(Self.digests["a b.csv"] ?? "")|",
        "source|deep/%C3%BC.csv|sums.md5|2|md5|\(Self.digests["deep/ü.csv"] ?? "")|",
      ])
    let second = try await load(["--side", "source", "--prefix", "./", "sums.md5"])
    #expect(second.status == 0)
    #expect(
      second.stdout == "sums.md5: 2 rows, 0 digests added, 2 already there, 0 without a digest, 0 bad\n")
    #expect(try await view("line").count == 2)
    let status = try await run(["status", "--ledger", "job.ledger", "--json"])
    #expect(status.stdout.contains("\"completed\":2"), "\(status.stdout)")
  }

  @Test("the job's own completed list can be imported again")
  func ownList() async throws {
    try await migrate()
    let report = try await run(["report", "--ledger", "job.ledger", "--output", "report"])
    #expect(report.status == 0, "\(report.stderr)")
    let lists = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/report")
    let list = try #require(lists.first { $0.hasSuffix("_completed_list") }, "\(lists)")
    let done = try await load(["--side", "destination", "report/\(list)"])
    #expect(done.status == 0, "\(done.stderr)")
    #expect(done.stderr.contains("read as migration"))
    #expect(
      try await view("side, key_text, algorithm, value, size") == [
        "destination|a%20b.csv|crc64xz|2cd8094a1a277627|3",
        "destination|deep/%C3%BC.csv|crc64xz|995dc9bbdf1939fa|9",
      ])
  }

  @Test("bad rows are named, ten of them, and the others go in; a file that nobody knows is named too")
  func bad() async throws {
    try await migrate()
    let rows = ["\(Self.digests["a b.csv"] ?? "")  a b.csv"] + (1...12).map { "row \($0)\u{1b}[31m" }
    try write(rows.joined(separator: "\n"), "bad.md5")
    try write("hello\n", "words.txt")
    let done = try await load(["--side", "source", "--json", "words.txt", "none.md5", "bad.md5"])
    #expect(done.status == 1)
    let notes = done.stderr.split(separator: "\n").map { String($0) }
    #expect(notes.count { $0.hasPrefix("bad.md5:") && $0.contains("two blanks") } == 10, "\(done.stderr)")
    #expect(notes.contains { $0.hasPrefix("bad.md5:2: ") } && notes.contains("bad.md5: 2 more bad rows"))
    #expect(notes.contains { $0.contains("words.txt") && $0.contains("--format") && $0.contains("s3-batch") })
    #expect(notes.contains { $0.contains("none.md5") && $0.contains("no such file") })
    #expect(!done.stderr.contains("\u{1b}"))
    let results = done.stdout.split(separator: "\n")
    #expect(
      results.count == 3 && results[0].contains(#""error":"#) && results[0].contains(#""file":"words.txt""#))
    #expect(
      results.last
        == #"{"added":1,"alreadyThere":0,"bad":12,"file":"bad.md5","format":"md5sum","rows":13,"withoutDigest":0}"#
    )
    #expect(try await view("line") == ["1"])
  }

  static let misuse: [(arguments: [String], status: Int32, says: String)] = [
    (["import-evidence", "--ledger", "none.ledger", "--side", "source", "x"], 2, "none.ledger"),
    (["import-evidence", "--ledger", "none.ledger", "--side", "both", "x"], 64, "both"),
    (["import-evidence", "--ledger", "none.ledger", "--side", "source"], 64, "files"),
    (
      ["import-evidence", "--ledger", "none.ledger", "--side", "source", "--format", "csv", "x"], 64,
      "s3-batch"
    ),
    (
      ["import-evidence", "--ledger", "none.ledger", "--side", "source", "--format", "s3-batch", "-z", "x"],
      64, "-z"
    ),
  ]

  @Test("wrong usage and a missing ledger have their cause and status", arguments: misuse)
  func eachMisuse(_ row: (arguments: [String], status: Int32, says: String)) async throws {
    let done = try await run(row.arguments)
    #expect(done.status == row.status && done.stderr.contains(row.says), "\(done.stderr)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/none.ledger"))
  }
}

import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

/// `tranship inventory` with files that somebody saved.
@Suite("inventories from files by the built binary")
struct SavedInventoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inventory(_ arguments: [String], ledger: String = "job.ledger") async throws -> Finished {
    try await Tranship.command(["inventory", "--ledger", ledger] + arguments, in: folder).run()
  }

  /// What `sqlite3` answers, a row a line.
  private func query(_ sql: String, ledger: String = "job.ledger") async throws -> [String] {
    let shown = try await Subprocess("/usr/bin/sqlite3", ["-readonly", ledger, sql], in: folder).run()
    #expect(shown.status == 0, "\(shown.stderr)")
    return shown.stdout.split(separator: "\n").map { String($0) }
  }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: folder.url.appendingPathComponent(name))
  }

  /// Keys of a ledger's source, percent-encoded, with their sizes.
  private func sizes(ledger: String) async throws -> [String: Int] {
    var sizes: [String: Int] = [:]
    for row in try await query("SELECT key_text, size FROM objects", ledger: ledger) {
      let cells = row.split(separator: "|")
      sizes[cells[0].removingPercentEncoding ?? ""] = Int(cells[1])
    }
    return sizes
  }

  /// Has boto3 save listings of a bucket; gives what it read of each itself.
  private func saveListing(
    _ endpoint: String, _ keys: [String: String]
  ) async throws -> [String: [String: Int]] {
    let script = try await Subprocess.script(
      "save_listing.py", [endpoint, "hostile", "\(folder.path)/saved"], environment: keys, in: folder
    ).run()
    try #require(script.status == 0, "\(script.stderr)")
    return try JSONDecoder().decode([String: [String: Int]].self, from: Data(script.stdout.utf8)).mapValues {
      read in
      Dictionary(uniqueKeysWithValues: read.map { ($0.removingPercentEncoding ?? "", $1) })
    }
  }

  private func pages(_ prefix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/saved").filter {
      $0.hasPrefix(prefix)
    }
    .map { "saved/\($0)" }
  }

  @Test("what boto3 was answered, saved as it came, is the store's listing with every key as it is")
  func savedPages() async throws {
    let harbour = try await Harbour()
    let read = try await saveListing(harbour.s3.endpoint, harbour.environment)
    let keys = try Fixtures.decode(HostileFile.self, "hostile_keys.json").vectors.filter(\.s3_valid).map(
      \.key)
    #expect(read["cli"].map { Set($0.keys) } == Set(keys) && keys.count == 99)
    let sets = ["v2": try pages("v2-"), "v1": try pages("v1-"), "cli": ["saved/cli.json"]]
    for (name, files) in sets {
      let taken = try await inventory(files.sorted().reversed(), ledger: "\(name).ledger")
      #expect(taken.status == 0, "\(taken.stderr)")
      #expect(try await sizes(ledger: "\(name).ledger") == read[name], "\(name)")
    }
    let lenient = try await inventory(["--lenient-xml", "saved/plain.xml"], ledger: "lenient.ledger")
    #expect(lenient.status == 0, "\(lenient.stderr)")
    #expect(try await sizes(ledger: "lenient.ledger") == read["cli"])
    let strict = try await inventory(["saved/plain.xml"], ledger: "strict.ledger")
    #expect(strict.status == 2 && strict.stderr.contains("--lenient-xml"), "\(strict.stderr)")
    await harbour.stop()
  }

  @Test("what SeaweedFS answered and what rclone printed of it are the store's listing too")
  func othersStore() async throws {
    let seaweed = try await SeaweedFS(in: folder)
    let read = try await saveListing(seaweed.endpoint, SeaweedFS.keys)
    // In a token of SeaweedFS control characters are replaced: what boto3 went on with passed keys over.
    let cut = try await inventory(pages("v2-").sorted(), ledger: "v2.ledger")
    #expect(cut.status == 2 && cut.stderr.contains("that page is missing"), "\(cut.stderr)")
    // What the store answered to boto3's own paging is what counts here, not what is in the store.
    for (name, files) in ["v1": try pages("v1-"), "cli": ["saved/cli.json"]] {
      let taken = try await inventory(files.sorted().reversed(), ledger: "\(name).ledger")
      #expect(taken.status == 0, "\(taken.stderr)")
      #expect(try await sizes(ledger: "\(name).ledger") == read[name], "\(name)")
    }
    let rclone = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/rclone").path
    let prefix = "RCLONE_CONFIG_ONE_"
    let listed = try await Subprocess(
      rclone, ["lsjson", "-R", "--config", "/dev/null", "one:hostile"],
      environment: [
        prefix + "TYPE": "s3", prefix + "PROVIDER": "Other", prefix + "ENDPOINT": seaweed.endpoint,
        prefix + "ACCESS_KEY_ID": SeaweedFS.keys["AWS_ACCESS_KEY_ID"] ?? "",
        prefix + "SECRET_ACCESS_KEY": SeaweedFS.keys["AWS_SECRET_ACCESS_KEY"] ?? "",
      ], in: folder
    ).run()
    // A row a line; dots that nobody can tell, and what rclone could not read, are refused.
    let rows = listed.stdout.split(separator: "\n").filter { !$0.contains("．") && !$0.contains("\u{FFFD}") }
      .joined(separator: "\n")
    try write(rows, "lsjson")
    let taken = try await inventory(["--address", "s3://hostile", "lsjson"], ledger: "rclone.ledger")
    #expect(taken.status == 0, "\(taken.stderr)")
    let found = try await sizes(ledger: "rclone.ledger")
    #expect(found.count > 60 && found.allSatisfy { read["cli"]?[$0.key] == $0.value }, "\(found)")
    try await seaweed.stop()
  }

  @Test("a migration takes a listing that was saved for the source's, and lists the destination itself")
  func migrates() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 20)
    let script = try await Subprocess.script(
      "save_listing.py", [harbour.s3.endpoint, "other", "\(folder.path)/saved"],
      environment: harbour.environment,
      in: folder
    ).run()
    try #require(script.status == 0, "\(script.stderr)")
    let ledger = "\(harbour.folder.path)/job.ledger"
    let other = try await inventory(["--address", "s3://other", "saved/cli.json"], ledger: ledger)
    #expect(other.status == 0, "\(other.stderr)")
    let misfit = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(misfit.status == 64 && misfit.stderr.contains("s3://other"), "\(misfit.stderr)")
    // Of the bucket's objects, three are named: those are the job.
    try write(
      #"{"Name":"from","Prefix":"","IsTruncated":false,"KeyCount":3,"Contents":["#
        + ["a b/c+d.txt", "empty", "gone"].map { "{\"Key\":\"\($0)\",\"Size\":\($0 == "empty" ? 0 : 14)}" }
        .joined(separator: ",") + "]}", "three.json")
    let three = try await inventory(["--address", "s3://from", "--replace", "three.json"], ledger: ledger)
    #expect(
      three.status == 0 && three.stdout.contains(" keys of the listing before are gone"), "\(three.stdout)")
    let run = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 1, "\(run.stderr)")
    let status = try await harbour.status()
    #expect(status.total == 3 && status.completed == 2 && status.errors == ["source-gone": 1])
    await harbour.stop()
  }

  @Test("an inventory is refused whole: status, cause, and a ledger as it was")
  func refused() async throws {
    try write("[{\"Path\":\"a\",\"Size\":1,\"IsDir\":false},", "cut.json")
    try write("[{\"Path\":\"a\",\"Size\":1,\"IsDir\":false}]", "good.json")
    let cut = try await inventory(["cut.json"])
    #expect(
      cut.status == 2 && cut.stderr.contains("cut.json: line 1: the JSON ends too early"), "\(cut.stderr)")
    #expect(try await query("SELECT count(*) FROM inventories") == ["0"])
    let none = try await inventory(["/dev/null"], ledger: "none.ledger")
    #expect(none.status == 2 && none.stderr.contains("empty"))
    let good = try await inventory(["--json", "good.json"])
    #expect(
      good.status == 0 && good.stdout.contains(#""objects":1"#)
        && good.stdout.contains(#""format":"rclone-json""#))
    let again = try await inventory(["good.json"])
    #expect(again.status == 64 && again.stderr.contains("--replace"), "\(again.stderr)")
    let replaced = try await inventory(["--replace", "cut.json"])
    #expect(replaced.status == 2)
    #expect(try await query("SELECT side, objects, origin FROM inventories") == ["source|1|rclone-json"])
    let keys = try await inventory(["--side", "destination", "--format", "keys", "good.json"])
    #expect(keys.status == 2 && keys.stderr.contains("no end"), "\(keys.stderr)")
  }

  static let misuse: [(arguments: [String], says: String)] = [
    (["s3://bucket", "--replace"], "is an address"), (["file:///tmp", "x.json"], "listed alone"),
    ([], "places"), (["x.json", "--relist"], "cannot be asked"), (["--format", "csv", "x"], "aws-json"),
    (["--side", "both", "x"], "both"), (["--address", "ftp://x", "x"], "scheme"),
  ]

  @Test("wrong usage has its cause and makes no ledger", arguments: misuse)
  func eachMisuse(_ row: (arguments: [String], says: String)) async throws {
    let done = try await inventory(row.arguments)
    #expect(done.status == 64 && done.stderr.contains(row.says), "\(done.stderr)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/job.ledger"))
  }

  @Test("a run that is killed in the middle of a listing leaves nothing of it")
  func killed() async throws {
    // The pipe never ends: the listing is still being read when the signal comes.
    #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
    let program = Tranship.command(
      ["inventory", "--ledger", "job.ledger", "--format", "keys", "pipe"], in: folder)
    try program.start()
    let pipe = open("\(folder.path)/pipe", O_WRONLY)
    defer { close(pipe) }
    let line = Array("key-\(String(repeating: "k", count: 59))\n".utf8)
    // More than the pipe, the batches and the reader hold together: most of it was taken.
    for _ in 0..<40_000 { #expect(Glibc.write(pipe, line, line.count) == line.count) }
    program.send(SIGKILL)
    let done = try await program.finish()
    #expect(done.status == -SIGKILL)
    #expect(
      try await query("SELECT (SELECT count(*) FROM source_object), (SELECT count(*) FROM listing)") == [
        "0|0"
      ])
    try write("[]", "empty.json")
    #expect(try await inventory(["empty.json"]).status == 0)
  }
}

private struct HostileFile: Decodable {
  struct Vector: Decodable {
    var key: String
    var s3_valid: Bool
  }

  var vectors: [Vector]
}

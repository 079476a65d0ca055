import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

/// Something wrong, and what the tool must say of it.
struct BadInput: Sendable, CustomTestStringConvertible {
  var name: String
  /// Changes the arguments of a good migration.
  var change: @Sendable ([String]) -> [String]
  var environment: [String: String] = [:]
  var status: Int32
  /// All of these stand in the one line on stderr.
  var says: [String]

  var testDescription: String { name }
}

private func replacing(_ old: String, _ new: String) -> @Sendable ([String]) -> [String] {
  { arguments in arguments.map { $0 == old ? new : $0 } }
}

private func option(_ name: String, _ value: String) -> @Sendable ([String]) -> [String] {
  { arguments in
    guard let index = arguments.firstIndex(of: name) else { return arguments + [name, value] }
    var arguments = arguments
    arguments[index + 1] = value
    return arguments
  }
}

@Suite("bad input has a cause, a next step and an exit status", .serialized)
struct BadInputTests {
  static let table = [
    BadInput(
      name: "wrong secret", change: { $0 }, environment: ["AWS_SECRET_ACCESS_KEY": "not-the-secret"],
      status: 2,
      says: ["source", "credentials-rejected"]),
    BadInput(
      name: "no credentials", change: { $0 },
      environment: ["OSS_ACCESS_KEY_ID": "", "OSS_ACCESS_KEY_SECRET": ""],
      status: 2, says: ["OSS_ACCESS_KEY_ID", "set"]),
    BadInput(
      name: "missing source bucket", change: replacing("s3://from", "s3://no-such-bucket"), status: 2,
      says: ["source", "no-such-bucket"]),
    BadInput(
      name: "missing destination bucket", change: replacing("oss://into", "oss://no-such-bucket"), status: 2,
      says: ["destination", "no-such-bucket"]),
    BadInput(
      name: "nobody listens",
      change: { option("--retries", "0")(option("--source-endpoint", "http://127.0.0.1:1")($0)) }, status: 2,
      says: ["source", "unreachable"]),
    BadInput(
      name: "malformed address", change: replacing("s3://from", "s3:/from"), status: 64,
      says: ["s3:/from", "s3://bucket/prefix"]),
    BadInput(
      name: "unknown scheme", change: replacing("s3://from", "gs://from"), status: 64, says: ["gs"]),
    BadInput(
      name: "malformed endpoint", change: option("--source-endpoint", "127.0.0.1:1"), status: 64,
      says: ["127.0.0.1:1", "https://"]),
    BadInput(
      name: "plain http to another machine", change: option("--source-endpoint", "http://203.0.113.1"),
      status: 64,
      says: ["https"]),
    BadInput(
      name: "unknown proof", change: option("--require", "certain"), status: 64,
      says: ["certain", "end-to-end"]),
    BadInput(
      name: "no bandwidth", change: option("--bandwidth", "08:00-19:00=20MiB/s,19:00-08:00=fast"), status: 64,
      says: ["--bandwidth", "fast is not a limit", "20MiB/s", "off"]),
    BadInput(
      name: "overlapping limits", change: option("--requests-per-second", "08:00-19:00=5,18:00-20:00=9"),
      status: 64, says: ["--requests-per-second", "18:00-20:00=9 overlaps 08:00-19:00=5"]),
    BadInput(
      name: "no window", change: option("--window", "22:00"), status: 64,
      says: ["--window", "22:00", "08:00-19:00"]),
    BadInput(
      name: "no time zone", change: option("--time-zone", "Mars/Olympus"), status: 64,
      says: ["--time-zone", "Mars/Olympus", "Asia/Shanghai"]),
    BadInput(
      name: "no transfers", change: option("--concurrency", "0"), status: 64,
      says: ["--concurrency 0", "1 to"]),
    BadInput(
      name: "ledger in no folder", change: option("--ledger", "/no/such/folder/x.ledger"), status: 2,
      says: ["/no/such/folder/x.ledger"]),
  ]

  @Test("the table of bad input holds", arguments: table)
  func row(_ row: BadInput) async throws {
    let harbour = try await Harbour()
    let run = try await Tranship.command(
      row.change(harbour.migration()), environment: harbour.environment.merging(row.environment) { $1 },
      in: harbour.folder
    ).run()
    #expect(run.status == row.status, "\(run.stderr)")
    let line =
      run.stderr.split(separator: "\n").first { $0.hasPrefix("tranship") || $0.hasPrefix("Error") } ?? ""
    for words in row.says { #expect(line.contains(words), "\(run.stderr)") }
    #expect(run.stdout.isEmpty)
    #expect(harbour.oss.journal().allSatisfy { $0.operation != "PutObject" })
    await harbour.stop()
  }

  private func withLedger(_ contents: String, expecting words: [String]) async throws {
    let harbour = try await Harbour()
    let path = harbour.folder.path + "/job.ledger"
    try contents.write(toFile: path, atomically: true, encoding: .utf8)
    for command in [
      harbour.migration(), ["status", "--ledger", path], ["report", "--ledger", path],
      ["retry", "--ledger", path],
    ] {
      let run = try await Tranship.command(command, environment: harbour.environment, in: harbour.folder)
        .run()
      #expect(run.status == 2, "\(command[0]): \(run.stderr)")
      for word in words { #expect(run.stderr.contains(word), "\(run.stderr)") }
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == contents)
    await harbour.stop()
  }

  @Test("a file that is no ledger is refused by every command and left as it is")
  func foreignLedger() async throws {
    try await withLedger(
      String(repeating: "an important document\n", count: 400),
      expecting: ["not a ledger", "name another file"])
  }

  @Test("a ledger of a newer version, and one that another run holds")
  func newerAndHeld() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 1)
    let path = harbour.folder.path + "/job.ledger"
    let good = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(good.status == 0, "\(good.stderr)")

    let held = try await Subprocess(
      "/usr/bin/flock", ["\(path).lock", Tranship.path] + harbour.migration(),
      environment: harbour.environment,
      in: harbour.folder
    ).run()
    #expect(held.status == 75, "\(held.stderr)")
    #expect(held.stderr.contains("written by another run"))
    #expect(try await harbour.status().completed > 0)

    let newer = try await Subprocess(
      "/usr/bin/sqlite3", [path, "PRAGMA user_version = 99"], in: harbour.folder
    ).run()
    #expect(newer.status == 0)
    let refused = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(refused.status == 2)
    #expect(refused.stderr.contains("use the newer tranship"))
    await harbour.stop()
  }

  /// Mounting a small file system takes root, and a root directory that is a mount.
  static let canMount = system("/usr/bin/unshare --mount true 2>/dev/null") == 0

  @Test(
    "a disk that is full stops the run, and with room the same command goes on", .enabled(if: canMount))
  func fullDisk() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 2500)
    let small = harbour.folder.path + "/small"
    try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
    // A file system of its own for this one process; what it holds is copied out before it is gone.
    let arguments = harbour.migration(ledger: "small/job.ledger")
    let script = """
      mount -t tmpfs -o size=900k none '\(small)' || exit 99
      "$@"; status=$?
      mkdir '\(harbour.folder.path)/kept' && cp '\(small)'/job.ledger* '\(harbour.folder.path)/kept/'
      exit $status
      """
    let full = try await Subprocess(
      "/usr/bin/unshare", ["--mount", "sh", "-c", script, "sh", Tranship.path] + arguments,
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(full.status == 2, "\(full.stderr)")
    #expect(
      full.stderr.contains("no space") && full.stderr.contains("free some space"),
      "\(full.stderr)")

    let rest = try await Tranship.command(
      harbour.migration(ledger: "kept/job.ledger"), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(rest.status == 0, "\(rest.stderr)")
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    await harbour.stop()
  }
}

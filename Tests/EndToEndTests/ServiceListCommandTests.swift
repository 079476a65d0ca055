import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("lists in other tongues, and into the destination, by the built binary", .timeLimit(.minutes(5)))
struct ServiceListCommandTests {
  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
  }

  /// Awkward keys, two of them archived, and a first run.
  private func harbour() async throws -> (Harbour, failed: [String]) {
    let harbour = try await Harbour()
    let failed = [
      "cold,\t1.csv", "a/../b", "．/x", "100%25", "a+b c", "␊", "‛", "=1+1", "- x", "'q\"", "日本/ü", "a//b",
      "\u{301}",
    ]
    let objects = Dictionary(
      uniqueKeysWithValues: (failed + ["fine/1", "fine/2"]).map { ($0, "bytes of \($0)") })
    let put = try await Subprocess.script(
      "put_s3.py",
      [harbour.s3.endpoint, "from", String(decoding: JSONEncoder().encode(objects), as: UTF8.self)],
      environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(put.status == 0, "\(put.stderr)")
    for key in failed { try harbour.s3.archive(bucket: "from", key: Array(key.utf8)) }
    let first = try await run(harbour, harbour.migration() + ["--lists", "current"])
    #expect(first.status == 1 && first.stdout.contains("reports/job/1-lists"), "\(first.stderr)")
    let lists = "\(harbour.folder.path)/reports/job/1-lists/aliyun_import_report/tranship/job/1"
    #expect(FileManager.default.fileExists(atPath: "\(lists)/skipped_list/tranship@job@1_skipped_list_0"))
    return (harbour, failed)
  }

  @Test("what is written is what retry reads, in every format, whatever the keys")
  func roundTrip() async throws {
    let (harbour, failed) = try await harbour()
    let report = ["report", "--ledger", "job.ledger"]
    let current = "lists/aliyun_import_report/tranship/job/2/failed_list/tranship@job@2_failed_list_0"
    let ways: [(options: [String], list: String, format: String)] = [
      (
        ["--lists", "classic", "--output", "lists"], "lists/aliyun_mgw_import_report/job_error_list",
        "classic"
      ),
      (["--lists", "current", "--output", "lists"], current, "current"),
      (["--format", "rclone-combined", "-o", "combined"], "combined", "rclone-combined"),
      (["--format", "s3-batch-manifest", "-o", "manifest.csv"], "manifest.csv", "s3-batch-manifest"),
    ]
    for (attempt, way) in ways.enumerated() {
      let written = try await run(harbour, report + way.options)
      // rclone cannot name what has a segment of dots.
      let left = way.format == "rclone-combined" ? 1 : 0
      #expect(written.status == Int32(left), "\(written.stderr)")
      let retried = try await run(harbour, ["retry", "--ledger", "job.ledger", "--error-list", way.list])
      #expect(
        retried.status == 1
          && retried.stderr.contains("read as \(way.format), \(failed.count - left) objects"),
        "\(retried.stderr)")
      #expect(!retried.stderr.contains("not in the ledger"), "\(retried.stderr)")
      let tried = try await run(
        harbour,
        [
          "sql", "--ledger", "job.ledger", "--csv",
          "SELECT count(*) FROM errors WHERE attempts = \(attempt + 2)",
        ])
      #expect(
        tried.stdout.contains("\r\n\(failed.count - (attempt < 2 ? 0 : 1))\r\n"),
        "\(way.format): \(tried.stdout)")
    }
    let stdout = try await run(harbour, report + ["--format", "rclone-combined"])
    #expect(stdout.stdout.split(separator: "\n").count { $0.hasPrefix("= fine/") } == 2)
    #expect(stdout.stdout.split(separator: "\n").count == failed.count + 1)
    #expect(stdout.stderr.contains("1 objects have names that the format cannot hold"))
    await harbour.stop()
  }

  @Test("rclone's own lists are read, and ours spell every path as rclone does")
  func rclone() async throws {
    let (harbour, failed) = try await harbour()
    let empty = "\(harbour.folder.path)/empty"
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    let binary = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/rclone").path
    try #require(
      FileManager.default.isExecutableFile(atPath: binary), "no \(binary): `make test` prepares it")
    let remote =
      ":s3,provider=Other,env_auth=true,force_path_style=true,endpoint='\(harbour.s3.endpoint)':from"
    let checked = try await Subprocess(
      binary,
      ["check", "--config", "/dev/null", remote, empty, "--combined", "theirs", "--missing-on-dst", "paths"],
      environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(checked.status == 1, "\(checked.stderr)")
    let ours = try await run(harbour, ["report", "--ledger", "job.ledger", "--format", "rclone-combined"])
    let theirs = try String(contentsOfFile: "\(harbour.folder.path)/theirs", encoding: .utf8)
    func paths(_ text: String) -> Set<[UInt8]> {
      Set(text.utf8.split(separator: 10).map { Array($0.dropFirst(2)) })
    }
    #expect(paths(theirs).count == failed.count + 1 && paths(theirs) == paths(ours.stdout))
    for (list, format) in [("theirs", "rclone-combined"), ("paths", "keys")] {
      let retried = try await run(
        harbour, ["retry", "--ledger", "job.ledger", "--error-list", list, "--list-format", format])
      #expect(
        retried.status == 1 && retried.stderr.contains("read as \(format), \(failed.count + 1) objects")
          && retried.stderr.contains("2 listed keys: completed already")
          && !retried.stderr.contains("not in the ledger"), "\(retried.stderr)")
    }
    await harbour.stop()
  }

  @Test("an upload is proven, is done once, never overwrites, and is no extra object afterwards")
  func upload() async throws {
    let (harbour, _) = try await harbour()
    for generation in ["classic", "current"] {
      let options = [
        "report", "--ledger", "job.ledger", "--lists", generation, "--list-rows", "4", "--output", "out",
        "--upload",
      ]
      let before = try harbour.oss.contents(of: "into").count
      let first = try await run(harbour, options)
      #expect(first.status == 0, "\(first.stderr)")
      let uploaded = first.stdout.split(separator: "\n").filter { $0.hasPrefix("uploaded: aliyun_") }
      #expect(
        uploaded.count > 8
          && uploaded.allSatisfy { $0.contains("crc64xz") && $0.hasSuffix("as the store computed it") })
      #expect(try harbour.oss.contents(of: "into").count == before + uploaded.count)
      let again = try await run(harbour, options)
      #expect(
        again.status == 0
          && again.stdout.split(separator: "\n").count { $0.hasPrefix("there already: ") } == uploaded.count,
        "\(again.stdout)\(again.stderr)")
    }
    let verify = try await run(
      harbour,
      ["verify"] + harbour.migration(ledger: "check.ledger").dropFirst() + [
        "--no-extra", "--include", "fine/*",
      ])
    #expect(verify.status == 0, "\(verify.stdout)\(verify.stderr)")
    let all = try await run(harbour, ["verify"] + harbour.migration(ledger: "all.ledger").dropFirst())
    #expect(all.stdout.contains("lists of reports"), "\(all.stdout)\(all.stderr)")
    let extra = try await run(
      harbour, ["sql", "--ledger", "all.ledger", "--csv", "SELECT count(*) FROM extras"])
    #expect(extra.stdout.contains("\r\n0\r\n"), "\(extra.stdout)")

    // The same names with other rows: somebody's object stands in the way, and stays.
    let marks = harbour.oss.journal().count
    let other = try await run(
      harbour,
      [
        "report", "--ledger", "job.ledger", "--lists", "current", "--list-rows", "5", "--output", "out2",
        "--upload",
      ])
    #expect(other.status == 1 && other.stderr.contains("was not overwritten"), "\(other.stderr)")
    #expect(
      harbour.oss.journal().dropFirst(marks).allSatisfy {
        $0.method != "PUT" || $0.status >= 400 || $0.status < 300
      })
    await harbour.stop()
  }

  @Test("options that do not go together are refused")
  func misuse() async throws {
    let harbour = try await Harbour()
    for options in [
      ["--upload"], ["--lists", "current", "--format", "rclone-combined"], ["--list", "error"],
      ["--lists", "current", "--list-rows", "0"], ["--lists", "third"],
    ] {
      let said = try await run(harbour, ["report", "--ledger", "l"] + options)
      #expect(said.status == 64, "\(options): \(said.stderr)")
    }
    await harbour.stop()
  }
}

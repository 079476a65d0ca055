import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("the built binary migrates", .serialized, .timeLimit(.minutes(10)))
struct EndToEndMigrationTests {
  @Test(
    "from SeaweedFS to OSS: an independent reader finds every byte, and every object is in exactly one list")
  func seaweed() async throws {
    let harbour = try await Harbour()
    let seaweed = try await SeaweedFS(in: harbour.folder)
    let written = try await harbour.fill(seaweed.endpoint, small: 1100, keys: SeaweedFS.keys)
    let environment = harbour.environment.merging(SeaweedFS.keys) { $1 }
    let run = try await Tranship.command(
      harbour.migration(source: seaweed.endpoint), environment: environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")

    let arrived = try await harbour.arrived()
    #expect(arrived.mapValues(\.sha256) == written)
    #expect(arrived.values.allSatisfy { $0.contentType == "text/csv" && $0.cacheControl == "max-age=60" })
    #expect(arrived.values.allSatisfy { $0.user == ["owner": "harbour", "batch": "7"] })
    let total = try harbour.list("total", run: 1)
    #expect(total.count == written.count && Set(total) == Set(written.keys))
    #expect(try harbour.list("completed", run: 1) == total)
    #expect(try harbour.list("error", run: 1).isEmpty && harbour.list("skipped", run: 1).isEmpty)
    let status = try await harbour.status()
    #expect(status.completed == written.count && status.state == "finished")
    // The two multipart objects have no digest but their ETag, which is rebuilt on the way.
    #expect(status.proofs == ["end-to-end": written.count])
    try await seaweed.stop()
    await harbour.stop()
  }

  @Test(
    "a run that is killed goes on where it was: nothing lost, and at most what was in flight is sent again")
  func killed() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 400)
    let first = Tranship.command(harbour.migration(), environment: harbour.environment, in: harbour.folder)
    try first.start()
    await harbour.oss.wait(for: "PutObject", count: 150)
    first.send(SIGKILL)
    #expect(try await first.finish().status == -SIGKILL)
    let between = try await harbour.status()
    #expect(between.completed > 0 && between.pending > 0, "killed too early or too late to say anything")

    let second = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(second.status == 0, "\(second.stdout) \(second.stderr)")
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    let puts = Dictionary(
      grouping: harbour.oss.journal().filter { $0.operation == "PutObject" && $0.status == 200 }, by: \.key)
    #expect(puts.values.filter { $0.count > 1 }.count <= 16)
    #expect(
      !harbour.s3.journal().contains {
        ["PUT", "POST", "DELETE"].contains($0.method) && $0.ordinal > harbour.firstRead
      })
    await harbour.stop()
  }

  @Test("a run that is interrupted keeps its state, says so, and exits with 130")
  func interrupted() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 400)
    let first = Tranship.command(harbour.migration(), environment: harbour.environment, in: harbour.folder)
    try first.start()
    await harbour.oss.wait(for: "PutObject", count: 100)
    first.send(SIGINT)
    let ended = try await first.finish()
    #expect(ended.status == 130, "\(ended.stderr)")
    #expect(ended.stderr.contains("run the same command again"))
    #expect(try await harbour.status().state == "stopped")
    let second = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(second.status == 0, "\(second.stderr)")
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    await harbour.stop()
  }

  @Test("a second run on the same ledger sends and reads nothing, and its lists are the same")
  func again() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 20)
    for _ in 0..<2 {
      let run = try await Tranship.command(
        harbour.migration(), environment: harbour.environment, in: harbour.folder
      ).run()
      #expect(run.status == 0, "\(run.stderr)")
    }
    let puts = harbour.oss.journal().filter { $0.operation == "PutObject" }.count
    #expect(puts == Set(harbour.oss.journal().filter { $0.operation == "PutObject" }.map(\.key)).count)
    for name in ["total", "completed", "error", "skipped"] {
      let lists = try (1...2).map { run in
        try Data(
          contentsOf: URL(fileURLWithPath: "\(harbour.folder.path)/reports/job/\(run)/job_\(name)_list"))
      }
      #expect(lists[0] == lists[1])
    }
    await harbour.stop()
  }

  @Test("what the destination holds is left alone, and a wrong secret is nowhere written")
  func conflictAndSecrets() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 5)
    let other = try await Subprocess.script(
      "put_oss.py", [harbour.oss.endpoint, "into", "empty", "something else"],
      environment: harbour.environment,
      in: harbour.folder
    ).run()
    #expect(other.status == 0, "\(other.stderr)")
    let run = try await Tranship.command(
      harbour.migration() + ["--json"], environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 1)
    #expect(try await harbour.status().errors == ["conflict": 1])
    #expect(try harbour.list("error", run: 1) == ["empty"])
    let secret = Data(Harbour.keys.secret.utf8)
    for file in try FileManager.default.subpathsOfDirectory(atPath: harbour.folder.path)
    where !file.hasPrefix("s3-") && !file.hasPrefix("oss-") {
      let data = FileManager.default.contents(atPath: "\(harbour.folder.path)/\(file)") ?? Data()
      #expect(data.range(of: secret) == nil, "the secret stands in \(file)")
    }
    await harbour.stop()
  }

  @Test("through a directory and on to OSS: what was read back is proven, and every byte arrives")
  func directory() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 30)
    let directory = "file://\(harbour.folder.path)/nas"
    try FileManager.default.createDirectory(
      atPath: harbour.folder.path + "/nas", withIntermediateDirectories: true)
    let down = try await Tranship.command(
      harbour.migration(ledger: "down.ledger").map { $0 == "oss://into" ? directory : $0 },
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(down.status == 0, "\(down.stdout) \(down.stderr)")
    #expect(
      try await harbour.status(ledger: "down.ledger").proofs == [
        "read-back": written.count
      ])
    let up = try await Tranship.command(
      harbour.migration(ledger: "up.ledger").map { $0 == "s3://from" ? directory : $0 },
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(up.status == 0, "\(up.stdout) \(up.stderr)")
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    await harbour.stop()
  }

  @Test("into an S3 bucket that encrypts under a key: no ETag is one, and every object is proven")
  func encryptedDestination() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 20)
    let vault = try await harbour.encryptingS3("vault", "aws:kms")
    let run = try await Tranship.command(
      [
        "migrate", "s3://from", "s3://vault", "--source-endpoint", harbour.s3.endpoint,
        "--destination-endpoint", vault.endpoint, "--ledger", "\(harbour.folder.path)/job.ledger",
      ], environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    #expect(try await harbour.status().proofs == ["end-to-end": written.count])
    #expect(vault.journal().filter { $0.operation == "CompleteMultipartUpload" }.count == 1)
    await vault.stop()
    await harbour.stop()
  }

  @Test("from S3 under KMS with checksums over parts: they are rebuilt on the way and prove every object")
  func composites() async throws {
    let harbour = try await Harbour()
    let filled = try await Subprocess.script(
      "fill_composite.py", [harbour.s3.endpoint, "from"], environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")
    let written = try JSONDecoder().decode([String: String].self, from: Data(filled.stdout.utf8))
    let run = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    #expect(try await harbour.status().proofs == ["end-to-end": 3])
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    // No byte is read twice.
    let gets = harbour.s3.journal().filter {
      $0.operation == "GetObject" && $0.ordinal > harbour.firstRead
    }
    #expect(gets.reduce(0) { $0 + $1.bytesOut } == 97 << 20)
    await harbour.stop()
  }

  @Test("the doctor finds nothing wrong with good stores, and names what is")
  func doctor() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 3)
    let arguments = ["doctor"] + harbour.migration().dropFirst().dropLast(2)
    let good = try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(good.status == 0, "\(good.stdout) \(good.stderr)")
    for check in ["clock", "list", "listing encoding", "absent key", "digests", "read", "if-match"] {
      #expect(good.stdout.contains("source \(check): "), "\(check)")
    }
    #expect(good.stdout.contains("a false Content-MD5 is refused"))
    let environment = harbour.environment.merging(["OSS_ACCESS_KEY_SECRET": "wrong"]) { $1 }
    let bad = try await Tranship.command(arguments, environment: environment, in: harbour.folder).run()
    #expect(bad.status == 1)
    #expect(bad.stdout.contains("PROBLEM destination list: credentials-rejected"), "\(bad.stdout)")
    #expect(
      harbour.oss.journal().allSatisfy {
        $0.operation != "PutObject" && $0.operation != "CompleteMultipartUpload"
      })
    await harbour.stop()
  }

  @Test("the demo tells the whole story and ends with the report's path")
  func demo() async throws {
    let folder = try TemporaryFolder()
    let run = try await Tranship.command(["demo", "--root", "\(folder.path)/demo"], in: folder).run()
    #expect(run.status == 0, "\(run.stderr)")
    let lines = run.stdout.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("error list: archive/") })
    #expect(lines.contains("after the retry (1 object read again):"))
    let report = try #require(lines.last)
    #expect(report.hasSuffix("/summary.html") && FileManager.default.fileExists(atPath: report))
    let completed = try String(
      contentsOf: URL(fileURLWithPath: report).deletingLastPathComponent().appendingPathComponent(
        "demo_completed_list"),
      encoding: .utf8)
    #expect(completed.split(separator: "\n").count == 120)
  }
}

extension Harbour {
  /// The first request of the tool to the source: everything before it was the filling.
  var firstRead: Int { s3.journal().first { $0.operation == "ListObjectsV2" }?.ordinal ?? .max }
}

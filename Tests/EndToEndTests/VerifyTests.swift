import DevStore
import Foundation
import StorageTesting
import Testing

/// `tranship verify` on what other tools moved.
@Suite("verification by the built binary", .serialized)
struct VerifyTests {
  /// What the command said of every key, and its counts.
  private struct Said {
    var status: Int32
    var stderr: String
    /// Key, percent-encoded → `verified` or the error class.
    var outcomes: [String: String] = [:]
    var messages: [String: String] = [:]
    var metadata: [String: String] = [:]
    var counts: [String: String] = [:]
  }

  private func verify(
    _ arguments: [String], _ environment: [String: String], _ folder: TemporaryFolder
  ) async throws -> Said {
    let run = try await Tranship.command(
      ["verify", "--json"] + arguments, environment: environment, in: folder
    )
    .run()
    var said = Said(status: run.status, stderr: run.stderr)
    for line in run.stdout.split(separator: "\n") {
      let event = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
      if event["event"] == "verified" { said.counts = event }
      guard event["event"] == "object", let key = event["key"] else { continue }
      said.outcomes[key] = event["list"] == "completed" ? "verified" : event["class"]
      said.messages[key] = event["message"]
      said.metadata[key] = event["metadata"]
    }
    return said
  }

  private func rclone(_ arguments: [String], _ seaweed: SeaweedFS, _ folder: TemporaryFolder) async throws {
    var environment: [String: String] = [:]
    for remote in ["ONE", "TWO"] {
      // Two names of one store: between them rclone moves the bytes itself.
      let prefix = "RCLONE_CONFIG_\(remote)_"
      environment[prefix + "TYPE"] = "s3"
      environment[prefix + "PROVIDER"] = "Other"
      environment[prefix + "ACCESS_KEY_ID"] = SeaweedFS.keys["AWS_ACCESS_KEY_ID"]
      environment[prefix + "SECRET_ACCESS_KEY"] = SeaweedFS.keys["AWS_SECRET_ACCESS_KEY"]
      environment[prefix + "ENDPOINT"] = seaweed.endpoint
    }
    let binary = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/rclone").path
    let run = try await Subprocess(
      binary, arguments + ["--config", "/dev/null", "--s3-upload-cutoff", "5Mi", "--s3-chunk-size", "5Mi"],
      environment: environment, in: folder
    ).run()
    try #require(run.status == 0, "\(run.stderr)")
  }

  @Test("a copy that rclone made: good, changed, cut, missing and extra objects, multipart ones among them")
  func rcloneCopy() async throws {
    let harbour = try await Harbour()
    let folder = harbour.folder
    let seaweed = try await SeaweedFS(in: folder)
    let written = try await harbour.fill(seaweed.endpoint, small: 40, keys: SeaweedFS.keys)
    try await rclone(["copy", "one:from", "two:copied"], seaweed, folder)
    try await rclone(["copy", "one:from", "\(folder.path)/disk"], seaweed, folder)
    let sides =
      ["s3://from", "s3://copied"]
      + ["--source-endpoint", seaweed.endpoint, "--destination-endpoint", seaweed.endpoint]
    let ledger = ["--ledger", "\(folder.path)/check.ledger"]

    let good = try await verify(sides + ["--read", "destination"] + ledger, SeaweedFS.keys, folder)
    #expect(good.status == 0, "\(good.stderr)")
    #expect(good.outcomes == written.mapValues { _ in "verified" })
    let again = try await verify(sides + ["--read", "destination"] + ledger, SeaweedFS.keys, folder)
    #expect(again.status == 0 && again.outcomes.isEmpty)
    #expect(again.counts["kept"] == "\(written.count)" && again.counts["objectsRead"] == "0")

    let onDisk = try await verify(
      ["s3://from", "file://\(folder.path)/disk", "--source-endpoint", seaweed.endpoint], SeaweedFS.keys,
      folder)
    #expect(onDisk.status == 0, "\(onDisk.stderr) \(onDisk.messages)")
    #expect(onDisk.outcomes == written.mapValues { _ in "verified" })

    let damage = try await Subprocess.script(
      "damage_s3.py", [seaweed.endpoint, "copied"], environment: SeaweedFS.keys, in: folder
    ).run()
    try #require(damage.status == 0, "\(damage.stderr)")
    var expected = written.mapValues { _ in "verified" }
    expected["semi%3Bcolon%2Ccomma.txt"] = "mismatched"
    expected["a%20b/c%2Bd.txt"] = "mismatched"
    expected["multipart/eighty.bin"] = "mismatched"
    expected["emoji/%F0%9F%98%80.txt"] = "missing"
    let bad = try await verify(sides + ["--read", "destination"], SeaweedFS.keys, folder)
    #expect(bad.status == 1)
    #expect(bad.outcomes == expected, "\(bad.messages)")
    #expect(bad.counts["extra"] == "1")
    // Without reading, multipart objects that were cut otherwise are not flattered.
    let unread = try await verify(sides, SeaweedFS.keys, folder)
    #expect(unread.status == 1)
    expected["multipart/eighty.bin"] = "unverifiable"
    expected["multipart/twenty.bin"] = "unverifiable"
    #expect(unread.outcomes == expected, "\(unread.messages)")
    // The ledger of the good state notices what changed since, and reads nothing else.
    let later = try await verify(sides + ["--read", "destination"] + ledger, SeaweedFS.keys, folder)
    #expect(later.status == 1 && later.counts["kept"] == "\(written.count - 4)")
    #expect(later.outcomes.count == 4 && later.counts["mismatched"] == "3")
    try await seaweed.stop()
    await harbour.stop()
  }

  private func sides(_ harbour: Harbour) -> [String] {
    [
      "s3://from", "oss://into", "--source-endpoint", harbour.s3.endpoint, "--destination-endpoint",
      harbour.oss.endpoint, "--destination-region", "cn-hangzhou",
    ]
  }

  @Test("multipart sources are proven without one byte of them being read")
  func sourceIsNotRead() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 5)
    let moved = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(moved.status == 0, "\(moved.stderr)")
    let before = harbour.s3.journal().count
    let said = try await verify(
      sides(harbour) + ["--require", "read-back"], harbour.environment, harbour.folder)
    #expect(said.status == 0, "\(said.stderr) \(said.messages)")
    #expect(said.outcomes == written.mapValues { _ in "verified" })
    #expect(said.counts["objectsRead"] == "\(written.count)")
    let asked = harbour.s3.journal().dropFirst(before).map(\.operation)
    #expect(!asked.isEmpty && !asked.contains("GetObject"), "\(asked)")
    // With the ledger of the migration nothing has to be asked at all.
    let ledger = ["--ledger", "\(harbour.folder.path)/job.ledger"]
    // But by the inventories of before the copy, which do not name what it made: each is asked about.
    let taken = try await verify(
      sides(harbour) + ledger + ["--no-listing"], harbour.environment, harbour.folder)
    #expect(taken.status == 0, "\(taken.stderr) \(taken.messages)")
    #expect(taken.counts["missing"] == "0" && taken.counts["verified"] == "\(written.count)")
    let kept = try await verify(sides(harbour) + ledger, harbour.environment, harbour.folder)
    #expect(kept.status == 0 && kept.counts["kept"] == "\(written.count)")
    #expect(kept.counts["sourceListedAt"]?.isEmpty == false)
    await harbour.stop()
  }

  @Test("one place as both sides is refused, by verify and by migrate, before anything is asked or made")
  func onePlace() async throws {
    let harbour = try await Harbour()
    let endpoint = ["--source-endpoint", harbour.s3.endpoint, "--destination-endpoint", harbour.s3.endpoint]
    let folder = harbour.folder.path
    try FileManager.default.createDirectory(atPath: "\(folder)/a/b", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/a")
    for (sides, isRefused) in [
      (["s3://from", "s3://from"] + endpoint, true), (["s3://from/x/", "s3://from/x/y/"] + endpoint, true),
      (["s3://from/x/", "s3://from"] + endpoint, true),
      (["file://\(folder)/a", "file://\(folder)/link"], true),
      (["file://\(folder)/a/b", "file://\(folder)/a"], true),
      (["s3://from/x/", "s3://from/y/"] + endpoint, false),
    ] {
      for command in [["verify"], ["migrate", "--ledger", "\(folder)/\(UUID().uuidString).ledger"]] {
        let run = try await Tranship.command(
          command + sides, environment: harbour.environment, in: harbour.folder
        ).run()
        #expect(run.status == (isRefused ? 64 : 0), "\(sides) \(run.stderr)")
        guard isRefused else { continue }
        #expect(run.stderr.contains("are one place, or one lies inside the other"), "\(run.stderr)")
        #expect(run.stdout.isEmpty)
      }
    }
    #expect(!harbour.s3.journal().contains { $0.operation == "PutObject" })
    await harbour.stop()
  }

  @Test("--distrust-etags asks about every object, and takes no ETag for a proof")
  func distrust() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 5)
    let moved = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(moved.status == 0, "\(moved.stderr)")
    let before = harbour.s3.journal().count
    let plain = try await verify(sides(harbour) + ["--distrust-etags"], harbour.environment, harbour.folder)
    // The source publishes CRC-64/NVME and the destination CRC-64/XZ: nothing in common but ETags.
    #expect(plain.status == 1 && plain.counts["unverifiable"] == "\(written.count - 1)", "\(plain.messages)")
    #expect(
      harbour.s3.journal().dropFirst(before).filter { $0.operation == "HeadObject" }.count >= written.count)
    let read = try await verify(
      sides(harbour) + ["--distrust-etags", "--read", "both"], harbour.environment, harbour.folder)
    #expect(read.status == 0, "\(read.stderr) \(read.messages)")
    await harbour.stop()
  }

  @Test(
    "wrong usage is named",
    arguments: [
      (["--read", "sideways"], "--read sideways is not one of none, destination, both"),
      (["--sample", "0%"], "--sample 0% is neither"), (["--sample", "3/2"], "--sample 3/2 is neither"),
      (["--no-listing"], "--no-listing needs the --ledger"),
      (["--read", "none", "--require", "read-back"], "--read none keeps the bytes from being read"),
      (["--require", "much"], "--require much is not one of"),
    ])
  func usage(_ arguments: [String], _ words: String) async throws {
    let folder = try TemporaryFolder()
    let run = try await Tranship.command(
      ["verify", "file://\(folder.path)", "file://\(folder.path)"] + arguments, in: folder
    ).run()
    #expect(run.status == 64 && run.stderr.contains(words), "\(run.stderr)")
  }

  @Test("a ledger of another job is refused, and --no-extra turns an extra key into exit status 1")
  func otherJob() async throws {
    let folder = try TemporaryFolder()
    for (name, files) in [("one", ["a"]), ("two", ["a", "b"])] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
      for file in files {
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)/\(file)"))
      }
    }
    let ledger = ["--ledger", "\(folder.path)/job.ledger"]
    let (one, two) = ("file://\(folder.path)/one", "file://\(folder.path)/two")
    let plain = try await verify([one, two] + ledger, [:], folder)
    #expect(plain.status == 0 && plain.counts["extra"] == "1")
    #expect(try await verify([one, two, "--no-extra"] + ledger, [:], folder).status == 1)
    let other = try await verify([two, one] + ledger, [:], folder)
    #expect(other.status == 64 && other.stderr.contains("belongs to the source"), "\(other.stderr)")
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("archived objects and objects that are gone, by the built binary", .timeLimit(.minutes(10)))
struct RestoreTests {
  private let keys = ["empty", "a b/c+d.txt"]

  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
  }

  private func asked(_ harbour: Harbour) -> [String: Int] {
    harbour.s3.journal().reduce(into: [:]) { $0[$1.operation, default: 0] += 1 }
  }

  @Test("a restore is asked for under the option alone, its object waits, and a later run takes it up")
  func restored() async throws {
    let harbour = try await Harbour(restoresAtOnce: false)
    let written = try await harbour.fill(small: 3)
    for key in keys { try harbour.s3.archive(bucket: "from", key: Array(key.utf8)) }

    let first = try await run(harbour, harbour.migration())
    #expect(first.status == 1, "\(first.stderr)")
    #expect(try await harbour.status().errors == ["archived": 2] && asked(harbour)["RestoreObject"] == nil)

    let retry = ["retry", "--ledger", "\(harbour.folder.path)/job.ledger", "--restore", "3"]
    let second = try await run(harbour, retry)
    #expect(second.status == 1, "\(second.stderr)")
    #expect(asked(harbour)["RestoreObject"] == 2)
    let errors = try await Tranship.command(
      ["sql", "--ledger", "job.ledger", "--csv", "SELECT message FROM errors"], in: harbour.folder
    ).run()
    #expect(errors.stdout.components(separatedBy: "waiting: its restore for 3 days").count == 3)

    try harbour.s3.finishRestore(bucket: "from", key: Array(keys[0].utf8))
    let third = try await run(harbour, harbour.migration())
    #expect(third.status == 1, "\(third.stderr)")
    #expect(try await harbour.status().errors == ["archived": 1])
    try harbour.s3.finishRestore(bucket: "from", key: Array(keys[1].utf8))
    let fourth = try await run(harbour, harbour.migration())
    #expect(fourth.status == 0, "\(fourth.stderr)")
    #expect(try await harbour.status().completed == written.count)
    #expect(asked(harbour)["RestoreObject"] == 2)
    let reading = Set(["ListObjectsV2", "GetBucketVersioning", "GetObject", "HeadObject", "RestoreObject"])
    #expect(
      Set(harbour.s3.journal().filter { $0.status < 300 && $0.method != "PUT" }.map(\.operation))
        .subtracting(["CreateMultipartUpload", "CompleteMultipartUpload"]).isSubset(of: reading))
    let arrived = try await harbour.arrived()
    #expect(arrived.count == written.count)
    await harbour.stop()
  }

  @Test(
    "what is gone from the source is an error, or skipped where that is allowed, and never lost from the sum")
  func gone() async throws {
    for (options, status) in [([], Int32(1)), (["--allow-gone"], 0)] {
      let harbour = try await Harbour()
      let written = try await harbour.fill(small: 3)
      let listed = try await run(
        harbour,
        ["inventory", "s3://from", "--source-endpoint", harbour.s3.endpoint, "--ledger", "job.ledger"])
      #expect(listed.status == 0, "\(listed.stderr)")
      let deleted = try await Subprocess.script(
        "change_s3.py", [harbour.s3.endpoint, "from", "other", "empty", "new"],
        environment: harbour.environment, in: harbour.folder
      ).run()
      #expect(deleted.status == 0, "\(deleted.stderr)")
      let migrated = try await run(harbour, harbour.migration() + options)
      #expect(migrated.status == status, "\(migrated.stderr)")
      let said = try await harbour.status()
      #expect(said.completed == written.count - 1 && said.total == written.count)
      #expect(said.errors == (options.isEmpty ? ["source-gone": 1] : [:]))
      #expect(try harbour.list(options.isEmpty ? "error" : "skipped", run: 1).count == 1)
      await harbour.stop()
    }
  }

  @Test("what cannot be is refused before a store is asked")
  func misuse() async throws {
    let harbour = try await Harbour()
    for options in [["--restore", "0"], ["--restore", "400"], ["--versions"]] {
      let said = try await run(harbour, harbour.migration() + options)
      #expect(said.status == 64 && said.stderr.contains(options[0]), "\(said.stderr)")
    }
    #expect(harbour.s3.journal().isEmpty)
    await harbour.stop()
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("plans, overwriting and migrating again, by the built binary", .timeLimit(.minutes(5)))
struct PlanCommandTests {
  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
  }

  private func lines(_ finished: Finished) throws -> [[String: String]] {
    try finished.stdout.split(separator: "\n").map {
      try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
    }
  }

  private func written(_ harbour: Harbour) -> Int {
    (harbour.s3.journal() + harbour.oss.journal()).count {
      ["PutObject", "UploadPart"].contains($0.operation)
    }
  }

  @Test("a plan says what the migration then does, writes nothing, and a second one says that all is done")
  func planned() async throws {
    let harbour = try await Harbour()
    let objects = try await harbour.fill(small: 3)
    let before = written(harbour)
    let plan = ["plan"] + harbour.migration().dropFirst()
    let first = try await run(harbour, plan + ["--json"])
    #expect(first.status == 0, "\(first.stderr)")
    let keys = try lines(first)
    #expect(keys.count == objects.count && keys.allSatisfy { $0["action"] == "copy" })
    #expect(written(harbour) == before)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: harbour.folder.path).allSatisfy {
        !$0.contains("ledger")
      })

    let migrated = try await run(harbour, harbour.migration())
    #expect(migrated.status == 0, "\(migrated.stderr)")
    let second = try await run(harbour, harbour.migration() + ["--dry-run", "--relist"])
    #expect(second.status == 0, "\(second.stderr)")
    #expect(second.stdout.hasPrefix("done: "), "\(second.stdout)")
    let again = try await run(harbour, harbour.migration() + ["--relist"])
    #expect(again.status == 0, "\(again.stderr)")
    #expect(again.stdout.contains("listed again: 0 new, 0 changed, 0 gone from the source"))
    await harbour.stop()
  }

  @Test("a wrong rule is refused before a store is asked")
  func misuse() async throws {
    let harbour = try await Harbour()
    let said = try await run(harbour, harbour.migration() + ["--overwrite", "maybe"])
    #expect(said.status == 64 && said.stderr.contains("maybe"))
    #expect(harbour.s3.journal().isEmpty)
    await harbour.stop()
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("tags and storage classes, by the built binary", .timeLimit(.minutes(5)))
struct CarryingTests {
  struct Found: Decodable, Equatable {
    var storageClass: String?
    var tags: [String: String]
  }

  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
  }

  private func filled() async throws -> Harbour {
    let harbour = try await Harbour()
    let filled = try await Subprocess.script(
      "tag_s3.py", [harbour.s3.endpoint, "from"], environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")
    return harbour
  }

  private func found(_ harbour: Harbour) async throws -> [String: Found] {
    let read = try await Subprocess.script(
      "tags_oss.py", [harbour.oss.endpoint, "into"], environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(read.status == 0, "\(read.stderr)")
    return try JSONDecoder().decode([String: Found].self, from: Data(read.stdout.utf8))
  }

  @Test("oss2 finds the tags and the closest classes, and what was not carried is noted for each object")
  func carried() async throws {
    let harbour = try await filled()
    let migrated = try await run(harbour, harbour.migration() + ["--tags", "--storage-class", "keep"])
    #expect(migrated.status == 0, "\(migrated.stderr)")
    #expect(
      try await found(harbour) == [
        "plain": Found(storageClass: "Standard", tags: [:]),
        "tagged": Found(storageClass: "IA", tags: ["a/b": "1 2", "empty": ""]),
        "awkward": Found(storageClass: "Standard", tags: ["fine": "yes"]),
        "tiered": Found(storageClass: "Standard", tags: [:]),
        "big": Found(storageClass: "IA", tags: ["size": "big"]),
      ])
    #expect(harbour.s3.journal().contains { $0.operation == "GetObjectTagging" })
    let noted = try await run(
      harbour,
      ["sql", "--ledger", "job.ledger", "--csv", "SELECT key_text, notes FROM objects WHERE notes <> ''"])
    #expect(
      noted.stdout.split(whereSeparator: \.isNewline).dropFirst().map(String.init)
        == [
          "awkward,tag mail was not carried: the destination does not take all of its characters",
          "tiered,storage class INTELLIGENT_TIERING has no like at the destination; its own class was taken",
        ], "\(noted.stdout)")
    await harbour.stop()
  }

  @Test("without the options nothing is asked for, and a class by its name is everybody's")
  func chosen() async throws {
    let harbour = try await filled()
    let plain = try await run(harbour, harbour.migration())
    #expect(plain.status == 0, "\(plain.stderr)")
    #expect(try await found(harbour).values.allSatisfy { $0.storageClass == "Standard" && $0.tags.isEmpty })
    #expect(!harbour.s3.journal().contains { $0.operation == "GetObjectTagging" })
    let wrong = try await run(harbour, harbour.migration() + ["--storage-class", "GLACIER"])
    #expect(wrong.status == 64 && wrong.stderr.contains("ColdArchive"), "\(wrong.stderr)")
    let named = try await run(
      harbour, harbour.migration(ledger: "other.ledger") + ["--overwrite", "always", "--storage-class", "IA"])
    #expect(named.status == 0, "\(named.stderr)")
    #expect(try await found(harbour).values.allSatisfy { $0.storageClass == "IA" })
    await harbour.stop()
  }
}

import DevStore
import StorageTesting
import Testing

@Suite("versions, by clients that others wrote")
struct VersionTests {
  @Test(
    "every version and mark is listed, read and deleted, and is there after a restart",
    arguments: [(Dialect.s3, "s3_versions.py"), (.oss, "oss_versions.py")])
  func versions(_ dialect: Dialect, _ script: String) async throws {
    let first = try await RunningStore(dialect, versionedBuckets: ["kept"])
    let said = try await Self.run(script, first)
    let calls = Set(first.store.journal().map(\.operation))
    #expect(calls.isSuperset(of: ["ListObjectVersions", "GetBucketVersioning", "DeleteObject"]))
    await first.store.stop()
    let second = try await RunningStore(dialect, in: first.folder, versionedBuckets: ["kept"])
    #expect(try await Self.run(script, second) == said)
    await second.store.stop()
  }

  private static func run(_ script: String, _ running: RunningStore) async throws -> String {
    let finished = try await Subprocess.script(
      script, [running.store.endpoint, "kept"], environment: running.environment, in: running.folder
    ).run()
    #expect(finished.status == 0, "\(finished.stdout) \(finished.stderr)")
    #expect(finished.stdout.hasPrefix("[["))
    return finished.stdout
  }
}

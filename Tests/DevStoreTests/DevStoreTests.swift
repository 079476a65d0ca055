import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("the embedded server")
struct DevStoreTests {
  @Test("what was stored is there after a restart, and what was half stored is not")
  func restart() async throws {
    let running = try await RunningStore(.oss)
    let client = try await Subprocess.script(
      "oss_v2.py", [running.store.endpoint], environment: running.environment, in: running.folder
    ).run()
    #expect(client.status == 0, "\(client.stderr)")
    await running.store.stop()
    let incoming = running.folder.path + "/store/buckets/awkward-v2/incoming/half"
    let orphan = running.folder.path + "/store/buckets/awkward-v2/objects/orphan.data"
    for path in [incoming, orphan] { try Data("half".utf8).write(to: URL(fileURLWithPath: path)) }

    let again = try await RunningStore(.oss, in: running.folder)
    let reader = try await Subprocess.script(
      "read_oss.py", [again.store.endpoint, "awkward-v2"], environment: again.environment, in: again.folder
    ).run()
    #expect(reader.status == 0, "\(reader.stderr)")
    let objects = try JSONSerialization.jsonObject(with: Data(reader.stdout.utf8)) as? [String: Any]
    #expect((objects?.count ?? 0) > 50)
    for path in [incoming, orphan] { #expect(!FileManager.default.fileExists(atPath: path)) }
    await again.store.stop()
  }

  @Test("a request without a signature is refused and is in the journal")
  func unsigned() async throws {
    let running = try await RunningStore(.s3)
    try running.store.createBucket("bucket")
    let curl = try await Subprocess(
      "/usr/bin/env",
      ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", running.store.endpoint + "/bucket/key"],
      in: running.folder
    ).run()
    #expect(curl.stdout == "403")
    #expect(running.store.journal().map(\.status) == [403])
    await running.store.stop()
  }

  @Test(
    "names that could leave the root are no buckets",
    arguments: ["..", "a/b", "", "A", ".hidden", "ab", "a..b"])
  func bucketNames(_ name: String) async throws {
    let running = try await RunningStore(.s3)
    #expect(throws: (any Error).self) { try running.store.createBucket(name) }
    await running.store.stop()
  }
}

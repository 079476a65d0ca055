import DevStore
import Foundation
import ObjectStorage
import StorageTesting
import Testing

/// The hostile keys, put by clients of others: listed by our clients flat, by folder and by versions, and taken into
/// ledgers by the built binary.
///
/// What a store refuses or changes stands in `StoreHabits`, so that another version of it shows here.
@Suite("hostile keys through stores of others and our own", .serialized, .timeLimit(.minutes(10)))
struct RoundTripTests {
  @Test("SeaweedFS folds paths, and its pages of versions are not exact")
  func seaweed() async throws {
    let folder = try TemporaryFolder()
    try await SeaweedFS(in: folder).use { endpoint in
      try await roundTrip(
        .s3, endpoint, SeaweedFS.keys, in: folder, StoreHabits.seaweedFS(isVersioned:))
    }
  }

  @Test("moto_server takes no line feed, and its pages of versions are plain")
  func moto() async throws {
    let folder = try TemporaryFolder()
    try await MotoServer(in: folder).use { endpoint in
      try await roundTrip(.s3, endpoint, SeaweedFS.keys, in: folder, StoreHabits.moto(isVersioned:))
    }
  }

  @Test("the dev-store keeps all of them", arguments: Dialect.allCases)
  func devStore(_ dialect: Dialect) async throws {
    let folder = try TemporaryFolder()
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: folder.path + "/store", accessKeyID: Harbour.keys.id,
        secretAccessKey: Harbour.keys.secret, versionedBuckets: ["versioned"], pageLimit: 9))
    let names =
      dialect == .s3
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] : ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"]
    let keys = [names[0]: Harbour.keys.id, names[1]: Harbour.keys.secret]
    try await roundTrip(dialect, store.endpoint, keys, in: folder) { _ in .devStore(dialect) }
    await store.stop()
  }

  /// Through a bucket that keeps no versions and one that does, of the same store.
  private func roundTrip(
    _ dialect: Dialect, _ endpoint: String, _ keys: [String: String], in folder: TemporaryFolder,
    _ habits: (_ isVersioned: Bool) -> StoreHabits
  ) async throws {
    let put = try await Subprocess.script(
      "put_hostile.py", [dialect.rawValue, endpoint, "plain", "versioned"], environment: keys, in: folder
    ).run()
    try #require(put.status == 0, "\(put.stderr)")
    let answers = try JSONDecoder().decode([String: [String: String]].self, from: Data(put.stdout.utf8))
    for (name, isVersioned) in [("plain", false), ("versioned", true)] {
      let bucket = try HostileBucket(
        name, of: dialect, at: endpoint, keys: keys, isVersioned: isVersioned, habits: habits(isVersioned))
      let expected = try await bucket.expected(try #require(answers[name]))
      try await bucket.checkLedgers(expected, in: folder)
      try await bucket.checkObjects(expected)
      try await bucket.checkVersions(Set(expected.keys))
    }
  }
}

import DevStore
import StorageTesting
import Testing

/// A server of a test's own, in this process.
struct RunningStore {
  let folder: TemporaryFolder
  let store: DevStore

  static let keys = (id: "test-key-id", secret: "test-secret/+=")

  init(
    _ dialect: Dialect, in folder: TemporaryFolder? = nil, defaultChecksum: Bool = false,
    versionedBuckets: Set<String> = []
  ) async throws {
    self.folder = try folder ?? TemporaryFolder()
    store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: self.folder.path + "/store", accessKeyID: Self.keys.id,
        secretAccessKey: Self.keys.secret, defaultChecksum: defaultChecksum,
        versionedBuckets: versionedBuckets))
  }

  var environment: [String: String] {
    switch store.configuration.dialect {
    case .s3: ["AWS_ACCESS_KEY_ID": Self.keys.id, "AWS_SECRET_ACCESS_KEY": Self.keys.secret]
    case .oss: ["OSS_ACCESS_KEY_ID": Self.keys.id, "OSS_ACCESS_KEY_SECRET": Self.keys.secret]
    }
  }
}

@Suite("the server against clients that others wrote")
struct IndependentClientTests {
  @Test(
    "put, get, head, list, multipart, conditions and refusals on awkward keys",
    arguments: [(Dialect.s3, "s3_boto3.py"), (.oss, "oss_oss2.py"), (.oss, "oss_v2.py")])
  func client(_ dialect: Dialect, _ script: String) async throws {
    let running = try await RunningStore(dialect)
    let finished = try await Subprocess.script(
      script, [running.store.endpoint], environment: running.environment, in: running.folder
    ).run()
    #expect(finished.status == 0, "\(finished.stdout) \(finished.stderr)")
    #expect(finished.stdout.hasPrefix("ok "))
    let journal = running.store.journal()
    #expect(journal.contains { $0.operation == "UploadPart" && $0.status == 200 && $0.bytesIn > 0 })
    #expect(journal.contains { $0.operation == "GetObject" && $0.status == 206 && $0.bytesOut > 0 })
    await running.store.stop()
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

/// An S3 and an OSS server in this process, each with a bucket, and a folder for the ledger.
final class Harbour {
  let folder: TemporaryFolder
  let s3: DevStore
  let oss: DevStore

  /// Told apart from everything else, so that a leak can be searched for.
  static let keys = (id: "HARBOURKEYID", secret: "harbour-secret-5f1d2c")

  /// Restores end at once, or where a test says so.
  init(restoresAtOnce: Bool = true) async throws {
    folder = try TemporaryFolder()
    s3 = try await Self.store(.s3, folder, "from", restoresAtOnce: restoresAtOnce)
    oss = try await Self.store(.oss, folder, "into")
  }

  private static func store(
    _ dialect: Dialect, _ folder: TemporaryFolder, _ bucket: String, encryption: String? = nil,
    isVersioned: Bool = false,
    restoresAtOnce: Bool = true
  ) async throws -> DevStore {
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: "\(folder.path)/\(dialect.rawValue)-\(bucket)", accessKeyID: keys.id,
        secretAccessKey: keys.secret, defaultChecksum: encryption != nil, defaultEncryption: encryption,
        versionedBuckets: isVersioned ? [bucket] : [],
        restoresAtOnce: restoresAtOnce))
    try store.createBucket(bucket)
    return store
  }

  /// Another S3 server, whose bucket encrypts what comes and sums it, as Amazon's do.
  func encryptingS3(_ bucket: String, _ encryption: String) async throws -> DevStore {
    try await Self.store(.s3, folder, bucket, encryption: encryption)
  }

  /// Another server, whose bucket keeps what is overwritten or deleted.
  func versioned(_ dialect: Dialect, _ bucket: String) async throws -> DevStore {
    try await Self.store(dialect, folder, bucket, isVersioned: true)
  }

  func stop() async {
    await s3.stop()
    await oss.stop()
  }

  /// Fills the source with a few small objects and one in parts; says how many.
  func fillCrossing() async throws -> Int {
    let filled = try await Subprocess.script(
      "fill_crossing.py", [s3.endpoint, "from", "\(6 << 20)"], environment: environment, in: folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")
    return try s3.contents(of: "from").count
  }

  var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": Self.keys.id, "AWS_SECRET_ACCESS_KEY": Self.keys.secret,
      "OSS_ACCESS_KEY_ID": Self.keys.id, "OSS_ACCESS_KEY_SECRET": Self.keys.secret,
    ]
  }

  /// Writes objects through boto3; returns their keys, percent-encoded, with the SHA-256 of their bytes.
  func fill(_ endpoint: String? = nil, bucket: String = "from", small: Int, keys: [String: String]? = nil)
    async throws
    -> [String: String]
  {
    let written = try await Subprocess.script(
      "fill_s3.py", [endpoint ?? s3.endpoint, bucket, "\(small)"], environment: keys ?? environment,
      in: folder
    ).run()
    try #require(written.status == 0, "\(written.stderr)")
    return try JSONDecoder().decode([String: String].self, from: Data(written.stdout.utf8))
  }

  struct Arrived: Decodable {
    var sha256: String
    var contentType: String?
    var cacheControl: String?
    var user: [String: String]
  }

  /// What oss2 reads at the destination, by key, percent-encoded.
  func arrived() async throws -> [String: Arrived] {
    let read = try await Subprocess.script(
      "read_oss.py", [oss.endpoint, "into"], environment: environment, in: folder
    ).run()
    try #require(read.status == 0, "\(read.stderr)")
    return try JSONDecoder().decode([String: Arrived].self, from: Data(read.stdout.utf8))
  }

  /// The arguments of a migration from one bucket to the other.
  func migration(source: String? = nil, ledger: String = "job.ledger") -> [String] {
    [
      "migrate", "s3://from", "oss://into", "--source-endpoint", source ?? s3.endpoint,
      "--destination-endpoint",
      oss.endpoint, "--destination-region", "cn-hangzhou", "--ledger", "\(folder.path)/\(ledger)",
    ]
  }

  struct Status: Decodable {
    var total, completed, error, skipped, pending, bytesTotal, bytesCompleted: Int
    var proofs: [String: Int]
    var errors: [String: Int]
    var state: String
  }

  func status(ledger: String = "job.ledger") async throws -> Status {
    let said = try await Tranship.command(
      ["status", "--ledger", "\(folder.path)/\(ledger)", "--json"], in: folder
    ).run()
    try #require(said.status == 0, "\(said.stderr)")
    let status = try JSONDecoder().decode(Status.self, from: Data(said.stdout.utf8))
    #expect(status.total == status.completed + status.error + status.skipped + status.pending)
    return status
  }

  /// The keys of a list of the newest report, in its order.
  func list(_ name: String, run: Int) throws -> [String] {
    let text = try String(
      contentsOfFile: "\(folder.path)/reports/job/\(run)/job_\(name)_list", encoding: .utf8)
    return text.split(separator: "\n").map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      return String(name == "total" || name == "skipped" ? cells[1] : cells[0])
    }
  }
}

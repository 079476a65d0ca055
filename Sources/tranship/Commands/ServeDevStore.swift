import ArgumentParser
import Checksums
import DevStore
import Foundation
import ObjectStorage

struct ServeDevStore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dev-store",
    abstract: "Serves an embedded S3 or OSS store on 127.0.0.1, for trying things.",
    discussion: """
      EXAMPLES
        tranship dev-store --dialect s3 --port 9000 --root /var/tmp/s3
        TRANSHIP_DEVSTORE_ACCESS_KEY_ID=me TRANSHIP_DEVSTORE_SECRET_ACCESS_KEY=mine tranship dev-store --dialect oss --root /var/tmp/oss

      Keys come from these two variables, else random ones are printed. Buckets are made by the dialect's own
      PutBucket. Signatures, digests and conditions are checked; a restore is done at once. Not for data that matters.
      With a plan of faults, answers go wrong as it says, the same for the same seed; how often every rule fired is
      printed at the end.
      """)

  @Option(help: "s3 or oss.", transform: Self.dialect)
  var dialect: Dialect
  @Option(help: "The port on 127.0.0.1; 0 for any free one.")
  var port = 0
  @Option(help: "The folder that holds the buckets.")
  var root: String
  @Option(help: "The region that signatures must name.")
  var region: String?
  @Option(help: "A bucket that keeps versions; may be given again.")
  var versioned: [String] = []
  @Option(help: "A JSON file that says which answers go wrong; see docs/faults.md.")
  var faults: String?

  private static func dialect(_ text: String) throws -> Dialect {
    guard let dialect = Dialect(rawValue: text) else { throw ValidationError("it is neither s3 nor oss") }
    return dialect
  }

  func run() async throws {
    let console = Console()
    let keys = DevStoreKeys(environment: ProcessInfo.processInfo.environment)
    let plan = try plan(console)
    let store: DevStore
    do {
      store = try await DevStore.start(
        DevStoreConfiguration(
          dialect: dialect, root: root, port: port, accessKeyID: keys.accessKeyID,
          secretAccessKey: keys.secretAccessKey,
          region: region, versionedBuckets: Set(versioned), faults: plan))
    } catch {
      console.note("tranship: cannot serve \(root) on port \(port): \(error)")
      throw ExitStatus.stopped.code
    }
    if keys.areRandom {
      console.result("access key id \(keys.accessKeyID)")
      console.result("secret access key \(keys.secretAccessKey)")
    }
    console.result("region \(store.configuration.region)")
    console.result("listening on \(store.endpoint)")
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    let signals = SignalWatch { end.finish() }
    for await _ in ended {}
    withExtendedLifetime(signals) {}
    await store.stop()
    let hits = store.faultHits()
    for id in plan?.ruleIDs ?? [] { console.result("fault \(shownSafely(id)) fired \(hits[id] ?? 0)") }
  }

  private func plan(_ console: Console) throws -> FaultPlan? {
    guard let faults else { return nil }
    guard let bytes = FileManager.default.contents(atPath: faults) else {
      console.note("tranship: cannot read \(shownSafely(faults)); give --faults a file that can be read")
      throw ExitStatus.usage.code
    }
    do {
      return try FaultPlan(json: Array(bytes))
    } catch {
      console.note("tranship: \(shownSafely(faults)): \(shownSafely("\(error)"))")
      throw ExitStatus.usage.code
    }
  }
}

/// The keys that a server accepts.
struct DevStoreKeys {
  let accessKeyID: String
  let secretAccessKey: String
  let areRandom: Bool

  /// Those of the environment, else new ones.
  init(environment: [String: String] = [:]) {
    let id = environment["TRANSHIP_DEVSTORE_ACCESS_KEY_ID"] ?? ""
    let secret = environment["TRANSHIP_DEVSTORE_SECRET_ACCESS_KEY"] ?? ""
    areRandom = id.isEmpty || secret.isEmpty
    accessKeyID = areRandom ? "DEV" + Self.randomHex(8).uppercased() : id
    secretAccessKey = areRandom ? Self.randomHex(20) : secret
  }

  private static func randomHex(_ count: Int) -> String {
    encodeHex((0..<count).map { _ in UInt8.random(in: 0...255) })
  }
}

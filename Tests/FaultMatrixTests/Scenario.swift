import DevStore
import Foundation
import StorageTesting
import Testing

/// One row being run: two stores, a ledger, and the judge.
final class Scenario {
  struct Truth: Codable {
    var sha256: String
    var size: Int64
  }

  static let concurrency = 3
  static let keys = (id: "MATRIXKEYID", secret: "matrix-secret-9b41e7")

  let row: FaultRow
  let seed: Int
  let folder: TemporaryFolder
  let source: DevStore?
  let destination: DevStore?
  let truth: [String: Truth]
  let canary: Canary
  var runs = 0
  /// What else the program finds in its environment.
  var surroundings: [String: String] = [:]
  /// Requests that the judge is told of and that were never made.
  var extraRequests = 0

  init(_ row: FaultRow, seed: Int, witness: Witness? = nil) async throws {
    (self.row, self.seed) = (row, seed)
    folder = try TemporaryFolder()
    let place = (row.route.source?.rawValue ?? "file", folder.path + "/source", "from")
    truth = try JSONDecoder().decode(
      [String: Truth].self, from: try await Self.fill(row.content.rawValue, place, folder))
    if row.isOccupied {
      let place = (row.route.destination?.rawValue ?? "file", folder.path + "/destination", "into")
      _ = try await Self.fill("occupied", place, folder)
    }
    source = try await Self.store(row.route.source, folder.path + "/source", "from", witness)
    destination = try await Self.store(
      row.route.destination, folder.path + "/destination", "into", witness, encryption: row.encryption)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/destination", withIntermediateDirectories: true)
    canary = try Canary()
    try plant()
    source?.follow(try plan(row.source))
    destination?.follow(try plan(row.destination))
    if let count = row.keysEnd { source?.endKeys(after: count, successor: row.renews ? Self.successor : nil) }
  }

  private func plan(_ rules: [String]) throws -> FaultPlan? {
    let address = canary.address
    return try FaultRow.plan(rules.map { $0.replacingOccurrences(of: "CANARY", with: address) }, seed: seed)
  }

  private static func fill(
    _ content: String, _ place: (dialect: String, root: String, bucket: String), _ folder: TemporaryFolder
  ) async throws -> Data {
    let filled = try await Subprocess.script(
      "matrix_store.py", [content, place.dialect, place.root, place.bucket], environment: [:], in: folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")
    return Data(filled.stdout.utf8)
  }

  private static func store(
    _ dialect: Dialect?, _ root: String, _ bucket: String, _ witness: Witness?, encryption: String? = nil
  ) async throws -> DevStore? {
    guard let dialect else { return nil }
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: root, accessKeyID: keys.id, secretAccessKey: keys.secret,
        defaultChecksum: encryption != nil, defaultEncryption: encryption, pageLimit: 4),
      witness: witness)
    try store.createBucket(bucket)
    return store
  }

  func stop() async {
    await source?.stop()
    await destination?.stop()
  }

  private func address(_ dialect: Dialect?, _ bucket: String, _ path: String) -> String {
    dialect.map { "\($0.rawValue)://\(bucket)" } ?? "file://\(folder.path)/\(path)"
  }

  private var sides: [String] {
    var options: [String] = []
    for (side, dialect, store) in [
      ("source", row.route.source, source), ("destination", row.route.destination, destination),
    ] {
      guard let dialect, let store else { continue }
      let region = dialect == .s3 ? "us-east-1" : "cn-hangzhou"
      options += ["--\(side)-endpoint", store.endpoint, "--\(side)-region", region]
    }
    return options
  }

  /// Runs the built binary once; `command` is migrate or retry.
  func run(_ command: String, _ interruption: Interruption? = nil) async throws -> Finished {
    runs += 1
    let addresses =
      command == "migrate"
      ? [address(row.route.source, "from", "source"), address(row.route.destination, "into", "destination")]
      : []
    let arguments =
      [command] + addresses + sides + ["--ledger", folder.path + "/job.ledger", "--output", report]
      + ["--concurrency", "\(Self.concurrency)", "--part-size", "1MiB"] + row.options
    let process = Subprocess(
      Self.binary, arguments + (row.renews ? ["--source-profile", "moving"] : []),
      environment: environment(), in: folder)
    interruption?.aim(at: process)
    let finished = try await process.run()
    interruption?.aim(at: nil)
    return finished
  }

  private func environment() -> [String: String] {
    var environment = [
      "OSS_ACCESS_KEY_ID": Self.keys.id, "OSS_ACCESS_KEY_SECRET": Self.keys.secret,
      "TRANSHIP_TEST_HASTE": "50",
    ].merging(surroundings) { $1 }
    if row.renews {
      environment["AWS_CONFIG_FILE"] = folder.path + "/keys/config"
    } else {
      environment["AWS_ACCESS_KEY_ID"] = Self.keys.id
      environment["AWS_SECRET_ACCESS_KEY"] = Self.keys.secret
    }
    return environment
  }

  var report: String { folder.path + "/report-\(runs)" }

  /// The built binary; it stands beside the test bundle.
  static var binary: String {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let here = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return here.deletingLastPathComponent().appendingPathComponent("tranship").path
  }

  /// What a row brings to light; few run at a time.
  static func violations(_ row: FaultRow, seed: Int) async throws -> [String] {
    try await Berths.shared.use {
      let scenario = try await Scenario(row, seed: seed)
      let found = try await scenario.violations()
      await scenario.stop()
      return found
    }
  }

  /// Runs with the faults, then without, and has both judged; returns what was found wrong.
  private func violations() async throws -> [String] {
    let first = try await run("migrate")
    var found = try await judge(first, statuses: row.statuses, ends: row.ends, others: row.othersComplete)
    FaultHits.shared.add(hits.map(\.1), endedWith: first.status)
    for (id, hits) in hits where hits == 0 && !row.mayMiss { found.append("\(id) never fired") }
    source?.follow(nil)
    destination?.follow(nil)
    source?.endKeys(after: .max)
    var last = first
    for _ in 0..<2 where last.status != row.afterwards || last.status == 2 {
      last = try await run(last.status == 1 ? "retry" : "migrate")
    }
    let isDone = last.status == 0
    if runs > 1 {
      let statuses: Set<Int> = row.remaining.isEmpty ? [row.afterwards] : [row.afterwards, 1]
      found += try await judge(last, statuses: statuses, ends: [:], others: false, remaining: row.remaining)
    }
    if isDone { found += try await repeated() }
    return found
  }

  /// Runs a job again that is finished.
  private func repeated() async throws -> [String] {
    let (asked, written) = (source?.journal().count ?? 0, destination?.journal().count ?? 0)
    let before = report
    let last = try await run("migrate")
    return try await judge(
      last, statuses: [0], ends: [:], others: false,
      repeats: Repetition(of: before, asked: asked, written: written))
  }

  /// What the judge says of a run that went well, after somebody damaged what it left.
  static func judged(after damage: @Sendable (_ scenario: Scenario) throws -> Void) async throws -> [String] {
    let scenario = try await Scenario(FaultRow(id: "damaged"), seed: 1)
    let finished = try await scenario.run("migrate")
    try damage(scenario)
    let found = try await scenario.judge(finished, statuses: [0], ends: [:], others: true)
    await scenario.stop()
    return found
  }

  /// What a judge says who is told that a run was one of a finished job.
  static func judgedAsRepeated() async throws -> [String] {
    let scenario = try await Scenario(FaultRow(id: "not repeated"), seed: 1)
    let finished = try await scenario.run("migrate")
    let found = try await scenario.judge(
      finished, statuses: [0], ends: [:], others: true,
      repeats: Repetition(of: scenario.report, asked: 0, written: 0))
    await scenario.stop()
    return found
  }

  private var hits: [(String, Int)] {
    (source?.faultHits() ?? [:]).map { ("source's \($0)", $1) }
      + (destination?.faultHits() ?? [:]).map { ("destination's \($0)", $1) }
  }
}

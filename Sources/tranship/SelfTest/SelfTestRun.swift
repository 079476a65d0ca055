import Checksums
import DevStore
import Foundation
import NIOPosix
import ObjectStorage

/// One row: the program with the fault, and again without it; both judged.
struct SelfTestRun {
  let test: SelfTest
  let row: SelfTestRow
  let stage: SelfTestStage
  let made: [String: String]
  /// What there is to see of a run without faults; nil of that run itself.
  let usual: Observed?

  static let job = "selftest"
  private static let concurrency = 3

  func run() async throws -> (SelfTestResult, Observed) {
    let began = ContinuousClock.now
    let occupied = try await prepare()
    let first = try await program("migrate", 1)
    let observed = try await Observed(stage, ledger: ledger, first, keys: made.keys)
    let noticed = usual.map { observed.beyond($0) } ?? []
    try test.afterRun(stage.folder)
    var result = SelfTestResult(
      row: row, fired: fired, noticed: noticed, ends: [], objections: [], seconds: 0)
    try judge(first, occupied, &result)
    if let afterwards = row.afterwards { try await again(afterwards, after: first, occupied, &result) }
    result.seconds = (ContinuousClock.now - began) / .seconds(1)
    return (result, observed)
  }

  /// Lets everything be as the row has it; returns what the destination has before.
  private func prepare() async throws -> [String: String] {
    try stage.follow(row, seed: test.seed)
    switch row.incident {
    case .occupied(let key): return [key: try await occupy(key)]
    case .keysEnd(let share):
      stage.source.endKeys(after: Self.count(usual?.askedOfSource, share))
      return [:]
    case .killed, nil: return [:]
    }
  }

  /// Judges the run with the fault.
  private func judge(
    _ ended: ProgramRun.Ended, _ occupied: [String: String], _ result: inout SelfTestResult
  ) throws {
    var facts = try facts(ended, 1, occupied)
    (facts.fired, facts.noticed) = (result.fired, result.noticed)
    var oracle = oracle(facts, row.end)
    (oracle.noticed, oracle.atLeastSeconds) = (row.noticed, row.waits)
    result.objections = SelfTestOracle.objections(oracle)
    result.ends = [end(facts)]
  }

  /// Runs the same job without the fault, and judges it.
  private func again(
    _ afterwards: SelfTestRow.End, after first: ProgramRun.Ended, _ occupied: [String: String],
    _ result: inout SelfTestResult
  ) async throws {
    try stage.follow(nil, seed: test.seed)
    stage.source.endKeys(after: .max)
    let second = try await program(first.status == ExitStatus.errors.rawValue ? "retry" : "migrate", 2)
    let facts = try facts(second, 2, occupied)
    result.objections += SelfTestOracle.objections(oracle(facts, afterwards)).map { $0.without }
    result.ends.append(end(facts))
  }

  private var ledger: String { "\(stage.folder)/\(Self.job).ledger" }

  private func program(_ command: String, _ number: Int) async throws -> ProgramRun.Ended {
    let run = ProgramRun(output: "\(stage.folder)/run-\(number)")
    if number == 1, case .killed(let share) = row.incident {
      stage.when(Self.count(usual?.askedOfDestination, share)) { run.kill() }
    }
    var arguments = [command]
    if command == "migrate" {
      arguments += ["s3://\(SelfTestStage.sourceBucket)", "oss://\(SelfTestStage.destinationBucket)"]
    }
    arguments += [
      "--source-endpoint", stage.source.endpoint, "--source-region", stage.source.configuration.region,
      "--destination-endpoint", stage.destination.endpoint, "--destination-region",
      stage.destination.configuration.region, "--ledger", ledger, "--output", report(number),
      "--concurrency", "\(Self.concurrency)", "--part-size", "1MiB",
    ]
    return try await run.run(test.program, arguments, environment: environment)
  }

  /// Nothing of the user's reaches the runs.
  private var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": stage.keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": stage.keys.secretAccessKey,
      "OSS_ACCESS_KEY_ID": stage.keys.accessKeyID, "OSS_ACCESS_KEY_SECRET": stage.keys.secretAccessKey,
      "HOME": stage.folder, "TRANSHIP_TEST_HASTE": "\(SelfTest.haste)",
    ]
  }

  private static func count(_ all: Int?, _ share: Double) -> Int { max(1, Int(Double(all ?? 0) * share)) }

  func report(_ number: Int) -> String { "\(stage.folder)/report-\(number)" }

  private func occupy(_ key: String) async throws -> String {
    let bytes = Array("what the destination had before".utf8)
    try await SelfTestBucket.put(
      bytes, key, to: stage.clients.destination, on: MultiThreadedEventLoopGroup.singleton.any())
    return Checksum.of(bytes, .sha256).hex
  }
}

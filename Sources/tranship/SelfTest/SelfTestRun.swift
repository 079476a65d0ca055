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

  private static let job = "selftest"
  private static let concurrency = 3

  func run() async throws -> (SelfTestResult, Observed) {
    let began = ContinuousClock.now
    var occupied: [String: String] = [:]
    if case .occupied(let key) = row.incident { occupied[key] = try await occupy(key) }
    if case .keysEnd(let share) = row.incident {
      stage.source.endKeys(after: Self.count(usual?.askedOfSource, share))
    }
    try stage.follow(row, seed: test.seed)

    let first = try await program("migrate", 1)
    let observed = try await Observed(stage, ledger: ledger, first, keys: made.keys)
    let fired = fired
    let noticed = usual.map { observed.beyond($0) } ?? []
    try test.afterRun(stage.folder)
    var facts = try facts(first, 1, occupied)
    (facts.fired, facts.noticed) = (fired, noticed)
    var oracle = oracle(facts, row.end)
    (oracle.noticed, oracle.atLeastSeconds) = (row.noticed, row.waits / Double(SelfTest.haste))
    var objections = SelfTestOracle.objections(oracle)
    var ends = [end(facts)]

    if let afterwards = row.afterwards {
      try stage.follow(nil, seed: test.seed)
      stage.source.endKeys(after: .max)
      let second = try await program(first.status == ExitStatus.errors.rawValue ? "retry" : "migrate", 2)
      let facts = try self.facts(second, 2, occupied)
      objections += SelfTestOracle.objections(self.oracle(facts, afterwards)).map { $0.without }
      ends.append(end(facts))
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let result = SelfTestResult(
      row: row, fired: fired, noticed: noticed, ends: ends, objections: objections, seconds: seconds)
    return (result, observed)
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

  private func report(_ number: Int) -> String { "\(stage.folder)/report-\(number)" }

  private func occupy(_ key: String) async throws -> String {
    let bytes = Array("what the destination had before".utf8)
    try await SelfTestBucket.put(
      bytes, key, to: stage.clients.destination, on: MultiThreadedEventLoopGroup.singleton.any())
    return Checksum.of(bytes, .sha256).hex
  }
}

extension SelfTestRun {
  private var fired: [(rule: String, count: Int)] {
    let sides = [("source", stage.source.faultHits()), ("destination", stage.destination.faultHits())]
    return sides.flatMap { side, hits in
      hits.sorted { $0.key < $1.key }.map { (rule: "the \(side)'s \($0.key)", count: $0.value) }
    }
  }

  private func facts(
    _ ended: ProgramRun.Ended, _ number: Int, _ occupied: [String: String]
  ) throws -> SelfTestFacts {
    SelfTestFacts(
      made: made, occupied: occupied, source: try StoredFiles(folder: stage.sourceFolder),
      destination: try StoredFiles(folder: stage.destinationFolder),
      lists: try WrittenLists(folder: report(number), job: Self.job), status: ended.status,
      methods: Set(stage.source.journal().map(\.method)), fired: [], noticed: [],
      storedTwice: storedTwice, askedElsewhere: stage.canary.journal().count,
      leaks: try SecretSearch.files(in: stage.folder, with: stage.keys.secretAccessKey),
      seconds: ended.seconds)
  }

  /// Keys that the destination stored more than once, whole.
  private var storedTwice: [String] {
    var counts: [String: Int] = [:]
    for entry in stage.destination.journal()
    where entry.status == 200 && ["PutObject", "CompleteMultipartUpload"].contains(entry.operation) {
      counts[String(decoding: entry.key ?? [], as: UTF8.self), default: 0] += 1
    }
    return counts.filter { $0.value > 1 }.keys.sorted()
  }

  private func oracle(_ facts: SelfTestFacts, _ end: SelfTestRow.End) -> SelfTestOracle {
    var oracle = SelfTestOracle(facts, end)
    (oracle.lies, oracle.rewrites, oracle.changes) = (row.lies, row.rewrites, row.changes)
    return oracle
  }

  private func end(_ facts: SelfTestFacts) -> SelfTestResult.RunEnd {
    var counts: [String: Int] = [:]
    for end in (facts.lists?.ends.values).map(Array.init) ?? [] {
      counts[end.joined(separator: " and "), default: 0] += 1
    }
    let others = counts.keys.filter { $0 != "completed" }.sorted()
    return SelfTestResult.RunEnd(
      status: facts.status,
      counts: (["completed"] + others).compactMap { name in counts[name].map { (end: name, keys: $0) } })
  }
}

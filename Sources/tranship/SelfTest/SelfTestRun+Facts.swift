import DevStore

/// What there is to see of a row's runs.
extension SelfTestRun {
  var fired: [(rule: String, count: Int)] {
    let sides = [("source", stage.source.faultHits()), ("destination", stage.destination.faultHits())]
    return sides.flatMap { side, hits in
      hits.sorted { $0.key < $1.key }.map { (rule: "the \(side)'s \($0.key)", count: $0.value) }
    }
  }

  func facts(
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

  func oracle(_ facts: SelfTestFacts, _ end: SelfTestRow.End) -> SelfTestOracle {
    var oracle = SelfTestOracle(facts, end)
    (oracle.lies, oracle.rewrites, oracle.changes) = (row.lies, row.rewrites, row.changes)
    return oracle
  }

  func end(_ facts: SelfTestFacts) -> SelfTestResult.RunEnd {
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

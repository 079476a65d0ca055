/// What there is to see after a run, beside what the program says of itself.
struct SelfTestFacts {
  /// The SHA-256 of every object as it was made, by key.
  var made: [String: String]
  /// What the destination had before.
  var occupied: [String: String] = [:]
  var source: StoredFiles
  var destination: StoredFiles
  /// Nil where the run wrote no report.
  var lists: WrittenLists?
  var status: Int32
  /// Methods of the requests to the source.
  var methods: Set<String>
  var fired: [(rule: String, count: Int)]
  var noticed: [String]
  /// Keys that the destination stored more than once.
  var storedTwice: [String] = []
  /// Requests to the server that nobody has a reason to ask.
  var askedElsewhere: Int
  /// Files that hold the secret key.
  var leaks: [String]
  var seconds: Double
}

/// Judges a run by the files of both stores and by its lists as text.
///
/// It shares no code with what gives verdicts: it reads the stored bytes and compares SHA-256 alone.
struct SelfTestOracle {
  let facts: SelfTestFacts
  let expected: SelfTestRow.End
  var lies: Set<String> = []
  var rewrites: Set<String> = []
  var changes: Set<String> = []
  /// What the run has to notice, at least.
  var noticed: [String] = []
  var atLeastSeconds: Double = 0

  private var objections: [Objection] = []

  init(_ facts: SelfTestFacts, _ expected: SelfTestRow.End) {
    self.facts = facts
    self.expected = expected
  }

  /// What is not as it has to be.
  static func objections(_ oracle: SelfTestOracle) -> [Objection] {
    var oracle = oracle
    oracle.checkRun()
    oracle.checkSource()
    oracle.checkDestination()
    if [ExitStatus.completed.rawValue, ExitStatus.errors.rawValue].contains(oracle.facts.status) {
      oracle.checkLists()
    }
    return oracle.objections
  }

  private mutating func require(
    _ check: String, _ expected: some CustomStringConvertible, _ got: some CustomStringConvertible
  ) {
    if expected.description != got.description {
      objections.append(Objection(check: check, expected: expected.description, got: got.description))
    }
  }

  private mutating func checkRun() {
    require("exit status", expected.status, facts.status)
    for (rule, count) in facts.fired where count == 0 { require("\(rule) fires", "at least once", "never") }
    for one in noticed where !facts.noticed.contains(one) {
      require("noticed", one, facts.noticed.isEmpty ? "nothing" : facts.noticed.joined(separator: ", "))
    }
    require("requests to the host of a redirect", 0, facts.askedElsewhere)
    require("files that hold the secret key", "", facts.leaks.joined(separator: ", "))
    if facts.seconds < atLeastSeconds {
      require("seconds, as Retry-After asks", "\(atLeastSeconds) or more", "\(facts.seconds)")
    }
  }

  private mutating func checkSource() {
    require(
      "requests to the source", "",
      facts.methods.subtracting(["GET", "HEAD"]).sorted().joined(separator: ", "))
    for (key, digest) in facts.made.sorted(by: { $0.key < $1.key }) where !changes.contains(key) {
      require("the source's bytes of \(key)", digest, facts.source.digests[key] ?? "none")
    }
  }

  private mutating func checkDestination() {
    let twice = facts.storedTwice.filter { !rewrites.contains($0) }
    require("keys stored twice", "", twice.joined(separator: ", "))
    for (key, digest) in facts.destination.digests.sorted(by: { $0.key < $1.key }) {
      if let before = facts.occupied[key] {
        require("the destination's own bytes of \(key)", before, digest)
      } else if !lies.contains(key), digest != facts.made[key] {
        require("the destination's bytes of \(key)", facts.source.digests[key] ?? "none", digest)
      }
    }
  }

  private mutating func checkLists() {
    require("uploads left open", 0, facts.destination.openUploads)
    guard let lists = facts.lists else { return require("lists", "written", "none") }
    let keys = facts.made.keys.sorted()
    require("keys of the total list", keys, lists.total.sorted())
    for key in Set(keys).union(lists.ends.keys).sorted() {
      let end = facts.made[key] == nil ? "no list" : expected.errors[key] ?? "completed"
      require("the list of \(key)", end, lists.ends[key]?.joined(separator: " and ") ?? "no list")
    }
    for (key, ends) in lists.ends.sorted(by: { $0.key < $1.key }) where ends.contains("completed") {
      // Where neither side has it, nothing is equal.
      require(
        "the bytes of \(key), which is completed", facts.source.digests[key] ?? "those of the source",
        facts.destination.digests[key] ?? "none")
    }
  }
}

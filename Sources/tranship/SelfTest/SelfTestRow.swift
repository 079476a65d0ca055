/// One row of the self-test: what goes wrong where, and how everything has to end.
struct SelfTestRow: Sendable {
  /// What happens beside the answers that the plans of faults spoil.
  enum Incident: Sendable {
    /// The destination has other bytes under the key before the run begins.
    case occupied(key: String)
    /// The keys of the source end after this share of the requests to it, and are valid again afterwards.
    case keysEnd(at: Double)
    /// The program is ended by SIGKILL when this share of the requests to the destination was served.
    case killed(at: Double)
  }

  /// How one run has to end.
  struct End: Sendable {
    /// The exit status; the negative number of the signal that ended it otherwise.
    var status: Int32
    /// The error class of every key that does not complete.
    var errors: [String: String]

    static let completed = End(status: ExitStatus.completed.rawValue, errors: [:])
    static let stopped = End(status: ExitStatus.stopped.rawValue, errors: [:])

    static func errors(_ errors: [String: String]) -> End {
      End(status: ExitStatus.errors.rawValue, errors: errors)
    }
  }

  var title: String
  /// Rules of the plan of faults, each the members of a JSON object but its id; `CANARY` is another server's address.
  var source: [String] = []
  var destination: [String] = []
  var incident: Incident?
  /// What the run has to notice, at least.
  var noticed: [String] = []
  var end = End.completed
  /// How the same job ends without the fault; nil where there is nothing left to do.
  var afterwards: End?
  /// Keys whose stored bytes are wrong because the store itself damages them.
  var lies: Set<String> = []
  /// Keys that the destination stores again, because nobody can believe what it said of them.
  var rewrites: Set<String> = []
  /// Keys that the fault itself changes at the source.
  var changes: Set<String> = []
  /// How long the run has to take at least, in seconds: what a store asks for holds up what is not begun yet, and is
  /// not shortened.
  var waits: Double = 0
}

/// How one row ended.
struct SelfTestResult: Sendable {
  var row: SelfTestRow
  /// How often every rule fired, by its name.
  var fired: [(rule: String, count: Int)]
  /// What the run noticed of it: codes of requests, requests that were made again, error classes, why it stopped.
  var noticed: [String]
  /// How it ended, and how it ended without the fault.
  var ends: [RunEnd]
  /// What is not as it has to be; empty where everything is.
  var objections: [Objection]
  var seconds: Double

  var firedInAll: Int { fired.reduce(0) { $0 + $1.count } }

  /// The exit status of one run, and how many keys ended in which list or error class.
  struct RunEnd: Sendable {
    var status: Int32
    var counts: [(end: String, keys: Int)]
  }
}

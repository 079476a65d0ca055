import AuditLedger
import DevStore
import ObjectStorage

/// What can be seen of a run: how its requests ended, and what it asked for.
struct Observed: Sendable {
  private struct Request: Hashable {
    /// The vendor's name.
    var operation: String
    var key: [UInt8]?
  }

  /// Requests that failed, by operation and code.
  private var failed: [String: Int64] = [:]
  /// How often both servers were asked the same.
  private var asked: [Request: Int] = [:]
  let askedOfSource: Int
  let askedOfDestination: Int
  private var keysListedTwice: Int64 = 0
  private var stop: String?

  /// `keys` are those of the source: nobody counts what the tool tries with others.
  init(
    _ stage: SelfTestStage, ledger path: String, _ ended: ProgramRun.Ended, keys: some Sequence<String>
  ) async throws {
    let (source, destination) = (stage.source.journal(), stage.destination.journal())
    (askedOfSource, askedOfDestination) = (source.count, destination.count)
    let keys = Set(keys.map { Array($0.utf8) })
    for entry in source + destination where entry.key.map(keys.contains) ?? true {
      asked[Request(operation: entry.operation, key: entry.key), default: 0] += 1
    }
    if ended.status == ExitStatus.stopped.rawValue { stop = Self.cause(ended.said) }
    // A run that ended early may have made none.
    guard let ledger = try? await Ledger.open(path, .read) else { return }
    let (requests, tally) = (try await ledger.requests(), try await ledger.tally())
    await ledger.close()
    for total in requests.values.joined() where total.code != RequestTotal.ok {
      failed["\(total.operation.rawValue): \(total.code)", default: 0] += total.requests
    }
    keysListedTwice = tally.duplicates
  }

  /// Side and code of the error that a run stopped with.
  private static func cause(_ said: String) -> String? {
    let line = said.split(separator: "\n").first { $0.hasPrefix("tranship: ") }
    return line?.split(separator: ":").dropFirst().prefix(2)
      .map { $0.drop { $0 == " " } }.joined(separator: ": ")
  }

  /// Whether more failed than the probe that is made to fail: on a machine that is very busy, peers fall silent.
  var hasFailures: Bool { failed != Self.probe }

  /// What every run asks a destination to refuse: a part whose Content-MD5 is false.
  private static let probe: [String: Int64] = ["upload-part: digest-refused": 1]

  /// What is beyond a run without faults, in words and in a fixed order.
  func beyond(_ usual: Observed) -> [String] {
    var words = failed.filter { $0.value > usual.failed[$0.key] ?? 0 }.keys.sorted()
    if keysListedTwice > 0 { words.append("keys listed twice") }
    let again = asked.filter { $0.value > usual.asked[$0.key] ?? 0 }.keys
    words += Set(again.map(\.operation)).sorted().map { "\($0) again" }
    if let stop { words.append("stopped, \(stop)") }
    return words
  }
}

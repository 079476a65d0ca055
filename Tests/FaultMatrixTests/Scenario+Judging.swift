import DevStore
import Foundation
import StorageTesting
import Testing

/// What the judge is told of a run, and what it says.
extension Scenario {
  private struct Specification: Encodable {
    struct Place: Encodable {
      var kind: String
      var root: String
      var bucket: String
    }
    struct Entry: Encodable {
      var method: String
      var operation: String
      var key: String
    }

    var truth: [String: Truth]
    var source: Place
    var destination: Place
    var ledger: String
    var report: String
    var status: Int
    var statuses: [Int]
    var ends: [String: [String]]
    var othersComplete: Bool
    /// Classes of errors that may be left; nil where nothing is said of them.
    var remaining: [String]?
    var lies: [String]
    var leavesUploads: Bool
    var replaces: Bool
    var sourceJournal: [Entry]
    var destinationJournal: [Entry]
    var searched: String
    var secret: String
    var runs: Int
    /// Whether ETags of the source are no MD5.
    var opaqueTags: Bool
    /// What came to a host that nobody has to ask.
    var leaked: [String]
    var says: [String]
    var said: String
    /// The report of the finished run that was repeated.
    var repeats: String?
  }

  /// A run of a job that was finished already; the journals up to it are those of the runs before.
  struct Repetition {
    var report: String
    var asked: Int
    var written: Int

    init(of report: String, asked: Int, written: Int) {
      (self.report, self.asked, self.written) = (report, asked, written)
    }
  }

  func judge(
    _ finished: Finished, statuses: Set<Int>, ends: [String: [String]], others: Bool,
    remaining: [String]? = nil, repeats: Repetition? = nil
  ) async throws -> [String] {
    func entries(_ store: DevStore?, from first: Int?) -> [Specification.Entry] {
      (store?.journal() ?? []).dropFirst(first ?? 0).map {
        Specification.Entry(method: $0.method, operation: $0.operation, key: Self.hex($0.key ?? []))
      }
    }
    func place(_ dialect: Dialect?, _ path: String, _ bucket: String) -> Specification.Place {
      Specification.Place(kind: dialect?.rawValue ?? "file", root: "\(folder.path)/\(path)", bucket: bucket)
    }
    let specification = Specification(
      truth: truth, source: place(row.route.source, "source", "from"),
      destination: place(row.route.destination, "destination", "into"), ledger: folder.path + "/job.ledger",
      report: report, status: Int(finished.status), statuses: statuses.sorted(),
      ends: Dictionary(uniqueKeysWithValues: ends.map { (Self.hex($0.key), $0.value) }),
      othersComplete: others, remaining: row.afterwards == 0 ? remaining : nil,
      lies: row.liesOfAll ? Array(truth.keys) : row.lies.map(Self.hex), leavesUploads: row.leavesUploads,
      replaces: row.source.contains { $0.contains("\"to\":\"replace\"") },
      sourceJournal: entries(source, from: repeats?.asked)
        + Array(
          repeating: .init(method: "GET", operation: "GetObject", key: Self.hex("a/two")),
          count: extraRequests),
      destinationJournal: entries(destination, from: repeats?.written), searched: folder.path,
      secret: Self.keys.secret, runs: runs, opaqueTags: row.content == .encrypted, leaked: canary.heard(),
      says: runs == 1 ? row.says : [], said: finished.stdout + finished.stderr, repeats: repeats?.report)
    let path = "\(folder.path)/specification-\(runs)"
    try JSONEncoder().encode(specification).write(to: URL(fileURLWithPath: path))
    let judged = try await Subprocess.script("matrix_check.py", [path], environment: [:], in: folder).run()
    try #require(judged.status == 0, "\(judged.stderr)")
    let found = try JSONDecoder().decode([[String]].self, from: Data(judged.stdout.utf8))
    guard !found.isEmpty else { return [] }
    return found.map { "run \(runs): " + $0.joined(separator: ": ") }
      + ["run \(runs) said: \(finished.stdout.suffix(1500)) \(finished.stderr.suffix(1500))"]
  }

  /// A percent-encoded key in hexadecimal.
  private static func hex(_ key: String) -> String {
    var (bytes, rest): ([UInt8], Substring) = ([], key[...])
    while let first = rest.first {
      if first == "%", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(3)
      } else {
        bytes += Array(String(first).utf8)
        rest = rest.dropFirst()
      }
    }
    return hex(bytes)
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

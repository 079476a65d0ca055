import DevStore
import Testing

/// One cell of the matrix: what goes wrong where, and how a run has to end.
struct FaultRow: Sendable, CustomTestStringConvertible {
  enum Route: String, Sendable {
    case s3ToOSS, ossToS3, s3ToFile, fileToOSS

    var source: Dialect? {
      switch self {
      case .s3ToOSS, .s3ToFile: .s3
      case .ossToS3: .oss
      case .fileToOSS: nil
      }
    }
    var destination: Dialect? {
      switch self {
      case .s3ToOSS, .fileToOSS: .oss
      case .ossToS3: .s3
      case .s3ToFile: nil
      }
    }
  }

  /// What the source holds.
  enum Content: String, Sendable {
    case plain
    /// Names that are hard to keep.
    case hostile
    /// Metadata that is hard to keep.
    case metadata
    /// As plain, under ETags that are no MD5.
    case encrypted
  }

  var id: String
  var route = Route.s3ToOSS
  var content = Content.plain
  /// Rules, each the members of a JSON object but its id; `CANARY` is the address of a host that nobody has to ask.
  var source: [String] = []
  var destination: [String] = []
  /// How the run with the faults may end.
  var statuses: Set<Int> = [0]
  /// How single keys, percent-encoded, may end; all others complete where `othersComplete` says so.
  var ends: [String: [String]] = [:]
  var othersComplete = true
  /// Keys whose stored bytes may be wrong, because the store itself lied of them.
  var lies: Set<String> = []
  /// The same for every key.
  var liesOfAll = false
  /// Whether a rule need not fire, as with small rates.
  var mayMiss = false
  /// Whether the faults keep an upload from being dropped.
  var leavesUploads = false
  /// How runs without faults end after it.
  var afterwards = 0
  /// Classes of errors that may be left then too.
  var remaining: [String] = []
  /// Keys end after so many requests to the source; the environment's are never renewed.
  var keysEnd: Int?
  /// The keys come from a program that gives others the second time.
  var renews = false
  /// What stands in a destination directory before; paths of the keys that it is in the way of.
  var planted: [Planted] = []
  /// The destination has one object already, and others under three more of the keys.
  var isOccupied = false
  /// Words that the run has to say.
  var says: [String] = []
  /// What an S3 destination encrypts with, as `aws:kms`; it then sums what comes, as Amazon does.
  var encryption: String?
  var options: [String] = []

  /// Something of another's that stands where an object would be.
  struct Planted: Sendable {
    enum Kind: Sendable { case linkToFolder, linkToFile, hardLink, pipe }

    var kind: Kind
    var path: String
  }

  var testDescription: String { id + " " + route.rawValue }

  static func plan(_ rules: [String], seed: Int) throws -> FaultPlan? {
    guard !rules.isEmpty else { return nil }
    let texts = rules.enumerated().map { "{\"id\":\"r\($0.offset)\",\($0.element)}" }
    return try FaultPlan(json: Array("{\"seed\":\(seed),\"rules\":[\(texts.joined(separator: ","))]}".utf8))
  }
}

/// How often a fault strikes the same request.
enum Striking: String, CaseIterable, Sendable {
  case first, thrice, always

  var member: String {
    switch self {
    case .first: "\"nth\":1"
    case .thrice: "\"nth\":[1,2,3]"
    case .always: "\"from\":1"
    }
  }
}

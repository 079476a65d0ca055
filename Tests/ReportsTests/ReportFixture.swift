import AuditLedger
import Checksums
import Foundation
import ObjectStorage

/// A folder of its own for one test, removed with the value.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("tranship-report-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func instant(_ seconds: Int64) -> Timestamp {
  Timestamp(millisecondsSinceEpoch: 1_709_251_200_000 + seconds * 1000)
}

func contents(_ path: String) throws -> String {
  String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
}

/// How a key of a test ledger ends.
enum Ending {
  case completed(Proof, [Evidence], sent: Bool)
  case error(ErrorClass, String)
  case skipped(String)
  case pending
}

func digest(_ algorithm: ChecksumAlgorithm, _ value: UInt64, _ side: Side, _ origin: Origin) -> Evidence {
  Evidence(
    side: side, origin: origin, checksum: Checksum(algorithm, value: value), generation: Generation(size: 9),
    observedAt: instant(60))
}

let crc64 = digest(.crc64xz, 11_051_210_869_376_104_954, .destination, .reported)

/// Makes a ledger whose keys end as told, through the same calls that a run makes.
func makeLedger(
  in folder: ScratchFolder, name: String = "harbor-job", _ endings: [(ObjectKey, Ending)],
  runState: RunRecord.State = .finished
) async throws -> Ledger {
  let ledger = try await Ledger.open(folder.path + "/\(UUID().uuidString).ledger", .create)
  let source = JobSide(
    kind: .s3, bucket: "harbor-src-tokyo", prefix: "", endpoint: "https://s3.ap-northeast-1.amazonaws.com",
    region: "ap-northeast-1")
  let destination = JobSide(
    kind: .oss, bucket: "harbor-dst", prefix: "", endpoint: "https://oss-ap-northeast-1.aliyuncs.com",
    region: "ap-northeast-1")
  try await ledger.establish(JobSettings(name: name, source: source, destination: destination))
  let run = try await ledger.beginRun(command: "migrate", toolVersion: "0.1.0", at: instant(0))
  let objects = endings.map { ListedObject(key: $0.0, size: 9, lastModifiedAt: instant(-86_400)) }
  try await ledger.store(ListingPage(objects: objects), side: .source, isLast: true)
  try await ledger.record(
    endings.map { Decision(key: $0.0, destinationKey: $0.0, action: action($0.1)) }, at: instant(30))
  for (key, ending) in endings {
    if let outcome = try outcome(key, ending) { try await ledger.record(outcome) }
  }
  try await ledger.endRun(
    run.id, state: runState, message: runState == .stopped ? "SIGINT" : "", contentMD5Honoured: true,
    at: instant(90))
  return ledger
}

private func action(_ ending: Ending) -> DecisionAction {
  if case .skipped(let reason) = ending { return .skip(reason: reason) }
  return .copy
}

private func outcome(_ key: ObjectKey, _ ending: Ending) throws -> ObjectOutcome? {
  let resolution: Resolution
  var evidence: [Evidence] = []
  var bytesSent: Int64 = 9
  switch ending {
  case .skipped, .pending: return nil
  case .error(let errorClass, let message): resolution = .error(errorClass, message: message)
  case .completed(let proof, let seen, let sent):
    guard let first = seen.first, let match = ChecksumMatch(first.checksum, first.checksum) else {
      return nil
    }
    resolution = .completed(proof, match, sent: sent)
    evidence = seen
    bytesSent = sent ? 9 : 0
  }
  return ObjectOutcome(
    key: key, destinationKey: key, resolution: resolution, evidence: evidence, startedAt: instant(59),
    endedAt: instant(61), bytesSent: bytesSent, requestIDs: ["5C3D9175B6FC201293AD4890"])
}

/// The keys of `fixtures/hostile_keys.json` with the spellings that they must have.
struct HostileKeys: Decodable {
  struct Vector: Decodable {
    let key: String
    let machine: String
    let html: String
  }

  let vectors: [Vector]

  static func read() throws -> [Vector] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("fixtures")
    let data = try Data(contentsOf: folder.appendingPathComponent("hostile_keys.json"))
    // Listings never name the empty key.
    return try JSONDecoder().decode(HostileKeys.self, from: data).vectors.filter { !$0.key.isEmpty }
  }
}

import Checksums
import Foundation
import ObjectStorage

@testable import AuditLedger

/// A folder of its own for one test, removed with the value.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("tranship-ledger-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var ledger: String { path + "/job.ledger" }
}

func instant(_ seconds: Int64) -> Timestamp {
  Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + seconds * 1000)
}

func listed(_ key: ObjectKey, size: Int64 = 10) -> ListedObject {
  ListedObject(
    key: key, size: size, eTag: ETag("0123456789abcdef0123456789abcdef"), lastModifiedAt: instant(0),
    storageClass: "STANDARD")
}

func page(_ keys: [String], next: String? = nil) -> ListingPage {
  ListingPage(objects: keys.map { listed(ObjectKey($0)) }, next: next.map { .token($0) })
}

let settings = JobSettings(
  name: "books",
  source: JobSide(kind: .s3, bucket: "shop", prefix: "2024/", endpoint: "", region: "ap-northeast-1"),
  destination: JobSide(kind: .oss, bucket: "shop-copy", prefix: "", endpoint: "", region: "ap-northeast-1"))

let crc = Checksum(.crc64xz, value: 0x995d_c9bb_df19_39fa)

func match(_ checksum: Checksum = crc) throws -> ChecksumMatch {
  guard let match = ChecksumMatch(checksum, checksum) else { throw LedgerError(.failed, "unequal to itself") }
  return match
}

func completed(_ key: ObjectKey, proof: Proof = .endToEnd, sent: Bool = true) throws -> ObjectOutcome {
  let generation = Generation(eTag: ETag("AB"), versionID: "v1", size: 10, lastModifiedAt: instant(5))
  return ObjectOutcome(
    key: key, destinationKey: key, resolution: .completed(proof, try match(), sent: sent),
    evidence: [
      Evidence(
        side: .source, origin: .streamed, checksum: crc, generation: Generation(size: 10),
        observedAt: instant(4)),
      Evidence(
        side: .destination, origin: .reported, checksum: crc, generation: generation, observedAt: instant(5)),
    ],
    startedAt: instant(3), endedAt: instant(5), bytesSent: sent ? 10 : 0, tries: 1, destination: generation,
    requestIDs: ["r1", "r2"], notes: [])
}

func failed(
  _ key: ObjectKey, _ errorClass: ErrorClass = .failed, bytesSent: Int64 = 0, destination: Generation? = nil
) -> ObjectOutcome {
  ObjectOutcome(
    key: key, destinationKey: key, resolution: .error(errorClass, message: "it broke"), startedAt: instant(3),
    endedAt: instant(5), bytesSent: bytesSent, tries: 3, destination: destination)
}

extension Ledger {
  /// Lists keys at the source and decides to copy all of them.
  static func planned(_ path: String, keys: [String]) async throws -> Ledger {
    let ledger = try await Ledger.open(path, .create)
    try await ledger.establish(settings)
    try await ledger.store(page(keys), side: .source, isLast: true)
    try await ledger.record(
      keys.map { Decision(key: ObjectKey($0), destinationKey: ObjectKey($0), action: .copy) })
    return ledger
  }

  /// The law, from counters and from rows, which must agree.
  func lawHolds() async throws -> Bool {
    let counted = try await tally()
    let recounted = try await recount()
    return counted.isBalanced && recounted.isBalanced && counted == recounted
  }

  func rows(_ list: ListName? = nil) async throws -> [ObjectRow] {
    var rows: [ObjectRow] = []
    try await forEachObject(in: list) { rows.append($0) }
    return rows
  }
}

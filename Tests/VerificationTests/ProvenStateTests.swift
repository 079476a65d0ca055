import AuditLedger
import Checksums
import ObjectStorage
import Testing

@testable import Verification

private let md5 = "9e107d9d372bb6826bd81d3542a419d6"

private func at(_ seconds: Int64) -> Timestamp {
  Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + seconds * 1000)
}

/// What an answer says today of an object that was proven, and whether it is that one.
private struct Answered: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var proven = Generation(eTag: ETag("opaque"), versionID: "v1", size: 3, lastModifiedAt: at(0))
  /// `reported crc64xz:a`: origin and digest of then.
  var then: [String] = []
  var eTag: String? = "opaque"
  var version: String?
  var size: Int64 = 3
  var changed: Int64? = 0
  var now: [String] = []
  var holds: Bool
}

@Suite("whether an answer shows what was proven")
struct ProvenStateTests {
  private static let unversioned = Generation(eTag: ETag("opaque"), size: 3, lastModifiedAt: at(0))
  private static let untimed = Generation(eTag: ETag("opaque"), size: 3)

  private static let table: [Answered] = [
    Answered(testDescription: "nothing differs", holds: true),
    Answered(testDescription: "another size", size: 4, holds: false),
    Answered(testDescription: "another ETag", eTag: "other", holds: false),
    Answered(testDescription: "another version", version: "v2", holds: false),
    Answered(
      testDescription: "another version, the same CRC", then: ["reported crc64xz:a"], version: "v2",
      now: ["crc64xz:a"], holds: false),
    Answered(testDescription: "the same CRC", then: ["reported crc64xz:a"], now: ["crc64xz:a"], holds: true),
    Answered(testDescription: "another CRC", then: ["reported crc64xz:a"], now: ["crc64xz:x"], holds: false),
    Answered(
      testDescription: "another CRC, the same version", then: ["reported crc64xz:a"], version: "v1",
      now: ["crc64xz:x"], holds: false),
    Answered(
      testDescription: "the CRC that was computed here", then: ["read-back crc64xz:a"],
      now: ["crc64xz:a"], holds: true),
    Answered(
      testDescription: "another CRC than was computed here", then: ["read-back crc64xz:a"],
      now: ["crc64xz:x"], holds: false),
    Answered(
      testDescription: "one of two digests is another",
      then: ["reported crc64xz:a", "reported md5:a"], now: ["crc64xz:a", "md5:x"], holds: false),
    Answered(
      testDescription: "an MD5 other than was computed here, which it never was",
      then: ["reported md5:x", "read-back md5:a"], now: ["md5:x"], holds: true),
    Answered(
      testDescription: "an MD5 where only one was computed here", then: ["read-back md5:a"],
      changed: 9, now: ["md5:a"], holds: false),
    Answered(
      testDescription: "a composite value, where only one was computed here",
      then: ["read-back multipart-etag:a:2"], now: ["multipart-etag:x:2"], holds: true),
    Answered(
      testDescription: "an imported digest is not the store's", then: ["imported crc64xz:a"],
      changed: 9, now: ["crc64xz:a"], holds: false),
    // The time moved.
    Answered(
      testDescription: "written again, the same CRC", then: ["reported crc64xz:a"], changed: 9,
      now: ["crc64xz:a"], holds: true),
    Answered(testDescription: "written again, the same version", version: "v1", changed: 9, holds: true),
    Answered(testDescription: "written again, nothing to compare", changed: 9, holds: false),
    Answered(
      testDescription: "written again, a digest of another kind", then: ["reported crc64xz:a"],
      changed: 9, now: ["crc64nvme:a"], holds: false),
    Answered(
      testDescription: "written again, versions are off",
      proven: Generation(eTag: ETag("opaque"), versionID: "null", size: 3, lastModifiedAt: at(0)),
      version: "null", changed: 9, holds: false),
    Answered(testDescription: "the same second, cut", proven: unversioned, changed: 2, holds: true),
    // Nothing but ETag and time.
    Answered(testDescription: "an ETag alone", proven: untimed, changed: nil, holds: true),
    Answered(
      testDescription: "a time alone", proven: Generation(size: 3, lastModifiedAt: at(0)), eTag: nil,
      holds: true),
    Answered(testDescription: "neither", proven: Generation(size: 3), eTag: nil, changed: nil, holds: false),
    Answered(testDescription: "an ETag of now", proven: Generation(size: 3), changed: nil, holds: false),
    Answered(
      testDescription: "zeros for an ETag, at times that nobody knows",
      proven: Generation(eTag: ETag(String(repeating: "0", count: 32)), size: 3),
      eTag: String(repeating: "0", count: 32), changed: nil, holds: false),
    Answered(
      testDescription: "zeros for an ETag, at the same time",
      proven: Generation(eTag: ETag(String(repeating: "0", count: 32)), size: 3, lastModifiedAt: at(0)),
      eTag: String(repeating: "0", count: 32), holds: true),
  ]

  @Test("every row of the table holds, for each side", arguments: table, [Side.source, .destination])
  private func row(_ row: Answered, _ side: Side) throws {
    let unrelated = Generation(eTag: ETag("unrelated"), size: 9)
    let evidence = try row.then.flatMap { text in
      let words = text.split(separator: " ").map(String.init)
      let origin = try #require(Origin(rawValue: words[0]))
      let digest = try checksum(words[1])
      return [
        Evidence(side: side, origin: origin, checksum: digest, generation: row.proven, observedAt: at(0))
      ]
    }
    let noise = Evidence(
      side: side == .source ? .destination : .source, origin: .reported, checksum: try checksum("crc64xz:n"),
      generation: unrelated, observedAt: at(0))
    let state = ProvenState(
      earlier: EarlierProof(
        proof: .endToEnd, provenAt: nil, source: side == .source ? row.proven : unrelated,
        destination: side == .source ? unrelated : row.proven, sourceHadDigest: true),
      evidence: evidence + [noise])
    let digests = try row.now.map(checksum)
    let answer = ObjectAttributes(
      size: row.size, eTag: row.eTag.map { ETag($0) }, lastModifiedAt: row.changed.map(at),
      versionID: row.version, checksums: digests.filter { $0.partCount == nil },
      compositeChecksums: digests.filter { $0.partCount != nil })
    #expect(state.holds(side, answer) == row.holds)
  }
}

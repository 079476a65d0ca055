import AuditLedger
import Checksums
import ObjectStorage
import Testing
import Verification

/// A digest that may speak of another generation than the one that is judged.
private struct StaleRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var side: Side
  var origin = Origin.reported
  /// What the row says of its object.
  var spoken: Generation
  /// What is known of the object that is judged, on both sides.
  var known = Generation(eTag: ETag("now"), versionID: "v2", size: 3, lastModifiedAt: at(100))
  var expected: Row.Expected
}

private func at(_ milliseconds: Int64) -> Timestamp {
  Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + milliseconds)
}

private func verdict(_ row: StaleRow) throws -> Verdict {
  let digest = try checksum("crc64xz:a")
  func evidence(_ side: Side, _ origin: Origin, _ generation: Generation) -> Evidence {
    Evidence(side: side, origin: origin, checksum: digest, generation: generation, observedAt: instant)
  }
  let other: Side = row.side == .source ? .destination : .source
  return VerificationPolicy().judge(
    CaseFile(
      listed: row.known, destination: row.known,
      evidence: [evidence(row.side, row.origin, row.spoken), evidence(other, .reported, row.known)],
      streamedBytes: nil, destinationMD5IsCertain: true, acceptsImported: true))
}

@Suite("digests count only of the generation that is judged")
struct GenerationTests {
  private static let spoken: [(String, Generation, Bool)] = [
    (
      "all as it is now", Generation(eTag: ETag("now"), versionID: "v2", size: 3, lastModifiedAt: at(0)), true
    ),
    ("nothing but the size", Generation(size: 3), true),
    ("a time that was cut to seconds", Generation(size: 3, lastModifiedAt: at(-899)), true),
    ("another size", Generation(size: 4), false),
    ("another ETag", Generation(eTag: ETag("then"), size: 3), false),
    ("another version", Generation(versionID: "v1", size: 3), false),
    ("another version under the same ETag", Generation(eTag: ETag("now"), versionID: "v1", size: 3), false),
    ("an earlier time", Generation(size: 3, lastModifiedAt: at(-3000)), false),
    ("a later time", Generation(size: 3, lastModifiedAt: at(3000)), false),
    (
      "an earlier time under the same ETag",
      Generation(eTag: ETag("now"), size: 3, lastModifiedAt: at(-3000)), false
    ),
    (
      "a time of no calendar",
      Generation(size: 3, lastModifiedAt: Timestamp(millisecondsSinceEpoch: .min)), false
    ),
  ]

  private static let table: [StaleRow] = spoken.flatMap { name, generation, isCurrent in
    [Side.source, .destination].flatMap { side in
      [Origin.reported, .imported, .readBack].map { origin in
        StaleRow(
          testDescription: "\(side.rawValue), \(origin.rawValue): \(name)", side: side, origin: origin,
          spoken: generation,
          expected: !isCurrent
            ? .unverifiable(.otherGeneration)
            : .verified(origin == .readBack ? (side == .destination ? .readBack : .streamed) : .endToEnd))
      }
    }
  }

  @Test("size, ETag, version and time are compared, where both are known", arguments: table)
  private func row(_ row: StaleRow) throws {
    #expect(summary(try verdict(row)) == row.expected)
  }

  @Test("what is not known of the present contradicts nothing", arguments: [Side.source, .destination])
  func unknown(_ side: Side) throws {
    let row = StaleRow(
      testDescription: "", side: side,
      spoken: Generation(eTag: ETag("then"), versionID: "v1", size: 3, lastModifiedAt: at(-9000)),
      known: Generation(size: 3), expected: .verified(.endToEnd))
    #expect(summary(try verdict(row)) == row.expected)
  }

  @Test("an unaccepted row of another generation is no reason to look again")
  func unaccepted() throws {
    var stale = try evidence(["md5:a"], .source, .imported)
    stale[0].generation.eTag = ETag("then")
    let file = CaseFile(
      listed: listed, destination: Generation(size: 3), evidence: stale, streamedBytes: nil,
      destinationMD5IsCertain: true)
    #expect(VerificationPolicy().judge(file) == .unverifiable(.sizeOnly))
  }

  @Test(
    "the MD5 of nothing, given to an object with bytes, is no digest of it", arguments: [3, 0] as [Int64])
  func nothing(_ size: Int64) {
    let md5 = Checksum.of([UInt8](), .md5)
    let generation = Generation(eTag: ETag(md5.hex), size: size)
    let file = CaseFile(
      listed: generation, destination: generation,
      evidence: [Side.source, .destination].map {
        Evidence(side: $0, origin: .reported, checksum: md5, generation: generation, observedAt: instant)
      }, streamedBytes: nil, destinationMD5IsCertain: true)
    #expect(
      summary(VerificationPolicy().judge(file))
        == (size == 0 ? .verified(.endToEnd) : .unverifiable(.sizeOnly)))
  }
}

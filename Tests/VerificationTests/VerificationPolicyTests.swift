import AuditLedger
import Checksums
import ObjectStorage
import Testing
import Verification

/// One row of the truth table: what is known, and what must be said of it.
struct Row: Sendable, CustomTestStringConvertible {
  enum Expected: Sendable, Equatable {
    case verified(Proof)
    case mismatched
    case missing
    case unverifiable(UnverifiableReason)
  }

  var name: String
  var source: [String] = []
  var stream: [String] = []
  var destination: [String] = []
  var readBack: [String] = []
  var streamedBytes: Int64? = 3
  var destinationSize: Int64? = 3
  var sentMD5: String?
  var honoured = false
  var certain = false
  /// Read again from the source for this verification.
  var sourceRead: [String] = []
  var imported: [String] = []
  /// Somebody else's digests of the destination.
  var importedThere: [String] = []
  var acceptsImported = false
  var sourceCertain = true
  var samePartSizes = false
  var uploaded: String?
  var encrypted = false
  var required = RequiredProof.auto
  /// Of the source, in bytes.
  var size: Int64 = 3
  var expected: Expected

  var testDescription: String { name }
}

/// `md5:a` is the MD5 named a; the same name is the same value.
func checksum(_ text: String) throws -> Checksum {
  let pieces = text.split(separator: ":")
  let algorithm = try #require(ChecksumAlgorithm(rawValue: String(pieces[0])))
  let fill = try #require(pieces[1].utf8.first)
  let parts = pieces.count > 2 ? Int(pieces[2]) : nil
  return try #require(
    Checksum(algorithm, bytes: Array(repeating: fill, count: algorithm.byteCount), partCount: parts))
}

let listed = Generation(eTag: ETag("\"e1\""), size: 3)
let instant = Timestamp(millisecondsSinceEpoch: 0)

func evidence(
  _ texts: [String], _ side: Side, _ origin: Origin, eTag: String = "e1", size: Int64 = 3
) throws -> [Evidence] {
  try texts.map {
    Evidence(
      side: side, origin: origin, checksum: try checksum($0),
      generation: Generation(eTag: ETag(eTag), size: size), observedAt: instant)
  }
}

private func verdict(_ row: Row) throws -> Verdict {
  func rows(_ texts: [String], _ side: Side, _ origin: Origin) throws -> [Evidence] {
    try evidence(texts, side, origin, eTag: side == .source ? "e1" : "other", size: row.size)
  }
  let file = CaseFile(
    listed: Generation(eTag: ETag("\"e1\""), size: row.size),
    destination: row.destinationSize.map { Generation(eTag: ETag("other"), size: $0) },
    evidence: try rows(row.source, .source, .reported) + rows(row.stream, .source, .streamed)
      + rows(row.destination, .destination, .reported) + rows(row.readBack, .destination, .readBack)
      + rows(row.sourceRead, .source, .readBack) + rows(row.imported, .source, .imported)
      + rows(row.importedThere, .destination, .imported),
    streamedBytes: row.streamedBytes,
    contentMD5: try row.sentMD5.map(checksum), contentMD5Honoured: row.honoured,
    sourceMD5IsCertain: row.sourceCertain, destinationMD5IsCertain: row.certain,
    partSizesAreTheSources: row.samePartSizes, uploadETag: try row.uploaded.map(checksum),
    sourceIsEncrypted: row.encrypted,
    acceptsImported: row.acceptsImported)
  return VerificationPolicy(required: row.required).judge(file)
}

func summary(_ verdict: Verdict) -> Row.Expected {
  switch verdict {
  case .verified(let proof, _): .verified(proof)
  case .mismatched: .mismatched
  case .missing: .missing
  case .unverifiable(let reason): .unverifiable(reason)
  }
}

@Suite("the rule that turns evidence into a verdict")
struct VerificationPolicyTests {
  static let table: [Row] = [
    // Sizes come before every digest.
    Row(
      name: "absent at the destination", source: ["md5:a"], stream: ["crc64xz:b"], destination: ["crc64xz:b"],
      destinationSize: nil, expected: .missing),
    Row(
      name: "destination size differs", source: ["md5:a"], destination: ["md5:a"], destinationSize: 4,
      expected: .mismatched),
    Row(
      name: "stream was short", source: ["md5:a"], stream: ["crc64xz:b"],
      destination: ["md5:a", "crc64xz:b"],
      streamedBytes: 2, expected: .mismatched),
    // Differences win over agreement.
    Row(
      name: "source digest differs from the stream", source: ["md5:a"], stream: ["md5:x", "crc64xz:b"],
      destination: ["crc64xz:b"], expected: .mismatched),
    Row(
      name: "one of two source digests differs", source: ["md5:a", "crc64nvme:n"],
      stream: ["md5:a", "crc64nvme:x", "crc64xz:b"], destination: ["crc64xz:b"], expected: .mismatched),
    Row(
      name: "stream differs from the destination", source: ["md5:a"], stream: ["md5:a", "crc64xz:b"],
      destination: ["crc64xz:x"], expected: .mismatched),
    Row(
      name: "source differs from the destination", source: ["crc64nvme:a"], destination: ["crc64nvme:x"],
      streamedBytes: nil, expected: .mismatched),
    Row(
      name: "read-back differs", source: ["md5:a"], stream: ["crc64xz:b"], readBack: ["md5:x", "crc64xz:b"],
      expected: .mismatched),
    // Equal digests of both sides.
    Row(
      name: "same algorithm on both sides, nothing read", source: ["md5:a"], destination: ["md5:a"],
      streamedBytes: nil, expected: .verified(.endToEnd)),
    Row(
      name: "bridged by the stream", source: ["md5:a"], stream: ["md5:a", "crc64xz:b"],
      destination: ["crc64xz:b"],
      expected: .verified(.endToEnd)),
    Row(
      name: "bridged by another algorithm", source: ["crc64nvme:a"], stream: ["crc64nvme:a", "crc64xz:b"],
      destination: ["crc64xz:b"], expected: .verified(.endToEnd)),
    Row(
      name: "bridged by an enforced Content-MD5", source: ["md5:a"], stream: ["crc64xz:b"],
      destination: ["crc64xz:b"], sentMD5: "md5:a", honoured: true, expected: .verified(.endToEnd)),
    Row(
      name: "multipart ETags of both sides are equal", source: ["multipart-etag:a:2"],
      destination: ["multipart-etag:a:2"], streamedBytes: nil, expected: .verified(.endToEnd)),
    // What we sent and got back proves nothing.
    Row(
      name: "Content-MD5 that nobody was seen to check", source: ["md5:a"], stream: ["crc64xz:b"],
      destination: ["crc64xz:b", "md5:a"], sentMD5: "md5:a", expected: .unverifiable(.weakerThanRequired)),
    Row(
      name: "an echo alone", source: ["md5:a"], destination: ["md5:a"], sentMD5: "md5:a",
      expected: .unverifiable(.sizeOnly)),
    Row(
      name: "an enforced Content-MD5 of another value", source: ["md5:a"], stream: ["crc64xz:b"],
      destination: ["crc64xz:b"], sentMD5: "md5:x", honoured: true,
      expected: .unverifiable(.weakerThanRequired)),
    Row(
      name: "an enforced Content-MD5 that is the destination's ETag, nothing streamed", source: ["md5:a"],
      destination: ["md5:a"], streamedBytes: nil, sentMD5: "md5:a", honoured: true,
      expected: .verified(.endToEnd)),
    // No digest at the source.
    Row(
      name: "stored as received", stream: ["crc64xz:b"], destination: ["crc64xz:b"],
      expected: .verified(.streamed)),
    Row(
      name: "stored as received, source has a multipart ETag only", source: ["multipart-etag:a:2"],
      stream: ["crc64xz:b"], destination: ["crc64xz:b"], expected: .verified(.streamed)),
    Row(
      name: "our own multipart ETag", stream: ["multipart-etag:p:2"], destination: ["multipart-etag:p:2"],
      expected: .verified(.streamed)),
    Row(
      name: "our own multipart ETag differs, at a destination whose ETags are digests",
      stream: ["multipart-etag:p:2", "crc64xz:b"], destination: ["multipart-etag:q:2", "crc64xz:b"],
      certain: true, uploaded: "multipart-etag:p:2", expected: .mismatched),
    Row(
      name: "our own multipart ETag differs, at a destination whose ETags may be anything",
      stream: ["multipart-etag:p:2", "crc64xz:b"], destination: ["multipart-etag:q:2", "crc64xz:b"],
      expected: .verified(.streamed)),
    Row(
      name: "our own multipart ETag beside one of another number of parts",
      stream: ["multipart-etag:p:2", "crc64xz:b"], destination: ["multipart-etag:q:3", "crc64xz:b"],
      uploaded: "multipart-etag:p:2", expected: .verified(.streamed)),
    Row(
      name: "the source's ETag, rebuilt, beside that of a destination cut otherwise into as many parts",
      source: ["multipart-etag:a:2"], stream: ["multipart-etag:a:2", "crc64xz:b"],
      destination: ["multipart-etag:q:2", "crc64xz:b"], certain: true, expected: .verified(.endToEnd)),
    Row(
      name: "the source's multipart ETag differs from ours", source: ["multipart-etag:a:2"],
      stream: ["multipart-etag:p:2", "crc64xz:b"], destination: ["crc64xz:b"], expected: .verified(.streamed)),
    // The policy.
    Row(
      name: "end-to-end required, streamed reached", stream: ["crc64xz:b"], destination: ["crc64xz:b"],
      required: .endToEnd, expected: .unverifiable(.weakerThanRequired)),
    Row(
      name: "streamed required, source digest not compared", source: ["md5:a"], stream: ["crc64xz:b"],
      destination: ["crc64xz:b"], required: .streamed, expected: .verified(.streamed)),
    Row(
      name: "read-back required, end-to-end reached", source: ["md5:a"], destination: ["md5:a"],
      streamedBytes: nil, required: .readBack, expected: .unverifiable(.weakerThanRequired)),
    Row(
      name: "read again and compared with the source", source: ["md5:a"], stream: ["crc64xz:b"],
      readBack: ["md5:a", "crc64xz:b"], required: .readBack, expected: .verified(.readBack)),
    Row(
      name: "read again and compared with the stream only", stream: ["crc64xz:b"], readBack: ["crc64xz:b"],
      expected: .verified(.streamed)),
    // ETags that may not be MD5s.
    Row(
      name: "an MD5 and another 32 digits, destination vague", source: ["md5:a"], destination: ["md5:x"],
      streamedBytes: nil, expected: .unverifiable(.opaqueETag)),
    Row(
      name: "an MD5 and another MD5", source: ["md5:a"], destination: ["md5:x"], streamedBytes: nil,
      certain: true,
      expected: .mismatched),
    Row(
      name: "equal CRC and another 32 digits", source: ["md5:a"], stream: ["md5:a", "crc64xz:b"],
      destination: ["crc64xz:b", "md5:x"], expected: .unverifiable(.opaqueETag)),
    Row(
      name: "an MD5 and another 32 digits, source vague", source: ["md5:a"], destination: ["md5:x"],
      streamedBytes: nil, certain: true, sourceCertain: false, expected: .unverifiable(.opaqueETag)),
    Row(
      name: "another 32 digits, and bytes read again that agree with the source", source: ["md5:a"],
      destination: ["md5:x"], readBack: ["md5:a"], streamedBytes: nil, expected: .verified(.readBack)),
    Row(
      name: "another 32 digits, and bytes of both sides that agree", destination: ["md5:x"],
      readBack: ["crc64xz:b"], streamedBytes: nil, sourceRead: ["md5:a", "crc64xz:b"],
      expected: .verified(.readBack)),
    Row(
      name: "bytes read again have an MD5, and the destination shows another 32 digits",
      stream: ["crc64xz:b"], destination: ["md5:x", "crc64xz:b"], readBack: ["md5:a"],
      expected: .unverifiable(.opaqueETag)),
    Row(
      name: "bytes read again have an MD5, and the source shows another 32 digits", source: ["md5:a"],
      stream: ["crc64xz:b"], destination: ["crc64xz:b"], readBack: ["md5:x"], sourceCertain: false,
      expected: .unverifiable(.opaqueETag)),
    Row(
      name: "the stream has an MD5, and the source shows another 32 digits", source: ["md5:a"],
      stream: ["md5:x", "crc64xz:b"], destination: ["crc64xz:b"], sourceCertain: false,
      expected: .unverifiable(.opaqueETag)),
    // Multipart ETags that were rebuilt.
    Row(
      name: "the source's multipart ETag comes out of the stream", source: ["multipart-etag:a:2"],
      stream: ["multipart-etag:a:2", "crc64xz:b"], destination: ["crc64xz:b"], expected: .verified(.endToEnd)),
    Row(
      name: "the source's multipart ETag comes out of the destination", source: ["multipart-etag:a:2"],
      readBack: ["multipart-etag:a:2", "crc64xz:b"], streamedBytes: nil, expected: .verified(.readBack)),
    Row(
      name: "another ETag comes out of the stream, cut as the source says", source: ["multipart-etag:a:2"],
      stream: ["multipart-etag:x:2", "crc64xz:b"], destination: ["crc64xz:b"], samePartSizes: true,
      expected: .mismatched),
    Row(
      name: "another ETag comes out of the destination, cut as the source says",
      source: ["multipart-etag:a:2"],
      readBack: ["multipart-etag:x:2", "crc64xz:b"], streamedBytes: nil, samePartSizes: true,
      expected: .mismatched),
    Row(
      name: "another ETag comes out of the destination, cut as was guessed", source: ["multipart-etag:a:2"],
      readBack: ["multipart-etag:x:2", "crc64xz:b"], streamedBytes: nil,
      expected: .unverifiable(.partSizesUnknown)),
    Row(
      name: "no ETag comes out of the destination, cut as was guessed", source: ["multipart-etag:a:2"],
      readBack: ["crc64xz:b"], streamedBytes: nil, expected: .unverifiable(.partSizesUnknown)),
    Row(
      name: "multipart ETags of both sides differ, and so may the parts", source: ["multipart-etag:a:2"],
      destination: ["multipart-etag:x:2"], streamedBytes: nil, certain: true, samePartSizes: true,
      expected: .unverifiable(.noCommonDigest)),
    Row(
      name: "multipart ETags of other part counts", source: ["multipart-etag:a:2"],
      destination: ["multipart-etag:a:3"], streamedBytes: nil, expected: .unverifiable(.noCommonDigest)),
    Row(
      name: "the source's digest is the stream's, and the stream's is that of bytes read again",
      source: ["multipart-etag:a:2"], stream: ["multipart-etag:a:2", "crc64xz:b"], readBack: ["crc64xz:b"],
      required: .readBack, expected: .verified(.readBack)),
    // Both sides read.
    Row(
      name: "bytes of both sides agree", readBack: ["crc64xz:b"], streamedBytes: nil,
      sourceRead: ["crc64xz:b"],
      expected: .verified(.readBack)),
    Row(
      name: "bytes of both sides differ", readBack: ["crc64xz:b"], streamedBytes: nil,
      sourceRead: ["crc64xz:x"],
      expected: .mismatched),
    Row(
      name: "the source's bytes are what the destination says it stores", destination: ["crc64xz:b"],
      streamedBytes: nil, sourceRead: ["crc64xz:b"], expected: .verified(.streamed)),
    Row(
      name: "the source's bytes are not what the source says", source: ["md5:a"], destination: ["crc64xz:b"],
      streamedBytes: nil, sourceRead: ["md5:x", "crc64xz:b"], expected: .mismatched),
    Row(
      name: "the destination's bytes are not what the destination says", source: ["md5:a"],
      destination: ["crc64xz:b"], readBack: ["md5:a", "crc64xz:x"], streamedBytes: nil, expected: .mismatched),
    // Somebody else's digests.
    Row(
      name: "imported, and not accepted", destination: ["md5:a"], streamedBytes: nil, imported: ["md5:a"],
      expected: .unverifiable(.sizeOnly)),
    Row(
      name: "imported and accepted", destination: ["md5:a"], streamedBytes: nil, imported: ["md5:a"],
      acceptsImported: true, expected: .verified(.endToEnd)),
    Row(
      name: "imported, accepted, and other than the destination's", destination: ["crc64xz:x"],
      streamedBytes: nil, imported: ["crc64xz:a"], acceptsImported: true, expected: .mismatched),
    Row(
      name: "imported of the destination, and not accepted", source: ["md5:a"], streamedBytes: nil,
      importedThere: ["md5:a"], expected: .unverifiable(.sizeOnly)),
    Row(
      name: "imported of the destination, and accepted", source: ["md5:a"], streamedBytes: nil,
      importedThere: ["md5:a"], acceptsImported: true, expected: .verified(.endToEnd)),
    Row(
      name: "imported of the destination, accepted, and what was sent as Content-MD5", source: ["md5:a"],
      destination: ["md5:a"], streamedBytes: nil, sentMD5: "md5:a", importedThere: ["md5:a"],
      acceptsImported: true, expected: .verified(.endToEnd)),
    Row(
      name: "imported of the destination, accepted, and other than the source's", source: ["crc64xz:a"],
      streamedBytes: nil, importedThere: ["crc64xz:x"], acceptsImported: true, expected: .mismatched),
    // No bytes.
    Row(
      name: "no bytes, and 32 digits that differ", source: ["md5:a", "crc64xz:0"],
      destination: ["md5:x", "crc64xz:0"], streamedBytes: nil, destinationSize: 0, size: 0,
      expected: .verified(.endToEnd)),
    Row(
      name: "no bytes, and a CRC that is not that of nothing", source: ["crc64xz:a", "crc64xz:0"],
      destination: ["crc64xz:0"], streamedBytes: nil, destinationSize: 0, size: 0, expected: .mismatched),
    Row(
      name: "no bytes at the source alone", source: ["crc64xz:0"], destination: ["crc64xz:0"],
      streamedBytes: nil, size: 0, expected: .mismatched),
    Row(
      name: "encrypted, so the source publishes nothing", destination: ["crc64xz:b"], streamedBytes: nil,
      encrypted: true, expected: .unverifiable(.encryptedETag)),
    // Nothing to compare.
    Row(name: "sizes only", streamedBytes: nil, expected: .unverifiable(.sizeOnly)),
    Row(
      name: "the destination publishes nothing", source: ["md5:a"], stream: ["md5:a"],
      expected: .unverifiable(.sizeOnly)),
    Row(
      name: "digests of other algorithms", source: ["md5:a"], destination: ["crc64xz:b"], streamedBytes: nil,
      expected: .unverifiable(.noCommonDigest)),
    Row(
      name: "CRC-64/NVME is not CRC-64/XZ", source: ["crc64nvme:b"], destination: ["crc64xz:b"],
      streamedBytes: nil, expected: .unverifiable(.noCommonDigest)),
    Row(
      name: "a composite value is not a whole one", source: ["sha256:a:3"], destination: ["sha256:a"],
      streamedBytes: nil, expected: .unverifiable(.noCommonDigest)),
  ]

  @Test("every row of the truth table holds", arguments: table)
  func row(_ row: Row) throws {
    #expect(summary(try verdict(row)) == row.expected)
  }
}

import AuditLedger
import Checksums
import ObjectStorage
import Testing
import Verification

/// Two rows of listings, and what they say of the bytes; nil for nothing.
private struct ListedRow: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var source: String?
  var destination: String?
  var sizes: (source: Int64, destination: Int64) = (3, 3)
  var types: (source: String?, destination: String?) = (nil, nil)
  var required = RequiredProof.auto
  var expected: Row.Expected?
}

private let md5 = "9e107d9d372bb6826bd81d3542a419d6"
private let zeros = String(repeating: "0", count: 32)
private let nothing = "d41d8cd98f00b204e9800998ecf8427e"

@Suite("what two rows of listings say")
struct ListedJudgementTests {
  private static let table: [ListedRow] = [
    // Shapes.
    ListedRow(testDescription: "equal MD5s", source: md5, destination: md5, expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "equal MD5s in another case", source: md5, destination: md5.uppercased(),
      expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "equal multipart ETags", source: "\(md5)-2", destination: "\(md5.uppercased())-2",
      expected: .verified(.endToEnd)),
    ListedRow(testDescription: "another MD5", source: md5, destination: nothing),
    ListedRow(testDescription: "other part counts", source: "\(md5)-2", destination: "\(md5)-3"),
    ListedRow(testDescription: "an MD5 and a multipart ETag", source: md5, destination: "\(md5)-1"),
    ListedRow(testDescription: "no ETag at the source", destination: md5),
    ListedRow(testDescription: "no ETag at the destination", source: md5),
    ListedRow(testDescription: "no ETag anywhere"),
    ListedRow(testDescription: "equal ETags of no such shape", source: "1a-2b", destination: "1a-2b"),
    ListedRow(testDescription: "a weak ETag", source: "W/\"\(md5)\"", destination: "W/\"\(md5)\""),
    // Placeholders.
    ListedRow(testDescription: "zeros on both sides", source: zeros, destination: zeros),
    ListedRow(testDescription: "zeros with a part count", source: "\(zeros)-1", destination: "\(zeros)-1"),
    ListedRow(testDescription: "the MD5 of nothing", source: nothing, destination: nothing),
    // Kinds.
    ListedRow(
      testDescription: "OSS says Normal", source: md5, destination: md5, types: (nil, "Normal"),
      expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "both say normal", source: md5, destination: md5, types: ("normal", "NORMAL"),
      expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "Multipart at the destination", source: "\(md5)-2", destination: "\(md5)-2",
      types: (nil, "Multipart")),
    ListedRow(
      testDescription: "Multipart on both sides", source: "\(md5)-2", destination: "\(md5)-2",
      types: ("Multipart", "Multipart")),
    ListedRow(
      testDescription: "Appendable at the source", source: md5, destination: md5, types: ("Appendable", nil)),
    ListedRow(
      testDescription: "Symlink at the destination", source: md5, destination: md5, types: (nil, "Symlink")),
    // Sizes.
    ListedRow(
      testDescription: "sizes differ under equal ETags", source: md5, destination: md5, sizes: (3, 4),
      expected: .mismatched),
    ListedRow(
      testDescription: "one side is empty", source: md5, destination: nothing, sizes: (3, 0),
      expected: .mismatched),
    ListedRow(
      testDescription: "sizes differ and nothing else is known", sizes: (4, 3), required: .readBack,
      expected: .mismatched),
    ListedRow(
      testDescription: "no bytes, and one ETag is of a multipart upload", source: nothing,
      destination: "\(md5)-1", sizes: (0, 0), expected: .verified(.endToEnd)),
    ListedRow(testDescription: "no bytes, no ETags", sizes: (0, 0), expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "no bytes, and a link that may lead to some", source: nothing, destination: nothing,
      sizes: (0, 0), types: (nil, "Symlink")),
    ListedRow(
      testDescription: "a link of no bytes at the source", source: nothing, destination: nothing,
      sizes: (0, 0), types: ("Symlink", nil)),
    // The policy.
    ListedRow(
      testDescription: "streamed is required", source: md5, destination: md5, required: .streamed,
      expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "end-to-end is required", source: md5, destination: md5, required: .endToEnd,
      expected: .verified(.endToEnd)),
    ListedRow(
      testDescription: "read-back is required", source: md5, destination: md5, required: .readBack),
    ListedRow(testDescription: "read-back is required of no bytes", sizes: (0, 0), required: .readBack),
  ]

  @Test("every row of the table holds", arguments: table)
  private func row(_ row: ListedRow) {
    func listed(_ eTag: String?, _ size: Int64, _ type: String?) -> ListedObject {
      ListedObject(key: ObjectKey("k"), size: size, eTag: eTag.map { ETag($0) }, objectType: type)
    }
    let verdict = VerificationPolicy(required: row.required).judge(
      listed(row.source, row.sizes.source, row.types.source),
      listed(row.destination, row.sizes.destination, row.types.destination))
    #expect(verdict.map(summary) == row.expected)
  }

  @Test("of no bytes the proof rests on the CRC-64/XZ of nothing, and of bytes on the ETag")
  func match() throws {
    let empty = ListedObject(key: ObjectKey("k"), size: 0)
    let policy = VerificationPolicy()
    // The published value: the register after no byte is its start, inverted.
    let zero = Checksum(.crc64xz, value: 0)
    #expect(policy.judge(empty, empty) == .verified(.endToEnd, try #require(ChecksumMatch(zero, zero))))
    let full = ListedObject(key: ObjectKey("k"), size: 43, eTag: ETag(md5))
    let digest = try #require(Checksum(.md5, hex: md5))
    #expect(policy.judge(full, full) == .verified(.endToEnd, try #require(ChecksumMatch(digest, digest))))
  }
}

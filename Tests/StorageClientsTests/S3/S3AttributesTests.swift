import Checksums
import ObjectStorage
import Testing

@testable import StorageClients

@Suite struct S3AttributesTests {
  static let md5 = "\"9e107d9d372bb6826bd81d3542a419d6\""

  struct ETagCase: Sendable {
    var eTag: String
    var bucket = "bucket"
    var fields: [(name: String, value: String)] = []
    var isMD5: Bool
  }

  static let eTagCases = [
    ETagCase(eTag: md5, isMD5: true),
    ETagCase(eTag: "9E107D9D372BB6826BD81D3542A419D6", isMD5: true),
    ETagCase(eTag: md5, fields: [("x-amz-server-side-encryption", "AES256")], isMD5: true),
    ETagCase(eTag: md5, fields: [("x-amz-server-side-encryption", "aws:kms")], isMD5: false),
    ETagCase(eTag: md5, fields: [("x-amz-server-side-encryption", "aws:kms:dsse")], isMD5: false),
    ETagCase(eTag: md5, fields: [("x-amz-server-side-encryption", "aws:fsx")], isMD5: false),
    ETagCase(
      eTag: md5, fields: [("X-Amz-Server-Side-Encryption-Customer-Algorithm", "AES256")], isMD5: false),
    ETagCase(eTag: md5, bucket: "data--use1-az4--x-s3", isMD5: false),
    // Replication brings the ETag along; other states of it are those of objects that were written here.
    ETagCase(eTag: md5, fields: [("x-amz-replication-status", "REPLICA")], isMD5: false),
    ETagCase(eTag: md5, fields: [("X-Amz-Replication-Status", "replica")], isMD5: false),
    ETagCase(eTag: md5, fields: [("x-amz-replication-status", "COMPLETED")], isMD5: true),
    ETagCase(eTag: md5, fields: [("x-amz-replication-status", "PENDING")], isMD5: true),
    ETagCase(eTag: "\"\(String(repeating: "0", count: 32))\"", isMD5: false),
    ETagCase(eTag: "\"9e107d9d372bb6826bd81d3542a419d6-2\"", isMD5: false),
    ETagCase(eTag: "W/\"9e107d9d372bb6826bd81d3542a419d6\"", isMD5: false),
    ETagCase(eTag: "\"9e107d9d372bb6826bd81d3542a419d\"", isMD5: false),
    ETagCase(eTag: "\"0x8DB1234567890AB\"", isMD5: false),
    ETagCase(eTag: "\"\"", isMD5: false),
  ]

  @Test(
    "the ETag of a completed upload is a digest only where the answer itself shows it",
    arguments: [
      ([], "bucket", false), ([("x-amz-server-side-encryption", "AES256")], "bucket", true),
      ([("x-amz-server-side-encryption", "aws:kms")], "bucket", false),
      ([("x-amz-server-side-encryption", "AES256")], "data--use1-az4--x-s3", false),
    ] as [([(name: String, value: String)], String, Bool)])
  func completed(_ fields: [(name: String, value: String)], _ bucket: String, _ isDigest: Bool) {
    let tag = ETag("9e107d9d372bb6826bd81d3542a419d6-2")
    let found = S3Attributes.compositeChecksums(ofCompleted: tag, HTTPFields(fields), bucket: bucket)
    #expect(found == (isDigest ? [tag.multipartShape] : []))
  }

  @Test("an ETag is an MD5 only where nothing shows that it is something else", arguments: eTagCases)
  func eTags(_ one: ETagCase) {
    let fields = HTTPFields(one.fields + [("ETag", one.eTag)])
    for isWhole in [true, false] {
      let found = S3Attributes.read(fields, size: 1, bucket: one.bucket, isWhole: isWhole)
      #expect((found.checksum(.md5) != nil) == one.isMD5)
      #expect(found.eTag != nil)
    }
  }

  @Test("an ETag of parts is taken under the same conditions as an MD5", arguments: eTagCases)
  func multipartETags(_ one: ETagCase) {
    guard let md5 = ETag(one.eTag).md5Shape else { return }
    let fields = HTTPFields(one.fields + [("ETag", "\"\(md5.hex)-12\"")])
    for isWhole in [true, false] {
      let found = S3Attributes.read(fields, size: 1, bucket: one.bucket, isWhole: isWhole)
      let expected = Checksum(.multipartETag, bytes: md5.bytes, partCount: 12)
      #expect(found.compositeChecksums == (one.isMD5 ? [expected] : []))
      #expect(found.checksums.isEmpty)
    }
  }

  @Test(
    "what kind of encryption is shown is told",
    arguments: [
      ([], nil), ([("x-amz-server-side-encryption", "AES256")], "AES256"),
      ([("x-amz-server-side-encryption", "aws:kms")], "aws:kms"),
      ([("x-amz-server-side-encryption-customer-algorithm", "AES256")], "SSE-C"),
    ] as [([(name: String, value: String)], String?)])
  func encryption(fields: [(name: String, value: String)], expected: String?) {
    let found = S3Attributes.read(HTTPFields(fields), size: 1, bucket: "b", isWhole: true)
    #expect(found.encryption == expected)
  }

  @Test(
    "a composite checksum carries its number of parts",
    arguments: [
      ("y/Q5Jg==-3", "COMPOSITE", nil, 3), ("y/Q5Jg==-3", nil, nil, 3),
      ("y/Q5Jg==-3", "FULL_OBJECT", nil, nil),
      ("y/Q5Jg==-0", "COMPOSITE", nil, nil), ("y/Q5Jg==-3x", "COMPOSITE", nil, nil),
      ("y/Q5Jg==", "COMPOSITE", nil, nil), ("y/Q5Jg==", "COMPOSITE", "\(md5.dropLast())-3\"", 3),
      ("y/Q5Jg==-2", "COMPOSITE", "\(md5.dropLast())-3\"", nil),
    ] as [(String, String?, String?, Int?)])
  func composites(value: String, type: String?, eTag: String?, count: Int?) {
    var fields = HTTPFields([
      ("x-amz-checksum-crc32", value), ("x-amz-server-side-encryption", "aws:kms"),
    ])
    if let type { fields.add("x-amz-checksum-type", type) }
    if let eTag { fields.add("etag", eTag) }
    let found = S3Attributes.read(fields, size: 1, bucket: "b", isWhole: true)
    #expect(found.compositeChecksums.map(\.partCount) == (count.map { [$0] } ?? []))
    #expect(found.checksums.isEmpty)
    let ranged = S3Attributes.read(fields, size: 1, bucket: "b", isWhole: false)
    #expect(ranged.compositeChecksums.isEmpty)
  }

  @Test("a checksum without a type is not the object's where an ETag of zeros counts parts")
  func zerosWithParts() {
    let fields = HTTPFields([
      ("ETag", "\"\(String(repeating: "0", count: 32))-5\""), ("x-amz-checksum-crc32", "y/Q5Jg=="),
    ])
    let found = S3Attributes.read(fields, size: 1, bucket: "b", isWhole: true)
    #expect(found.checksums.isEmpty && found.compositeChecksums.isEmpty)
  }

  @Test(
    "checksums of the whole object are taken, composite ones are not",
    arguments: [
      ("x-amz-checksum-crc64nvme", "rosUhgp5mIg=", "FULL_OBJECT", ChecksumAlgorithm?.some(.crc64nvme)),
      ("x-amz-checksum-crc32", "y/Q5Jg==", "FULL_OBJECT", .crc32),
      ("x-amz-checksum-crc32c", "4waSgw==", nil, .crc32c),
      ("x-amz-checksum-crc32c", "4waSgw==", "COMPOSITE", nil),
      ("x-amz-checksum-crc32c", "4waSgw==-3", nil, nil),
      ("x-amz-checksum-sha1", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "FULL_OBJECT", .sha1),
      ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "FULL_OBJECT", .sha256),
      ("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-2", "COMPOSITE", nil),
      ("x-amz-checksum-crc32", "not base64", "FULL_OBJECT", nil),
      ("x-amz-checksum-crc64nvme", "y/Q5Jg==", "FULL_OBJECT", nil),
    ])
  func checksums(name: String, value: String, type: String?, expected: ChecksumAlgorithm?) {
    var fields = HTTPFields([(name, value)])
    if let type { fields.add("x-amz-checksum-type", type) }
    let whole = S3Attributes.read(fields, size: 1, bucket: "b", isWhole: true)
    #expect(whole.checksums.map(\.algorithm) == (expected.map { [$0] } ?? []))
    #expect(S3Attributes.read(fields, size: 1, bucket: "b", isWhole: false).checksums.isEmpty)
  }

  @Test(
    "an object whose ETag is that of one piece has no parts",
    arguments: [(md5, nil), ("\"\(md5.dropFirst().dropLast())-8\"", 8)])
  func partCount(eTag: String, count: Int?) {
    let fields = HTTPFields([("ETag", eTag), ("x-amz-mp-parts-count", "8")])
    let found = S3Attributes.read(fields, size: 1, bucket: "b", isWhole: false)
    #expect(found.partCount == count)
  }

  @Test("fields become attributes, user metadata byte for byte")
  func attributes() {
    let fields = HTTPFields([
      ("Content-Type", "text/csv"), ("Last-Modified", "Tue, 02 Jan 2024 03:04:05 GMT"),
      ("x-amz-meta-Title", "=?UTF-8?B?5pel5pys?="), ("x-amz-meta-a_b", " 1 , 2"),
      ("x-amz-version-id", "v1"), ("x-amz-mp-parts-count", "3"), ("x-amz-request-id", "R"),
    ])
    let found = S3Attributes.read(fields, size: 7, bucket: "b", isWhole: true)
    #expect(found.size == 7)
    #expect(found.lastModifiedAt?.iso8601 == "2024-01-02T03:04:05.000Z")
    #expect(found.metadata.contentType == "text/csv")
    #expect(
      found.metadata.user == [
        .init(name: "a_b", value: " 1 , 2"), .init(name: "title", value: "=?UTF-8?B?5pel5pys?="),
      ])
    #expect(found.versionID == "v1")
    #expect(found.partCount == 3)
    #expect(found.requestID == "R")
    #expect(found.storageClass == "STANDARD")
  }
}

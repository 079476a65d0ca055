import Checksums
import ObjectStorage
import Testing
import Verification

@Suite("completion reports of S3 Batch Operations")
struct ImportBatchReportTests {
  /// A row of a task that succeeded.
  static func row(
    key: String = "a", version: String = "", hex: String? = nil, base64: String? = nil,
    algorithm: String? = "CRC32",
    type: String? = "FULL_OBJECT", etag: String = "25f9e794323b453885f5181f1b624d0b"
  ) -> String {
    let members = [
      ("checksum_base64", base64), ("etag", etag), ("checksumAlgorithm", algorithm), ("checksumType", type),
      ("checksum_hex", hex),
    ]
    let json = members.compactMap { name, value in value.map { #"""\#(name)"":""\#($0)"""# } }.joined(
      separator: ",")
    return #"bucket,\#(key),\#(version),succeeded,200,,"{\#(json)}""#
  }

  @Test("a report is read: keys decoded, composite values with their parts, failed and unknown ones counted")
  func report() throws {
    let found = try findings(ofFixture: "batch.csv", .s3Batch)
    #expect(
      found.digests == [
        "orders/2024-03-01/part 0001.csv": ["crc64nvme 80c4e12fabc5ff7a"],
        "orders/2024-03-01/résumé+100%.txt": ["md5 5eb63bbbe01eeed093cb22bb8f5acdc3"],
        "orders/2024-03-02/big.bin": [
          "sha256 8fe3a60a042dbd7244e7f9700bd5210d359f9d99c77d5e138a8b4075e3c47265-3"
        ],
      ])
    #expect(found.withoutDigest == 2 && found.count == 5)
    #expect(found.rows.map(\.versionID) == [nil, nil, "3HL4kqtJvjVBH40Nrjfkd"])
    #expect(found.rows.map(\.bucket) == ["harbor-src-tokyo", "harbor-src-tokyo", "harbor-src-tokyo"])
    #expect(found.rows[0].eTag == ETag("1ecff84a5261d5984a64e70da3ebafc6"))
  }

  @Test("the row that the vendor prints as its example is read")
  func example() {
    let line = #"""
      amzn-s3-demo-bucket1,s3-standard-1mb-test-object,,succeeded,200,,"{""checksum_base64"":""bS9TOQ\u003d\u003d"",""etag"":""3c3c1813042989094598e4b57ecbdc82"",""checksumAlgorithm"":""CRC32"",""checksumType"":""FULL_OBJECT"",""checksum_hex"":""6D2F5339""}"
      """#
    #expect(findings([line], .s3Batch).digests == ["s3-standard-1mb-test-object": ["crc32 6d2f5339"]])
  }

  static let good: [(line: String, key: String, digest: String)] = [
    (row(base64: "y/Q5Jg=="), "a", "crc32 cbf43926"), (row(hex: "CBF43926"), "a", "crc32 cbf43926"),
    (row(base64: "y/Q5Jg==-3", type: "COMPOSITE"), "a", "crc32 cbf43926-3"),
    (
      row(base64: "y/Q5Jg==", type: "COMPOSITE", etag: "25f9e794323b453885f5181f1b624d0b-7"), "a",
      "crc32 cbf43926-7"
    ),
    (row(base64: "y/Q5Jg==", type: nil, etag: "25f9e794323b453885f5181f1b624d0b-7"), "a", "crc32 cbf43926-7"),
    (
      row(base64: "y/Q5Jg==", type: "FULL_OBJECT", etag: "25f9e794323b453885f5181f1b624d0b-7"), "a",
      "crc32 cbf43926"
    ),
    (row(key: #""a%2Cb""#, base64: "y/Q5Jg=="), "a,b", "crc32 cbf43926"),
    (row(key: "a+b%2Bc", base64: "y/Q5Jg=="), "a b+c", "crc32 cbf43926"),
  ]

  @Test("a good row gives its key and digest", arguments: good)
  func eachGood(_ row: (line: String, key: String, digest: String)) {
    #expect(
      findings([row.line], .s3Batch).digests == [row.key: [row.digest]], "\(findings([row.line], .s3Batch))")
  }

  static let bad: [(line: String, says: String)] = [
    (row(base64: "y/Q5Jg==", type: "COMPOSITE"), "number of parts"),
    (row(base64: "y/Q5Jg==-3", type: "FULL_OBJECT"), "full object"),
    (row(base64: "y/Q5Jg==-3", type: "COMPOSITE", etag: "25f9e794323b453885f5181f1b624d0b-4"), "contradicts"),
    (row(base64: "y/Q5Jg==-0", type: "COMPOSITE"), "parts"),
    (row(base64: "y/Q5Jg==-x", type: "COMPOSITE"), "Base64"),
    (row(base64: "y/Q5Jg==", type: "HALF"), "HALF"), (row(hex: "CBF43927", base64: "y/Q5Jg=="), "differ"),
    (row(base64: "y/Q5"), "Base64"), (row(), "no checksum"),
    (row(base64: "y/Q5Jg==", algorithm: nil), "no checksum"),
    (row(key: "a%zz", base64: "y/Q5Jg=="), "percent-encoded"),
    (row(key: "", base64: "y/Q5Jg=="), "percent-encoded"),
    ("bucket,a,,succeeded,200,,not json", "JSON"), ("bucket,a,,succeeded,200,,\"{\"\"checksum", "cells"),
    ("bucket,a,,succeeded,200", "cells"), ("bucket,a,,waiting,200,,x", "status"), ("bucket,a", "not a row"),
    (row(base64: "y/Q5Jg==").replacing("bucket,", with: ","), "no bucket"),
  ]

  @Test("a bad row is a problem with its cause", arguments: bad)
  func eachBad(_ row: (line: String, says: String)) {
    let found = findings([row.line], .s3Batch)
    #expect(found.rows.isEmpty && found.problems.count == 1, "\(found)")
    #expect(found.problems.first?.contains(row.says) == true, "\(found)")
  }

  @Test("a header and blank lines are no rows")
  func header() {
    let lines = [
      "Bucket,Key,VersionId,TaskStatus,ErrorCode,HTTPStatusCode,ResultMessage", "", Self.row(hex: "CBF43926"),
    ]
    #expect(findings(lines, .s3Batch).map(\.line) == [3])
  }
}

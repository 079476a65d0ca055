import Checksums
import ObjectStorage
import Testing
import Verification

@Suite("dumps of object attributes")
struct ImportAttributesTests {
  static let dumps = ["attributes.jsonl", "attributes.json", "head.jsonl"]

  @Test("what the AWS CLI printed is read, one object a line or a list over many lines", arguments: dumps)
  func printed(_ file: String) throws {
    let found = try findings(ofFixture: file, .attributes)
    #expect(
      found.digests == [
        "orders/a b.csv": ["sha256 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
        "orders/日本語.csv": ["crc32 cbf43926"],
        "orders/big.bin": ["sha256 7bef2772e0c3f5463d8deb172a6bc3a8fed27efb026ea64d58b666a25f0a69cb-2"],
      ], "\(found)")
    #expect(found.rows.map(\.size) == [9, 9, 12_000_000])
    #expect(found.rows[2].eTag == ETag("20fec6e2fe5e6abcc5b1795b53ea5b1d-2"))
    #expect(found.rows.allSatisfy { $0.modifiedAt?.basicDate == "20261123" })
    #expect(found.count == 3)
  }

  static let good: [(line: String, digests: [String])] = [
    (
      #"{"Key":"a","Checksum":{"ChecksumCRC64NVME":"rosUhgp5mIg=","ChecksumType":"FULL_OBJECT"},"ETag":"f087970699948871cf62b9bfbaf871c1-3"}"#,
      ["crc64nvme ae8b14860a799888"]
    ),
    (
      #"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg=="},"ObjectParts":{"TotalPartsCount":3}}"#,
      ["crc32 cbf43926-3"]
    ),
    (
      #"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg=="},"ObjectParts":{"PartsCount":3}}"#,
      ["crc32 cbf43926-3"]
    ),
    (#"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg=="}}"#, ["crc32 cbf43926"]),
    (
      #"{"Key":"a","Checksum":{"ChecksumCRC64NVME":"rosUhgp5mIg="},"ObjectParts":{"TotalPartsCount":3}}"#,
      ["crc64nvme ae8b14860a799888"]
    ),
    (
      #"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg==","ChecksumCRC64NVME":"rosUhgp5mIg=","ChecksumType":"FULL_OBJECT"}}"#,
      ["crc32 cbf43926", "crc64nvme ae8b14860a799888"]
    ),
    (#"  {"Key":"a", "ChecksumCRC32": "y/Q5Jg==-2", "Other": [{"x": "}"}, "\"]"]}"#, ["crc32 cbf43926-2"]),
  ]

  @Test("a good object gives its digests", arguments: good)
  func eachGood(_ row: (line: String, digests: [String])) {
    #expect(
      findings([row.line], .attributes).digests == ["a": row.digests], "\(findings([row.line], .attributes))")
  }

  static let bad: [(lines: [String], says: String)] = [
    ([#"{"ETag":"a"}"#], "no Key"), ([#"{"Key":1}"#], "Key is not"), ([#"{"Key":"","ETag":"x"}"#], "empty"),
    ([#"{"Key":"a","ObjectSize":-1}"#], "negative"),
    ([#"{"Key":"a","ChecksumCRC32":"y/Q5Jg==","PartsCount":3}"#], "one part"),
    ([#"{"Key":"a","ChecksumCRC32":"y/Q5Jg==","ContentRange":"bytes 0-8/9"}"#], "one part"),
    ([#"{"Key":"a","ObjectSize":"9"}"#], "ObjectSize"),
    ([#"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5"}}"#], "Base64"),
    ([#"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg==","ChecksumType":"COMPOSITE"}}"#], "number of parts"),
    ([#"{"Key":"a","Checksum":"none"}"#], "Checksum is not"), ([#"{"Key":"a" 1}"#], "JSON"),
    (["null"], "not a JSON object"),
    ([#"{"Key":"a"]"#], "brackets"), ([#"{"Key":"a"#], "closed on its line"),
    ([#"{"Key":"#], "the file is cut"),
    ([#"[{"Key":"a","ETag":"x"}"#], "the list is not closed"),
    ([String(repeating: #"{"a":"#, count: 40)], "levels"),
    ([#"{"a":"# + String(repeating: "[", count: 40)], "levels"),
  ]

  @Test("a bad object is a problem with its cause", arguments: bad)
  func eachBad(_ row: (lines: [String], says: String)) {
    let found = findings(row.lines, .attributes)
    #expect(found.rows.isEmpty && found.problems.count == 1, "\(found)")
    #expect(found.problems.first?.contains(row.says) == true, "\(found)")
  }

  @Test("a cut object takes no digest of its neighbours, and those behind are read")
  func cut() {
    let whole = #"{"Key":"b","Checksum":{"ChecksumCRC32":"y/Q5Jg=="}}"#
    for cut in [#"{"Key":"a","Checksum":{"ChecksumCRC32":"y/Q5Jg=="}"#, #"{"Key":"a","Che"#, #"{"Key":"a","#]
    {
      let found = findings([cut, whole, whole.replacing("b", with: "c")], .attributes)
      #expect(
        Set(found.digests.keys).isSubset(of: ["b", "c"]) && found.digests["c"] != nil, "\(cut): \(found)")
      #expect(found.problems.count == 1 && found.first?.line == 1, "\(cut): \(found)")
    }
  }

  @Test("an object without a checksum that is known here is counted")
  func withoutDigest() {
    let lines = [
      #"{"Key":"a","ETag":"x"}"#,
      #"{"Key":"b","Checksum":{"ChecksumXXHASH3":"AAAA"}} {"Key":"c","Checksum":null}"#,
    ]
    #expect(findings(lines, .attributes).map(\.content) == [.withoutDigest, .withoutDigest, .withoutDigest])
  }
}

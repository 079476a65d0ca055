import AuditLedger
import Checksums
import ObjectStorage
import Testing
import Verification

@Suite("lists of Data Online Migration")
struct ImportMigrationListTests {
  private static let crc64xz = [
    "part 0001.csv": "af0ed4d8f7daa82d", "résumé+100%.txt": "53037ecdef2352da",
    "日本語/注文.csv": "745df6a8e0815eb6",
    "a&b<c>.csv": "995dc9bbdf1939fa",
  ]

  @Test("the older completed list: plain names with every character that others would encode")
  func completed() throws {
    let found = try findings(ofFixture: "harbor-job_completed_list", .migration, side: .destination)
    #expect(found.rows.count == 6 && found.count == 6)
    for (name, value) in Self.crc64xz {
      let day = name.hasPrefix("a") ? "02" : "01"
      #expect(found.digests["orders/2024-03-\(day)/\(name)"] == ["crc64xz \(value)"], "\(name)")
    }
    #expect(found.digests["orders/2024-03-02/"] == ["crc64xz 0000000000000000"])
    #expect(found.rows.map(\.size) == [40, 11, 25, 0, 9, 10_486_537])
  }

  @Test(
    "the other older lists have rows, and no digest",
    arguments: ["harbor-job_total_list", "harbor-job_error_list"])
  func withoutDigests(_ file: String) throws {
    let found = try findings(ofFixture: file, .migration)
    #expect(!found.isEmpty && found.withoutDigest == found.count, "\(found)")
  }

  @Test("the newer total list: each side has its own names and digests")
  func total() throws {
    let destination = try findings(ofFixture: "total_list_0", .migration, side: .destination)
    #expect(destination.rows.count == 6 && destination.withoutDigest == 1 && destination.count == 7)
    #expect(
      destination.digests["from-s3/orders/2024-03-01/résumé+100%.txt"] == [
        "md5 5eb63bbbe01eeed093cb22bb8f5acdc3", "crc64xz 53037ecdef2352da",
      ])
    #expect(destination.digests["from-s3/orders/2024-03-02/big.bin"] == ["crc64xz f27b0ffc937312ea"])
    let source = try findings(ofFixture: "total_list_0", .migration, side: .source)
    #expect(source.digests["orders/2024-03-01/part 0001.csv"] == ["md5 1ecff84a5261d5984a64e70da3ebafc6"])
    #expect(source.digests["orders/2024-03-03/cold.tar"] == ["md5 e697568721ac4eef4c8a9acfff451b97"])
    #expect(source.withoutDigest == 1)
    #expect(source.rows[0].modifiedAt == Timestamp(iso8601: "2024-03-01T02:15:09Z"))
    #expect(try findings(ofFixture: "failed_list_0", .migration, side: .destination).withoutDigest == 1)
  }

  private static let wide =
    "a%20b,x/a%20b,3,3,,,11051210869376104954,11051210869376104954,2024-03-01 02:15:09,,2024-03-01 02:15:09,2024-03-01 02:15:10"

  @Test("the newer list without its header is read in the documented order, with any of its separators")
  func headerless() {
    for separator in [",", "\t", "|"] {
      let line = Self.wide.replacing(",", with: separator)
      let found = findings([line], .migration, side: .destination)
      #expect(found.digests == ["x/a b": ["crc64xz 995dc9bbdf1939fa"]], "\(found)")
      #expect(found.rows.first?.modifiedAt == nil)
    }
  }

  @Test("a CRC-64 of the source counts only where it can be no other polynomial's")
  func sourceCRC() {
    #expect(findings([Self.wide], .migration, side: .source, sourceKind: .s3).withoutDigest == 1)
    #expect(findings([Self.wide], .migration, side: .source, sourceKind: .oss).digests["a b"]?.count == 1)
    #expect(
      findings([Self.wide], .migration, side: .destination, sourceKind: .s3).digests["x/a b"]?.count == 1)
  }

  static let separators: [(lines: [String], name: String)] = [
    (["a b.csv\t9\t11051210869376104954\t2024-03-12 07:00:00"], "a b.csv"),
    (["a,b.csv,9,11051210869376104954,2024-03-12 07:00:00"], "a,b.csv"),
    (["\"a,\"\"b.csv\",9,11051210869376104954,2024-03-12T07:00:00Z"], "a,\"b.csv"),
    (["a|b.csv|9|11051210869376104954|1710226800"], "a|b.csv"),
    (["a b.csv  9   11051210869376104954  2024-03-12 07:00:00"], "a b.csv"),
    (["a\tb\t9\t11051210869376104954\tThu Sep 27 16:21:25 CST 2018"], "a\tb"),
    (["file name,file size,checksum (CRC64),time", "a%20b,9,11051210869376104954,1710226800000"], "a b"),
    (["50%.csv\t9\t11051210869376104954\t2024-03-12 07:00:00"], "50%.csv"),
    (["a+b\t9\t11051210869376104954\t2024-03-12 07:00:00"], "a+b"),
  ]

  @Test("separator, header and spelling are told from the first rows", arguments: separators)
  func separator(_ row: (lines: [String], name: String)) {
    let found = findings(row.lines, .migration)
    #expect(found.rows.map(\.name) == [ObjectKey(row.name)], "\(found)")
    #expect(found.rows.first?.checksums == [Checksum(.crc64xz, value: 0x995D_C9BB_DF19_39FA)])
    #expect(found.rows.first?.size == 9 && found.count == 1)
  }

  static let bad: [(line: String, says: String)] = [
    ("a\t9\t18446744073709551616\t2024-03-12 07:00:00", "name, size"),
    ("a\t-9\t1\t2024-03-12 07:00:00", "name, size"),
    ("a\t9\tab12\t2024-03-12 07:00:00", "name, size"), ("a\t9\t1\tyesterday", "name, size"),
    ("\t9\t1\t2024-03-12 07:00:00", "name, size"),
    ("a,9,1,2024-03-12 07:00:00", "name, size"), ("é%20\t9\t1\t2024-03-12 07:00:00", "percent-encoded"),
    ("a%20+\t9\t1\t2024-03-12 07:00:00", "blank or itself"),
    ("s3://b/x\t9\t1\t2024-03-12 07:00:00", "name, size"),
  ]

  @Test("a row that contradicts the first ones is a problem", arguments: bad)
  func eachBad(_ row: (line: String, says: String)) {
    let found = findings(["a%20b\t9\t1\t2024-03-12 07:00:00", row.line], .migration)
    #expect(found.rows.count == 1 && found.problems.count == 1, "\(found)")
    #expect(found.problems.first?.contains(row.says) == true, "\(found)")
  }

  static let badWide: [(old: String, new: String, says: String)] = [
    ("x/a%20b", "x/a b", "percent-encoded"), ("x/a%20b", "x/a+b", "blank or itself"),
    ("3,3,,,", "3,3,,xyz,", "MD5"),
    ("3,3,,,", "3,x,,,", "size"), ("4,1105", "4,x1105", "CRC-64"), ("3,3,,,", "3,3,,,,", "12 columns"),
    ("a%20b,x", "\"a,x", "12 columns"),
  ]

  @Test("a row of the newer list that cannot be read is a problem", arguments: badWide)
  func eachBadWide(_ row: (old: String, new: String, says: String)) {
    let found = findings(
      [Self.wide, Self.wide.replacing(row.old, with: row.new, maxReplacements: 1)], .migration,
      side: .destination)
    #expect(found.rows.count == 1 && found.problems.count == 1, "\(found)")
    #expect(found.problems.first?.contains(row.says) == true, "\(found)")
  }
}

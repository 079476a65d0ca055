import Foundation
import SavedReports
import StorageTesting
import Testing

@Suite("telling what a saved listing is")
struct SavedSnifferTests {
  static let files: [(name: String, format: SavedFormat)] = [
    ("listings/s3-listv2-page1.xml", .xml), ("listings/oss-list-versions.xml", .xml),
    ("listings/oss-list-v1-page2-plain.xml", .xml), ("inventory/aws/v2.json", .awsJSON),
    ("inventory/aws/v2-page2.json", .awsJSON), ("inventory/aws/v1-page1.json", .awsJSON),
    ("inventory/aws/versions.json", .awsJSON), ("inventory/aws/v2-query.json", .awsJSON),
    ("inventory/aws/empty.json", .awsJSON), ("inventory/aws/hostile.json", .awsJSON),
    ("inventory/rclone/harbour.json", .rcloneJSON), ("inventory/rclone/hostile.json", .rcloneJSON),
    ("inventory/s3/daily-all/2024-03-11T00-00Z/manifest.json", .inventory),
    ("inventory/oss/all/2024-03-12T00-00Z/manifest.json", .inventory),
    ("evidence/harbor-job_total_list", .migration), ("evidence/harbor-job_completed_list", .migration),
    ("evidence/harbor-job_error_list", .migration), ("evidence/total_list_0", .migration),
  ]

  @Test("every listing of the fixtures is told from its first bytes", arguments: files)
  func known(_ file: (name: String, format: SavedFormat)) throws {
    let bytes = Array(try Fixtures.data(file.name))
    #expect(try SavedSniffer.format(ofHead: bytes.prefix(64 << 10)) == file.format)
    #expect(
      try SavedSniffer.format(ofHead: ([0xEF, 0xBB, 0xBF] + bytes.prefix(64 << 10))[...]) == file.format)
  }

  static let texts: [(text: String, format: SavedFormat)] = [
    ("a/b.csv\na/c d.csv\n", .keys), ("one\n", .keys), ("a\r\nb\r\n", .keys), ("a\u{0}b\nc\u{0}", .keys),
    ("[]", .rcloneJSON), ("[\n]\n", .rcloneJSON), ("  <?xml version=\"1.0\"?>", .xml), ("<html>", .xml),
    ("%50\n2024-01-01/x\n", .keys),
  ]

  @Test("small texts are told too", arguments: texts)
  func small(_ row: (text: String, format: SavedFormat)) throws {
    #expect(try SavedSniffer.format(ofHead: Array(row.text.utf8)[...]) == row.format)
  }

  static let unknown: [(text: String, says: String)] = [
    ("", "empty"), (" \n\n", "empty"), ("{}", "JSON"), ("{\"error\":\"x\"}", "JSON"), ("[1]", "JSON"),
    ("[{\"Name\":\"x\"}]", "JSON"), ("{\"Path\":\"top\",\"IsDir\":false}", "JSON"),
    ("PAR1\u{15}\u{4}", "export as CSV"),
    ("ORC\n\u{0}\u{1}", "export as CSV"), ("a\tb\nc\td\n", "control characters"),
    ("\"b\",\"k\",\"1\"\n", "manifest.json"),
    ("b,k,1\nb,l,2\n", "CSV"), ("a;b\nc;d\n", "CSV"), ("\n\na\n", "no keys"), ("\u{0}\u{0}a\u{0}", "no keys"),
    ("2024-03-01 02:15:09         40 a.csv\n", "columns"),
    ("                           PRE a/\n", "columns or blanks"),
    ("900150983cd24fb0d6963f7d28e17f72  a\n", "columns"), ("gs://bucket/a\n", "columns"),
    ("An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied\n", "blanks"),
    (String(repeating: "k", count: 2000) + "\nx\n", "too long"),
  ]

  @Test("what is no listing is not taken for one, and the way out is named", arguments: unknown)
  func eachUnknown(_ row: (text: String, says: String)) {
    let error = #expect(throws: ReportProblem.self, "\(row.text)") {
      try SavedSniffer.format(ofHead: Array(row.text.utf8)[...])
    }
    let says = row.says == "columns or blanks" ? ["columns", "blanks"] : [row.says]
    #expect(says.contains { error?.cause.contains($0) == true }, "\(error?.cause ?? "none")")
  }

  @Test("UTF-16 is named, and bytes that are no text are no keys")
  func binary() {
    for (bytes, says) in [
      ([0xFF, 0xFE, 0x61, 0], "UTF-16"), ([0xFE, 0xFF, 0, 0x61], "UTF-16"), ([0x80, 0x81, 10], "no keys"),
    ]
      as [([UInt8], String)]
    {
      let error = #expect(throws: ReportProblem.self) { try SavedSniffer.format(ofHead: bytes[...]) }
      #expect(error?.cause.contains(says) == true, "\(error?.cause ?? "none")")
    }
  }
}

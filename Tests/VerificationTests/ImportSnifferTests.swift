import Foundation
import ObjectStorage
import StorageTesting
import Testing
import Verification

@Suite("telling what a report is")
struct ImportSnifferTests {
  static let files: [(name: String, kind: EvidenceKind, isZeroTerminated: Bool)] = [
    ("gnu.md5", .md5sum, false), ("gnu.sha1.binary", .sha1sum, false), ("gnu.sha256.tag", .sha256sum, false),
    ("openssl.sha256", .sha256sum, false), ("find.md5", .md5sum, false), ("zero.md5", .md5sum, true),
    ("rclone.md5", .md5sum, false), ("rclone.crc32", .rclone, false), ("rclone.md5.base64", .rclone, false),
    ("rclone.sha256.base64", .rclone, false), ("batch.csv", .s3Batch, false),
    ("attributes.jsonl", .attributes, false),
    ("attributes.json", .attributes, false), ("head.jsonl", .attributes, false),
    ("harbor-job_completed_list", .migration, false), ("harbor-job_total_list", .migration, false),
    ("total_list_0", .migration, false), ("failed_list_0", .migration, false),
  ]

  @Test("every report of the fixtures is told from its first lines", arguments: files)
  func known(_ file: (name: String, kind: EvidenceKind, isZeroTerminated: Bool)) throws {
    let bytes = Array(try Fixtures.data("evidence/\(file.name)"))
    #expect(EvidenceSniffer.kind(ofHead: bytes[...], isZeroTerminated: file.isZeroTerminated) == file.kind)
    let windows = Array(String(decoding: bytes, as: UTF8.self).replacing("\n", with: "\r\n").utf8)
    if !file.isZeroTerminated { #expect(EvidenceSniffer.kind(ofHead: windows[...]) == file.kind) }
  }

  static let unknown = [
    "", "\n\n", "hello world\n", "{\"files\":[]}", "[]", "name,size\na,1\n", "\u{0}\u{1}\u{2}", "%PDF-1.4\n",
    "900150983cd24fb0d6963f7d28e17f72 one-blank\n",
    "{\"Results\":[{\"Bucket\":\"b\",\"MD5Checksum\":\"x\",\"Key\":\"k\"}]}",
    "GET 200 1234 1710226800\n", "bucket,key,1,2,3\n",
    "\"bucket\",\"a%20b\",\"\",\"true\",\"false\",\"12\",\"2024-01-01T00:00:00.000Z\"\n",
    String(repeating: "-\n", count: 30) + "900150983cd24fb0d6963f7d28e17f72  a\n",
  ]

  @Test("what is no report is not taken for one", arguments: unknown)
  func eachUnknown(_ text: String) {
    #expect(EvidenceSniffer.kind(ofHead: Array(text.utf8)[...]) == nil)
  }

  @Test("a first line that is no row does not hide the kind of the next ones")
  func commentFirst() {
    let text = "# made yesterday\n\n900150983cd24fb0d6963f7d28e17f72  a\n"
    #expect(EvidenceSniffer.kind(ofHead: Array(text.utf8)[...]) == .md5sum)
  }

  @Test("the error of an unknown file names it, the choices, and UTF-16 where it is that")
  func error() {
    let error = EvidenceSniffer.unknown("a\u{1b}.txt", head: [])
    #expect(error.message.contains("a\\u{1b}.txt") && error.message.contains("--format"))
    for kind in EvidenceKind.allCases { #expect(error.message.contains(kind.rawValue)) }
    #expect(EvidenceSniffer.unknown("a", head: [0xFF, 0xFE, 0x39, 0][...]).message.contains("UTF-16"))
  }
}

import AuditLedger
import Checksums
import ObjectStorage
import SavedReports
import Testing
import Verification

/// A list that a real program printed, and how it is to be read.
struct PrintedList: Sendable, CustomTestStringConvertible {
  var file: String
  var kind: EvidenceKind
  var algorithm: ChecksumAlgorithm
  var names: @Sendable (String) -> String? = { $0 }
  var isZeroTerminated = false

  var testDescription: String { file }
}

@Suite("lists of checksums")
struct ImportChecksumListTests {
  private static let topOnly: @Sendable (String) -> String? = { $0.contains("/") ? nil : $0 }

  static let printed = [
    PrintedList(file: "gnu.md5", kind: .md5sum, algorithm: .md5, names: topOnly),
    PrintedList(file: "gnu.sha1.binary", kind: .sha1sum, algorithm: .sha1, names: topOnly),
    PrintedList(file: "gnu.sha256.tag", kind: .sha256sum, algorithm: .sha256, names: topOnly),
    PrintedList(
      file: "openssl.sha256", kind: .sha256sum, algorithm: .sha256,
      names: { ["a b.txt", "empty", "sub/日本語.csv"].contains($0) ? $0 : nil }),
    PrintedList(file: "find.md5", kind: .md5sum, algorithm: .md5, names: { "./\($0)" }),
    PrintedList(
      file: "zero.md5", kind: .md5sum, algorithm: .md5, names: { "./\($0)" }, isZeroTerminated: true),
    PrintedList(file: "rclone.md5", kind: .rclone, algorithm: .md5, names: symbolic),
    PrintedList(file: "rclone.sha1", kind: .rclone, algorithm: .sha1, names: symbolic),
    PrintedList(file: "rclone.sha256", kind: .rclone, algorithm: .sha256, names: symbolic),
    PrintedList(file: "rclone.crc32", kind: .rclone, algorithm: .crc32, names: symbolic),
    PrintedList(file: "rclone.md5.base64", kind: .rclone, algorithm: .md5, names: symbolic),
    PrintedList(file: "rclone.sha256.base64", kind: .rclone, algorithm: .sha256, names: symbolic),
  ]

  @Test("every name and digest of a list that a real program printed is read", arguments: printed)
  func eachPrinted(_ list: PrintedList) throws {
    let found = try findings(ofFixture: list.file, list.kind, isZeroTerminated: list.isZeroTerminated)
    var expected: [String: [String]] = [:]
    for (name, contents) in listedFiles {
      guard let key = list.names(name).map({ ObjectKey($0) }) else { continue }
      expected[key.shown] = [
        "\(list.algorithm.rawValue) \(Checksum.of(Array(contents.utf8), list.algorithm).hex)"
      ]
    }
    #expect(found.digests == expected)
    #expect(found.count == expected.count)
  }

  private static let md5 = "900150983cd24fb0d6963f7d28e17f72"
  private static let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

  static let good: [(line: String, name: String)] = [
    ("\(md5)  a", "a"), ("\(md5) *a", "a"), ("\(md5)   a ", " a "), ("\(md5)  *a", "*a"),
    ("\(md5) **a", "*a"),
    ("\(md5.uppercased())  a", "a"), ("\(md5)  a\\nb", "a\\nb"), ("\\\(md5)  a\\nb\\\\c\\r", "a\nb\\c\r"),
    ("\\\(md5) *a\\\\", "a\\"), ("MD5 (a) = \(md5)", "a"), ("MD5 (a) = b) = \(md5)", "a) = b"),
    ("MD5(a)= \(md5)", "a"), ("\\MD5 (a\\nb) = \(md5)", "a\nb"),
    ("MD5 (MD5 (a) = x) = \(md5)", "MD5 (a) = x"),
    ("\(md5)  ../../etc/passwd", "../../etc/passwd"), ("\(md5)  \u{301}e\u{301}", "\u{301}e\u{301}"),
  ]

  @Test("a good row gives its name byte for byte", arguments: good)
  func eachGood(_ row: (line: String, name: String)) throws {
    let found = findings([row.line], .md5sum)
    #expect(found.rows.map(\.name) == [ObjectKey(row.name)], "\(found)")
    #expect(found.rows.first?.checksums.map(\.hex) == [Self.md5])
  }

  static let bad: [(line: String, says: String)] = [
    ("\(md5) a", "two blanks"), ("\(md5)\ta", "two blanks"), ("\(md5)", "two blanks"),
    ("\(md5)  ", "no name"),
    ("\(md5.dropLast())  a", "two blanks"), ("\(md5)0  a", "two blanks"),
    ("\(md5.dropLast())g  a", "two blanks"),
    ("\\\(md5)  a\\tb", "backslash"), ("\\\(md5)  a\\", "backslash"), ("\\\\\(md5)  a", "two blanks"),
    ("MD5 (a) = \(md5)0", "two blanks"), ("MD5 () = \(md5)", "no name"), ("MD5 (a) \(md5)", "two blanks"),
    ("SHA512 (a) = \(sha256)\(sha256)", "two blanks"), ("\(sha256)  a", "sha256"),
    ("SHA256 (a) = \(sha256)", "sha256"), ("not a row", "two blanks"), ("=  a", "two blanks"),
    ("kAFQmDzST7DWlj99KOF_cg=  a", "two blanks"), ("   a", "two blanks"),
  ]

  @Test("a bad row is a problem with its cause", arguments: bad)
  func eachBad(_ row: (line: String, says: String)) {
    let found = findings([row.line], .md5sum)
    #expect(found.rows.isEmpty && found.problems.count == 1, "\(found)")
    #expect(found.problems.first?.contains(row.says) == true, "\(found)")
  }

  static let empty = [
    String(repeating: " ", count: 34) + "a", String(repeating: " ", count: 21) + "UNSUPPORTED  a",
    String(repeating: " ", count: 27) + "ERROR  a b", "UNSUPPORTED  a", "   ERROR  a",
    String(repeating: " ", count: 10) + "a",
  ]

  @Test("a row without a digest is counted and is no problem", arguments: empty)
  func withoutDigest(_ line: String) {
    #expect(findings([line], .rclone).map(\.content) == [.withoutDigest])
  }

  @Test("a list of any algorithm takes rows of every length, one of a single algorithm does not")
  func mixture() {
    let lines = ["\(Self.md5)  a", "\(Self.sha256)  a", "", "cbf43926  b"]
    let found = findings(lines, .rclone)
    #expect(found.map(\.line) == [1, 2, 4])
    #expect(found.rows.flatMap(\.checksums).map(\.algorithm) == [.md5, .sha256, .crc32])
    #expect(findings(lines, .sha256sum).problems.count == 2)
  }

  @Test("carriage returns of every line are none of the name's; one that only some lines have is a problem")
  func carriageReturns() {
    let all = findings(["\(Self.md5)  a\r", "\(Self.md5)  b\r", "\(Self.md5)  c"], .md5sum)
    #expect(all.rows.map(\.name) == [ObjectKey("a"), ObjectKey("b"), ObjectKey("c")])
    let some = findings(["\(Self.md5)  a", "\(Self.md5)  b\r"], .md5sum)
    #expect(some.rows.map(\.name) == [ObjectKey("a")])
    #expect(some.problems.first?.contains("carriage return") == true)
  }

  @Test("a name that is not UTF-8 keeps its bytes")
  func bytes() {
    var format = EvidenceKind.md5sum.format(side: .source, sourceKind: .directory)
    let name: [UInt8] = [0xFF, 0x2F, 0xC3]
    let found = format.read(ReportLine(1, (Array("\(Self.md5)  ".utf8) + name)[...]))
    #expect(found.rows.map(\.name.bytes) == [name])
  }
}

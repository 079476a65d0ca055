import Checksums
import ObjectStorage
import StorageTesting
import Testing

private struct HostileKeys: Decodable {
  struct Vector: Decodable {
    var key: String
    var utf8_bytes: Int
    var machine: String
    var terminal: String
  }

  var vectors: [Vector]
}

@Suite("keys and their spellings")
struct ObjectKeyTests {
  @Test("hostile keys are spelt for machines and terminals as the vectors say, and read back")
  func hostile() throws {
    let file = try Fixtures.decode(HostileKeys.self, "hostile_keys.json")
    #expect(!file.vectors.isEmpty)
    for vector in file.vectors {
      let key = ObjectKey(vector.key)
      #expect(key.bytes.count == vector.utf8_bytes)
      #expect(key.percentEncoded == vector.machine)
      #expect(key.shown == vector.terminal)
      #expect(ObjectKey(percentEncoded: key.percentEncoded) == key)
      #expect(key.percentEncoded.first.map { !"=+-@\t\r".contains($0) } ?? true)
    }
  }

  @Test("bytes that are not UTF-8 survive and are shown as bytes")
  func invalid() {
    let key = ObjectKey(bytes: [0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80])
    #expect(key.text == nil)
    #expect(key.shown == "a\\xff\\xc3(\\xed\\xa0\\x80")
    #expect(ObjectKey(percentEncoded: key.percentEncoded) == key)
  }

  @Test("a percent sign without two digits is refused", arguments: ["%", "a%2", "%zz", "%%41"])
  func malformed(_ text: String) {
    #expect(ObjectKey(percentEncoded: text) == nil)
  }

  @Test("keys are ordered by bytes, not by letters")
  func order() {
    let keys = ["a b", "a-b", "a/b", "a", "B", "\u{e9}", "e\u{301}", "z"].map { ObjectKey($0) }
    #expect(keys.sorted().map(\.shown) == ["B", "a", "a b", "a-b", "a/b", "e\u{301}", "z", "\u{e9}"])
    #expect(ObjectKey("\u{e9}") != ObjectKey("e\u{301}"))
  }

  @Test("an ETag is an MD5 or a multipart tag by its shape only")
  func tags() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e"
    #expect(ETag("\"\(md5)\"").md5Shape?.hex == md5)
    #expect(ETag(md5).isSame(as: ETag("\"\(md5.uppercased())\"")))
    #expect(ETag("\(md5)-12").multipartShape?.partCount == 12)
    for text in [
      "", "\"", "\"\"", "\(md5)-0", "\(md5)-10001", "\(md5)-", "\(md5)-1-2", "W/\"\(md5)\"", "null",
    ] {
      #expect(ETag(text).md5Shape == nil && ETag(text).multipartShape == nil, "\(text)")
    }
    #expect(!ETag("abc").isSame(as: ETag("ABC")))
  }

  @Test(
    "zeros are no digest, whatever stands behind them",
    arguments: [
      ("", true, 0), ("-1", true, 1), ("-25", true, 25), ("-0", true, 0), ("1", false, 0), ("-x", true, 0),
    ])
  func placeholders(_ suffix: String, _ isPlaceholder: Bool, _ parts: Int) {
    let tag = ETag(String(repeating: "0", count: 32) + suffix)
    #expect(tag.md5Shape == nil && tag.multipartShape == nil)
    #expect(tag.isPlaceholder == isPlaceholder)
    #expect(tag.partCount == (parts == 0 ? nil : parts))
    #expect(tag.isSame(as: tag))
    let other = ETag("1" + String(repeating: "0", count: 31) + suffix)
    #expect(!other.isPlaceholder)
  }

  @Test("the number of parts is told whatever the digits are, and needs 32 of them")
  func partCounts() {
    let md5 = "d41d8cd98f00b204e9800998ecf8427e"
    #expect(ETag("\(md5)-12").partCount == 12)
    for text in [md5, "\(md5)-+3", "\(md5.dropLast())-12", "\(md5)--1", "\(md5)-", "\(md5)-10001"] {
      #expect(ETag(text).partCount == nil, "\(text)")
    }
  }

  @Test("a place in a listing is written down and read back", arguments: ["", "a+/=", "日本語", "token:after:"])
  func positions(_ text: String) {
    for position in [ListPosition.token(text), .after(ObjectKey(text))] {
      #expect(ListPosition(text: position.text) == position)
    }
    #expect(ListPosition(text: text) == nil || text.hasPrefix("token:"))
  }
}

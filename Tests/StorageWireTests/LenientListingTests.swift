import ObjectStorage
import StorageWire
import Testing

@Suite("characters that XML forbids, in saved pages")
struct LenientListingTests {
  struct Spelling: Sendable, CustomTestStringConvertible {
    var name: String
    /// What stands in the page between `a` and `b`.
    var text: [UInt8]
    /// The bytes of the key there.
    var bytes: [UInt8]
    /// What the strict reading says of it; nil where it reads it alike.
    var refusal: String?
    var testDescription: String { name }

    init(_ name: String, _ text: [UInt8], _ bytes: [UInt8], _ refusal: String? = nil) {
      self.name = name
      self.text = text
      self.bytes = bytes
      self.refusal = refusal
    }

    init(_ text: String, _ bytes: [UInt8], _ refusal: String? = nil) {
      self.init(text, Array(text.utf8), bytes, refusal)
    }
  }

  /// The page's bytes before the key, and its `a`.
  private static let place = 97

  static let spellings: [Spelling] =
    (0..<0x20).filter { ![0x09, 0x0a, 0x0d].contains($0) }.map { byte in
      let hex = String(byte, radix: 16, uppercase: true)
      return Spelling(
        "raw \(hex)", [UInt8(byte)], [UInt8(byte)],
        "has the character U+\(byte < 16 ? "000" : "00")\(hex) at byte \(place)")
    } + [
      Spelling("&#x1;", [1], "U+0001 at byte \(place)"), Spelling("&#1;", [1], "U+0001 at byte \(place)"),
      Spelling("&#0;", [0], "U+0000 at byte \(place)"),
      Spelling("&#x00001f;", [0x1f], "U+001F at byte \(place)"),
      Spelling("&amp;&#2;", [0x26, 2], "U+0002 at byte \(place + 5)"),
      Spelling("x;\u{2}", [0x78, 0x3b, 2], "U+0002 at byte \(place + 2)"),
      Spelling("&#xFFFE;", [0xef, 0xbf, 0xbe], "U+FFFE at byte \(place)"),
      Spelling("&#65535;", [0xef, 0xbf, 0xbf], "U+FFFF at byte \(place)"),
      Spelling("raw FFFE", [0xef, 0xbf, 0xbe], [0xef, 0xbf, 0xbe], "U+FFFE at byte \(place)"),
      Spelling("raw FFFF", [0xef, 0xbf, 0xbf], [0xef, 0xbf, 0xbf], "U+FFFF at byte \(place)"),
      Spelling("\r\n", [13, 10], "carriage return in a text, at byte \(place)"),
      Spelling("\n\r", [10, 13], "carriage return in a text, at byte \(place + 1)"),
      Spelling("&#13;&#10;", [13, 10]), Spelling("&#xD;\n", [13, 10]), Spelling("\t\n", [9, 10]),
      Spelling("&#x9;&#xA;", [9, 10]),
      Spelling("\u{7f}\u{80}\u{85}\u{2028}", Array("\u{7f}\u{80}\u{85}\u{2028}".utf8)),
      Spelling("\u{10fffd}", [0xf4, 0x8f, 0xbf, 0xbd]), Spelling("&#x10FFFD;", [0xf4, 0x8f, 0xbf, 0xbd]),
      Spelling("\u{10fffd}A", [0xf4, 0x8f, 0xbf, 0xbd, 0x41]),
      Spelling("\u{10fffd}m", [0xf4, 0x8f, 0xbf, 0xbd, 0x6d]),
      Spelling("\u{10fffd}\u{1}", [0xf4, 0x8f, 0xbf, 0xbd, 1], "U+0001 at byte \(place + 4)"),
      Spelling("\u{fffd}\u{ff21}\u{10fffe}", Array("\u{fffd}\u{ff21}\u{10fffe}".utf8)),
      Spelling("<![CDATA[&#x1;]]>", Array("&#x1;".utf8)),
      Spelling("<![CDATA[\u{1}]]\r>]]>", [1] + Array("]]\r>".utf8), "carriage return in a text"),
      Spelling("<!--\u{7f}-->", []), Spelling("&amp;#1;", Array("&#1;".utf8)),
      Spelling("&lt;\u{b}&gt;", [0x3c, 11, 0x3e], "U+000B at byte \(place + 4)"),
    ]

  @Test(
    "they are named with their place, and come through exactly where the reading is lenient",
    arguments: spellings)
  func spelt(_ spelling: Spelling) throws {
    let page = Saved.page(ofKey: [0x61] + spelling.text + [0x62])
    let key = ObjectKey(bytes: [0x61] + spelling.bytes + [0x62])
    for chunk in [1, 2, 3, 1 << 16] {
      let lenient = Saved.objects(try Saved.read(page, nil, .lenient, chunk: chunk)[0])
      #expect(lenient?.objects.map(\.key) == [key])
      guard let refusal = spelling.refusal else {
        #expect(Saved.objects(try Saved.read(page, chunk: chunk)[0])?.objects.map(\.key) == [key])
        continue
      }
      let error = #expect(throws: StorageError.self) { try Saved.read(page, chunk: chunk) }
      #expect(error?.code == .malformedAnswer)
      #expect(error?.message.contains(refusal) == true, "\(error?.message ?? "")")
      #expect(error?.message.contains("--lenient-xml") == true)
    }
  }

  @Test("a live page is refused with the same words, byte by byte and at once", arguments: spellings)
  func live(_ spelling: Spelling) throws {
    guard let refusal = spelling.refusal, refusal.contains("U+") else { return }
    let request = ListingRequest(
      bucket: "b", scope: ListScope(ObjectKey("")), position: nil, encoding: .plusIsSpace, paging: .tokens)
    let page = Saved.page(ofKey: [0x61] + spelling.text + [0x62])
    for chunk in [1, 1 << 16] {
      let error = #expect(throws: StorageError.self) { try parse(page, request, chunk: chunk) }
      #expect(error?.message.contains(refusal) == true, "\(error?.message ?? "")")
    }
    let parser = ListingParser(request, leniency: .lenient)
    try page.withUnsafeBytes { try parser.feed($0) }
    #expect(try parser.finish().objects.map(\.key.bytes) == [[0x61] + spelling.bytes + [0x62]])
  }

  @Test("they come through in a page that is url-encoded, and in prefix and marker")
  func elsewhere() throws {
    let page = Array(
      """
      <ListBucketResult>\r\n<Name>b</Name>\r\n<Prefix>\u{1}&#x2;</Prefix><Marker>\u{1}&#x2;\r</Marker>
      <EncodingType>url</EncodingType><IsTruncated>\rfalse\r\n</IsTruncated>\r
      <Contents><Key>\u{1}%02%0d%20\r</Key><Size>\r\n1</Size></Contents>\r\n</ListBucketResult>\r\n
      """.utf8)
    let read = try Saved.read(page, .oss, .lenient)
    #expect(read[0].prefix == ObjectKey("\u{1}\u{2}"))
    #expect(read[0].asked.marker == ObjectKey("\u{1}\u{2}\r"))
    #expect(Saved.objects(read[0])?.objects.map(\.key) == [ObjectKey("\u{1}\u{2}\r \r")])
    #expect(Saved.objects(read[0])?.objects.map(\.size) == [1])
  }

  @Test("a longest key of such characters fits, and one that is longer does not")
  func longest() throws {
    let key = [UInt8](repeating: 7, count: 1024)
    #expect(
      Saved.objects(try Saved.read(Saved.page(ofKey: key), nil, .lenient)[0])?.objects[0].key.bytes == key)
    let encoded = Array(String(repeating: "&#x7;", count: 1024).utf8)
    #expect(
      Saved.objects(try Saved.read(Saved.page(ofKey: encoded), nil, .lenient)[0])?.objects[0].key.bytes == key
    )
    #expect(throws: StorageError.self) { try Saved.read(Saved.page(ofKey: key + [7]), nil, .lenient) }
    let endless = [UInt8](repeating: 7, count: 1 << 20)
    #expect(throws: StorageError.self) { try Saved.read(Saved.page(ofKey: endless), nil, .lenient) }
  }

  @Test(
    "what is no character, no UTF-8 or no text stays refused",
    arguments: [
      Array("&#xD800;".utf8), Array("&#55296;".utf8), Array("&#x110000;".utf8),
      Array("&#xFFFFFFFFFFFFFFFFF1;".utf8),
      Array("&#;".utf8), Array("&#x;".utf8), Array("&#+1;".utf8), Array("&#x-1;".utf8), Array("&#1 ;".utf8),
      Array("&#1".utf8),
      Array("&\u{1};".utf8), Array("&foo;".utf8), [0xff], [0xed, 0xa0, 0x80], [0xef, 0xbf],
      [0xf4, 0x8f, 0xbf], [0xc0, 0x80],
      Array("<a\u{1}/>".utf8), Array("<a b=\"\u{1}\"/>".utf8), Array("<!--\u{1}-->".utf8),
      Array("<?x \u{1}?>".utf8),
    ])
  func refused(_ text: [UInt8]) throws {
    for chunk in [1, 1 << 16] {
      let error = #expect(throws: StorageError.self) {
        try Saved.read(Saved.page(ofKey: [0x61] + text + [0x62]), nil, .lenient, chunk: chunk)
      }
      #expect(error?.message.contains("--lenient-xml") == false, "\(error?.message ?? "")")
    }
  }

  @Test("another encoding than UTF-8 is refused by the lenient reading, which works on bytes")
  func encodings() throws {
    let page = Saved.page(ofKey: Array("k".utf8))
    let latin = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>".utf8) + page
    #expect(throws: StorageError.self) { try Saved.read(latin, nil, .lenient) }
    let plain = Array("<?xml version=\"1.0\" encoding=\"utf-8\"?>".utf8) + page
    #expect(try Saved.read(plain, nil, .lenient).count == 1)
    let wide: [UInt8] = [0xff, 0xfe] + page.flatMap { [$0, 0] as [UInt8] }
    #expect(throws: StorageError.self) { try Saved.read(wide, nil, .lenient) }
    let parser = ListingParser(
      ListingRequest(
        bucket: "b", scope: ListScope(ObjectKey("")), position: nil, encoding: .plusIsSpace, paging: .tokens),
      leniency: .lenient)
    #expect(throws: StorageError.self) {
      try wide.withUnsafeBytes { try parser.feed($0) }
      _ = try parser.finish()
    }
  }
}

import ObjectStorage
import StorageTesting
import Testing

@testable import StorageWire

@Suite("pages that are read without the parser")
struct PlainPageTests {
  static let page = """
    <?xml version="1.0" encoding="UTF-8"?>
    <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix><MaxKeys>5</MaxKeys>\
    <Delimiter>/</Delimiter><EncodingType>url</EncodingType><KeyCount>4</KeyCount><IsTruncated>true</IsTruncated>\
    <NextContinuationToken>1a&amp;/=</NextContinuationToken>\
    <Contents><Key>a+b%2Bc</Key><LastModified>2024-01-02T03:04:05.678Z</LastModified><ETag>&quot;0cc175b9c0f1b6a831c399e269772661&quot;</ETag>\
    <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>1</Size><Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f</ID>\
    <DisplayName>Jane Doe</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>
      <Contents><Key> d&lt;&gt;&apos;</Key><Size> 9007199254740993 </Size><ETag/><Type>Normal</Type></Contents>
    <Contents><Key>e</Key><Size>0</Size><ETag>""</ETag></Contents>\
    <CommonPrefixes><Prefix>f/</Prefix></CommonPrefixes></ListBucketResult>

    """

  private static let request = ListingRequest(
    bucket: "b", scope: ListScope(ObjectKey(""), isDelimited: true), position: nil, encoding: .plusIsSpace,
    paging: .tokens)

  /// By the parser of XML alone.
  private func parsed(_ page: [UInt8]) throws(StorageError) -> ListingPage {
    let parser = ListingParser(Self.request)
    let fed: Result<Void, StorageError> = page.withUnsafeBytes { bytes in
      do throws(StorageError) { return .success(try parser.feed(bytes)) } catch { return .failure(error) }
    }
    try fed.get()
    return try parser.finish()
  }

  private func isPlain(_ page: [UInt8]) -> Bool {
    PlainPageReader.draft(of: page, roots: [.listBucketResult]) != nil
  }

  private func expectSame(_ page: [UInt8]) -> Bool {
    let one = Result { () throws(StorageError) in try ListingParser.page(of: page, Self.request) }
    let other = Result { () throws(StorageError) in try parsed(page) }
    switch (one, other) {
    case (.success(let one), .success(let other)):
      #expect(one.objects == other.objects && one.commonPrefixes == other.commonPrefixes)
      #expect(one.next == other.next && one.isByteExact == other.isByteExact)
      return true
    case (.failure(let one), .failure(let other)):
      #expect(one.message == other.message)
      return false
    default:
      Issue.record(
        "one accepts what the other refuses: \(shownSafely(String(decoding: page, as: UTF8.self)))")
      return false
    }
  }

  @Test("a page as stores write it means what the parser says")
  func same() throws {
    let bytes = Array(Self.page.utf8)
    #expect(isPlain(bytes))
    #expect(expectSame(bytes))
    let page = try ListingParser.page(of: bytes, Self.request)
    #expect(page.objects.map(\.key) == ["a b+c", " d<>'", "e"].map { ObjectKey($0) })
    #expect(page.objects.map(\.size) == [1, 9_007_199_254_740_993, 0])
    #expect(page.objects[0].eTag?.text == "0cc175b9c0f1b6a831c399e269772661" && page.objects[2].eTag == nil)
    #expect(page.next == .token("1a&/=") && page.commonPrefixes == [ObjectKey("f/")])
  }

  @Test(
    "what is not plain is left to the parser",
    arguments: [
      "<!-- x --><ListBucketResult/>", "<!DOCTYPE a><ListBucketResult/>",
      "<?xml version=\"1.1\"?><ListBucketResult/>",
      "<ListBucketResult a=\"b\"/>", "<ListBucketResult><a b=\"c\">d</a></ListBucketResult>",
      "<ListBucketResult><Name>é</Name></ListBucketResult>",
      "<ListBucketResult><Name>&#97;</Name></ListBucketResult>",
      "<ListBucketResult><Name><![CDATA[b]]></Name></ListBucketResult>",
      "<ListBucketResult><Name>b\r</Name></ListBucketResult>",
      "<ListBucketResult><Name>b]]></Name></ListBucketResult>",
      "<ListBucketResult><Name>b</Name></ListBucketResult>x",
      "<ListBucketResult><Name>b</name></ListBucketResult>",
      "<ListBucketResult><Name>b\u{1}</Name></ListBucketResult>",
      "<x:ListBucketResult><Name>b</Name></x:ListBucketResult>", "",
      "<ListVersionsResult><Name>b</Name><IsTruncated>false</IsTruncated></ListVersionsResult>",
      "<Contents><Name>b</Name><IsTruncated>false</IsTruncated></Contents>",
    ])
  func left(_ page: String) {
    #expect(!isPlain(Array(page.utf8)))
    #expect(!expectSame(Array(page.utf8)))
  }

  @Test("no change of a page makes the two ways of reading disagree")
  func mutated() {
    var random = SeededGenerator(seed: 20_240_102)
    let original = Array(Self.page.utf8)
    let pieces = [
      "<", ">", "/", "&", ";", "<Key>", "</Key>", "<Contents>", "</Contents>", "\r", "\u{0}", "é", "&amp;",
      "]]>", " ", "true", "false", "9", "<Size>1</Size>", "<!--", "-->", "xmlns=",
    ]
    .map { Array($0.utf8) }
    var accepted = 0
    for _ in 0..<6000 {
      var page = original
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let at = Int.random(in: 0..<page.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: page.remove(at: at)
        case 1: page[at] = UInt8.random(in: 0...255, using: &random)
        case 2: page.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: at)
        case 3: page.removeSubrange(at..<min(page.count, at + Int.random(in: 1...60, using: &random)))
        default:
          let from = Int.random(in: 0..<page.count, using: &random)
          page.insert(contentsOf: page[from..<min(page.count, from + 80)], at: at)
        }
      }
      if expectSame(page) { accepted += 1 }
    }
    #expect(accepted > 100)
  }

  /// Entries with what stores write, in any order, with spaces, twice, empty or not at all.
  private static func entries(_ random: inout SeededGenerator) -> String {
    let texts = [
      "a&amp;b%2F+", "1", " 2 ", "2024-01-02T03:04:05.678Z", "&quot;0cc175b9c0f1b6a831c399e269772661&quot;",
      "STANDARD", "", "line\nand\ttab", "0123456789abcdef0123456789abcdef0123456789", "\u{e9}", ">",
    ]
    let names = ["Key", "LastModified", "ETag", "Size", "StorageClass", "Type", "ChecksumAlgorithm", "Owner"]
    var order = Array(names.shuffled(using: &random).prefix(Int.random(in: 3...8, using: &random)))
    var text = ""
    for number in 0..<Int.random(in: 1...6, using: &random) {
      if Int.random(in: 0..<4, using: &random) == 0 { order.shuffle(using: &random) }
      text += Bool.random(using: &random) ? "<Contents>" : "\n  <Contents>"
      for name in Set(order).union(["Key", "Size"]).sorted(by: {
        order.firstIndex(of: $0) ?? 9 < order.firstIndex(of: $1) ?? 9
      }) {
        let other = Int.random(in: 0..<20, using: &random) == 0 ? texts.randomElement(using: &random) : nil
        switch (name, Int.random(in: 0..<30, using: &random)) {
        case (_, 0): text += "<\(name)/>"
        case ("Owner", 1...15): text += "<Owner><ID>x</ID></Owner>"
        case ("Key", _): text += "<Key>k\(number)</Key>"
        case ("Size", _): text += "<Size>\(other ?? "\(number)")</Size>"
        default: text += "<\(name)>\(texts.randomElement(using: &random) ?? "")</\(name)>"
        }
      }
      text += "</Contents>"
    }
    return text
  }

  @Test("entries that are written unlike each other mean what the parser says")
  func unlike() {
    var random = SeededGenerator(seed: 7)
    var plain = 0
    var accepted = 0
    for _ in 0..<3000 {
      let page =
        "<ListBucketResult><Name>b</Name><Prefix/><EncodingType>url</EncodingType>"
        + Self.entries(&random) + "<IsTruncated>false</IsTruncated></ListBucketResult>"
      if isPlain(Array(page.utf8)) { plain += 1 }
      if expectSame(Array(page.utf8)) { accepted += 1 }
    }
    #expect(plain > 500 && accepted > 500)
  }
}

import Foundation
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

/// Saved pages, as the reader gives them.
enum Saved {
  static func sample(_ name: String) throws -> [UInt8] { Array(try Fixtures.data("listings/\(name).xml")) }

  static func read(
    _ file: [UInt8], _ dialect: ListingDialect? = nil, _ leniency: ListingLeniency = .strict,
    chunk: Int = 1 << 16
  ) throws(StorageError) -> [SavedListingPage] {
    let reader = SavedListingReader(dialect: dialect, leniency: leniency)
    var pages: [SavedListingPage] = []
    for start in stride(from: 0, to: file.count, by: chunk) {
      let piece = Array(file[start..<min(start + chunk, file.count)])
      let read: Result<[SavedListingPage], StorageError> = piece.withUnsafeBytes { bytes in
        do throws(StorageError) { return .success(try reader.feed(bytes)) } catch { return .failure(error) }
      }
      pages += try read.get()
    }
    try reader.finish()
    return pages
  }

  static func objects(_ page: SavedListingPage?) -> ListingPage? {
    if case .objects(let listing)? = page?.content { listing } else { nil }
  }

  static func versions(_ page: SavedListingPage?) -> VersionPage? {
    if case .versions(let listing)? = page?.content { listing } else { nil }
  }

  /// A page of one key whose text is taken as it is.
  static func page(ofKey text: [UInt8], _ head: String = "", root: String = "ListBucketResult") -> [UInt8] {
    Array(
      "<\(root)><Name>b</Name><Prefix></Prefix>\(head)<IsTruncated>false</IsTruncated><Contents><Key>".utf8)
      + text + Array("</Key><Size>1</Size></Contents></\(root)>".utf8)
  }
}

@Suite("saved listings")
struct SavedListingTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var name: String
    var dialect: ListingDialect
    var bucket: String
    var prefix: String
    var keys: [String]
    var folders: [String] = []
    var next: ListPosition?
    var asked = SavedListingPage.Asked()
    var testDescription: String { name }
  }

  private static let first = [
    "2024-03-01/part 0001.csv", "2024-03-01/résumé+100%.txt", "2024-03-01/日本語/注文.csv",
  ]
  private static let second = ["2024-03-02/", "2024-03-02/a&b<c>.csv", "2024-03-02/big.bin"]
  private static let s3Token = "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="
  private static let ossToken = "Chpmcm9tLXMzL29yZGVycy8yMDI0LTAzLTAyLw--"

  static let samples: [Sample] = [
    Sample(
      name: "s3-listv2-page1", dialect: .s3, bucket: "harbor-src-tokyo", prefix: "orders/",
      keys: (first + second[..<1]).map { "orders/" + $0 }, next: .token(s3Token)),
    Sample(
      name: "s3-listv2-page2", dialect: .s3, bucket: "harbor-src-tokyo", prefix: "orders/",
      keys: (second[1...] + ["2024-03-03/cold.tar"]).map { "orders/" + $0 },
      asked: .init(continuationToken: s3Token)),
    Sample(
      name: "s3-listv2-delimiter", dialect: .s3, bucket: "harbor-src-tokyo", prefix: "orders/", keys: [],
      folders: ["2024-03-01/", "2024-03-02/", "2024-03-03/"].map { "orders/" + $0 },
      asked: .init(startAfter: ObjectKey(""))),
    Sample(
      name: "oss-list-v1-page1", dialect: .oss, bucket: "harbor-dst-shanghai", prefix: "from-s3/",
      keys: first.map { "from-s3/orders/" + $0 }, next: .after(ObjectKey("from-s3/orders/" + first[2])),
      asked: .init(marker: ObjectKey(""))),
    Sample(
      name: "oss-list-v1-page2-plain", dialect: .oss, bucket: "harbor-dst-shanghai", prefix: "from-s3/",
      keys: second.map { "from-s3/orders/" + $0 },
      asked: .init(marker: ObjectKey("from-s3/orders/" + first[2]))),
    Sample(
      name: "oss-list-v1-xmlns", dialect: .oss, bucket: "harbor-dst-shanghai", prefix: "from-s3/", keys: [],
      folders: ["from-s3/orders/"], asked: .init(marker: ObjectKey(""))),
    Sample(
      name: "oss-list-v2-page1", dialect: .oss, bucket: "harbor-dst-shanghai", prefix: "from-s3/",
      keys: (first + second[..<1]).map { "from-s3/orders/" + $0 }, next: .token(ossToken),
      asked: .init(startAfter: ObjectKey(""))),
    Sample(
      name: "oss-list-v2-page2", dialect: .oss, bucket: "harbor-dst-shanghai", prefix: "from-s3/",
      keys: second[1...].map { "from-s3/orders/" + $0 }, asked: .init(continuationToken: ossToken)),
  ]

  @Test("a page says its bucket, prefix, vendor, keys and place by itself", arguments: samples)
  func alone(_ sample: Sample) throws {
    let file = try Saved.sample(sample.name)
    for (leniency, chunk) in [(ListingLeniency.strict, 1 << 16), (.strict, 1), (.lenient, 7)] {
      let pages = try Saved.read(file, nil, leniency, chunk: chunk)
      let page = try #require(pages.first)
      let listing = try #require(Saved.objects(page))
      #expect(pages.count == 1 && page.ordinal == 1 && page.offset == 0)
      #expect(page.dialect == sample.dialect)
      #expect(page.bucket == sample.bucket && page.prefix == ObjectKey(sample.prefix))
      #expect(listing.objects.map(\.key) == sample.keys.map { ObjectKey($0) })
      #expect(listing.commonPrefixes == sample.folders.map { ObjectKey($0) })
      #expect(listing.next == sample.next)
      #expect(page.asked == sample.asked)
    }
  }

  @Test(
    "pages that stand one after the other in a file come one by one, with their places",
    arguments: [1, 64, 1 << 20])
  func concatenated(chunk: Int) throws {
    let names = Self.samples.map(\.name) + ["oss-list-versions"]
    var file = Array("\r\n ".utf8)
    var places: [Int64] = []
    for (index, name) in names.enumerated() {
      var page = try Saved.sample(name)
      // With a declaration or without, with a mark of the byte order or without, with space behind or without.
      if index % 3 == 1, let end = page.firstRange(of: Array("?>\n".utf8)) {
        page.removeSubrange(..<end.upperBound)
      }
      if index % 4 == 2 { page = [0xef, 0xbb, 0xbf] + page }
      places.append(Int64(file.count))
      file += page
      if index % 2 == 0 { file += Array("\n\t\n".utf8) }
    }
    let pages = try Saved.read(file, chunk: chunk)
    #expect(pages.map(\.offset) == places)
    #expect(pages.map(\.ordinal) == Array(1...names.count))
    #expect(pages.compactMap { Saved.objects($0)?.objects.count } == Self.samples.map(\.keys.count))
    #expect(Saved.versions(pages.last)?.versions.count == 2)
    for (page, next) in zip(pages, places.dropFirst()) { #expect(page.offset + page.byteCount <= next) }
  }

  @Test(
    "what is no page, and what is cut off, is refused with its place",
    arguments: [
      ("", "there is no page of a listing"), (" \n ", "there is no page of a listing"),
      ("{\"Contents\": []}", "at byte 0, after 0 pages"), ("\n\nkey\n", "at byte 2, after 0 pages"),
      ("PAGE PAGE-SHORT", "page 2 of the listing, from byte 148 of the file on, is cut off"),
      ("PAGE, PAGE", "at byte 147, after 1 pages"), ("PAGE<html></html>", "page 2"),
      (
        "PAGE<ListPartsResult></ListPartsResult>",
        "has another root than ListBucketResult or ListVersionsResult"
      ),
      ("PAGE</ListBucketResult>", "page 2"), ("\u{feff}\u{feff}PAGE", "page 1"),
    ])
  func refused(file: String, words: String) throws {
    let page = String(decoding: Saved.page(ofKey: Array("k".utf8)), as: UTF8.self)
    #expect(page.utf8.count == 147)
    let text = file.replacing("PAGE-SHORT", with: page.dropLast()).replacing("PAGE", with: page)
    for chunk in [1, 1 << 16] {
      let error = #expect(throws: StorageError.self) { try Saved.read(Array(text.utf8), chunk: chunk) }
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test(
    "the vendor is what the page shows, and a plus nobody can read is refused until somebody says whose it is",
    arguments: [
      (" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "", ListingDialect?.some(.s3), "a b"),
      (" xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\"", "", .oss, "a+b"),
      ("", "<Type>Normal</Type>", .oss, "a+b"), ("", "<StorageClass>ColdArchive</StorageClass>", .oss, "a+b"),
      ("", "<StorageClass>STANDARD</StorageClass>", nil, nil), ("", "", nil, nil),
      (" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"", "<Type>Normal</Type>", nil, nil),
    ])
  func sniffed(namespace: String, row: String, dialect: ListingDialect?, key: String?) throws {
    func file(_ key: String) -> [UInt8] {
      Array(
        """
        <ListBucketResult\(namespace)><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
        <Contents><Key>\(key)</Key><Size>1</Size>\(row)</Contents></ListBucketResult>
        """.utf8)
    }
    #expect(try Saved.read(file("a%2Bb"))[0].dialect == dialect)
    guard let key else {
      let error = #expect(throws: StorageError.self) { try Saved.read(file("a+b")) }
      #expect(error?.message.contains("has a + in a Key") == true && error?.key == ObjectKey("a+b"))
      #expect(try Saved.objects(Saved.read(file("a+b"), .s3)[0])?.objects[0].key == ObjectKey("a b"))
      #expect(try Saved.objects(Saved.read(file("a+b"), .oss)[0])?.objects[0].key == ObjectKey("a+b"))
      return
    }
    #expect(try Saved.objects(Saved.read(file("a+b"))[0])?.objects[0].key == ObjectKey(key))
  }

  @Test("a prefix that was left unencoded beside encoded keys is understood")
  func plainPrefix() throws {
    let file = Array(
      """
      <ListBucketResult><Prefix>50% off/</Prefix><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
      <Contents><Key>50%25%20off%2Fa</Key><Size>1</Size></Contents></ListBucketResult>
      """.utf8)
    #expect(try Saved.read(file)[0].prefix == ObjectKey("50% off/"))
    let odd = Array(
      String(decoding: file, as: UTF8.self).replacing("50% off", with: "%41").replacing(
        "50%25%20off", with: "%2541"
      ).utf8)
    #expect(try Saved.read(odd)[0].prefix == ObjectKey("%41/"))
  }

  @Test(
    "a token in which the store replaced characters is read as the row that it names, or refused",
    arguments: [
      ("a%01b", "a\u{fffd}b", "a\u{1}b"),
      ("a%01b</Key><Size>1</Size></Contents><Contents><Key>a%02b", "a\u{fffd}b", nil),
      ("other", "a\u{fffd}b", nil), ("a%EF%BF%BDb", "a\u{fffd}b", "a\u{fffd}b"),
      ("a%0Ab%EF%BF%BF", "a\nb\u{fffd}", "a\nb\u{ffff}"),
    ])
  func replaced(key: String, token: String, place: String?) throws {
    let page = Array(
      """
      <ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
      <NextContinuationToken>\(token)</NextContinuationToken>\
      <Contents><Key>\(key)</Key><Size>1</Size></Contents></ListBucketResult>
      """.utf8)
    guard let place else {
      let error = #expect(throws: StorageError.self) { try Saved.read(page) }
      #expect(error?.message.contains("characters that the store has replaced") == true)
      return
    }
    #expect(try Saved.objects(Saved.read(page)[0])?.next == .after(ObjectKey(place)))
  }

  @Test("a prefix in which the store replaced characters is the one that was asked for, and no other is")
  func replacedPrefix() throws {
    let page = Array(
      """
      <ListBucketResult><Prefix>a\u{fffd}/</Prefix><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\
      <Contents><Key>a%01%2Fk</Key><Size>1</Size></Contents></ListBucketResult>
      """.utf8)
    func request(_ prefix: String) -> ListingRequest {
      ListingRequest(
        bucket: "b", scope: ListScope(ObjectKey(prefix)), position: nil, encoding: .plusIsSpace,
        paging: .tokens)
    }
    #expect(try parse(page, request("a\u{1}/")).objects.map(\.key) == [ObjectKey("a\u{1}/k")])
    for other in ["a\u{2}/", "a/", "a\u{fffd}/", "", "a"] {
      #expect(throws: StorageError.self) { try parse(page, request(other)) }
    }
  }

  @Test("a marker in which the store replaced characters is refused, and one that is encoded is not")
  func replacedMarker() throws {
    func page(_ head: String, _ root: String, _ marker: String) -> [UInt8] {
      Array("<\(root)>\(head)<IsTruncated>true</IsTruncated><\(marker)>a\u{fffd}b</\(marker)></\(root)>".utf8)
    }
    for (root, marker) in [("ListBucketResult", "NextMarker"), ("ListVersionsResult", "NextKeyMarker")] {
      #expect(throws: StorageError.self) { try Saved.read(page("", root, marker)) }
      #expect(try Saved.read(page("<EncodingType>url</EncodingType>", root, marker)).count == 1)
    }
  }

  @Test(
    "a page that contradicts itself is refused",
    arguments: [
      "<IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken>",
      "<IsTruncated>false</IsTruncated><NextMarker>k</NextMarker>",
      "<IsTruncated>true</IsTruncated><KeyCount>1</KeyCount>",
      "<IsTruncated>true</IsTruncated><ContinuationToken>t</ContinuationToken><NextContinuationToken>t</NextContinuationToken>",
      "<IsTruncated>true</IsTruncated><Marker>k</Marker>",
      "<IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>",
      "<IsTruncated>false</IsTruncated><Version><Key>v</Key></Version>",
      "<IsTruncated>false</IsTruncated><Dontents><Key>v</Key><Size>1</Size></Dontents>",
      "<IsTruncated>false</IsTruncated>&lt;Contents&gt;",
      "<IsTruncated>false</IsTruncated><!-- <Contents/> -->",
      "<IsTruncated>false</IsTruncated><![CDATA[<Contents/>]]>",
      "<IsTruncated>false</IsTruncated><?x <Contents/> ?>",
      "<IsTruncated>false</IsTruncated><Contents>x<Key>v</Key><Size>1</Size></Contents>",
      "<IsTruncated>false</IsTruncated><Contents><Owner><Key>w</Key></Owner><Key>v</Key><Size>1</Size></Contents>",
      "<IsTruncated>false</IsTruncated><Contents><Key>v<b>w</b></Key><Size>1</Size></Contents>",
    ])
  func contradiction(_ head: String) throws {
    let file =
      Array(
        "<ListBucketResult>\(head)<Contents><Key>k</Key><Size>1</Size></Contents></ListBucketResult>".utf8)
    for leniency in [ListingLeniency.strict, .lenient] {
      #expect(throws: StorageError.self) { try Saved.read(file, nil, leniency) }
    }
  }
}

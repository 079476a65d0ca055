import ObjectStorage
import SavedReports
import Testing

@Suite("listings that the AWS CLI printed")
struct PageListingTests {
  private static let sizes = [
    "orders/50%.csv": 0, "orders/a b.csv": 9, "orders/a%20b.csv": 2, "orders/a+b.csv": 3,
    "orders/q\"'<>&.csv": 1, "orders/sub/": 0, "orders/sub/x": 5, "orders/tab\tnl\n.csv": 1,
    "orders/日本語.csv": 11, "top": 1,
  ]

  @Test(
    "a whole listing gives every key with its size, ETag and time, however it is cut into pieces",
    arguments: ["v2", "v1", "v2-query"])
  func whole(_ file: String) throws {
    for pieces in [1, 100, 1 << 16] {
      let found = try read(fixture("aws/\(file).json"), PageListingReader(), pieces: pieces)
      let sizes = Dictionary(uniqueKeysWithValues: found.rows.objects.map { ($0.key, Int($0.size)) })
      #expect(sizes == Dictionary(uniqueKeysWithValues: Self.sizes.map { (ObjectKey($0), $1) }))
      let first = found.rows.objects.first { $0.key == ObjectKey("orders/a+b.csv") }
      #expect(first?.eTag == ETag("900150983cd24fb0d6963f7d28e17f72"))
      #expect(first?.lastModifiedAt?.iso8601 == "2026-11-27T20:07:05.000Z")
      #expect(first?.storageClass == "STANDARD")
      #expect(found.pages.map(\.end) == [.last])
      #expect(found.rows.versions.isEmpty && found.rows.digests.isEmpty)
    }
  }

  @Test("a page says of which bucket it is, where it begins and where the next one does")
  func pages() throws {
    let texts = try ["v2-page1", "v2-page2", "v2-page3"].map { try fixture("aws/\($0).json") }
    let found = try read(texts[0] + texts[1] + texts[2], PageListingReader())
    #expect(found.rows.objects.count == Self.sizes.count)
    #expect(
      found.pages.allSatisfy { $0.bucket == "harbour" && $0.prefix == ObjectKey("") && $0.folder == nil })
    let second = SavedPage.Place.token("Cm9yZGVycy9hK2IuY3N2")
    let third = SavedPage.Place.token("Cm9yZGVycy90YWIJbmwKLmNzdg--")
    #expect(found.pages.map(\.beginning) == [.untold, .at(second), .at(third)])
    #expect(found.pages.map(\.end) == [.at(second), .at(third), .last])
  }

  @Test("a page of the older call goes on behind its last key, and a listing that --max-items ended goes on")
  func older() throws {
    let last = SavedPage.Place.key(ObjectKey("orders/sub/"))
    let first = try read(fixture("aws/v1-page1.json"), PageListingReader()).pages
    #expect(first.map(\.end) == [.at(last)])
    let second = try read(fixture("aws/v1-page2.json"), PageListingReader()).pages
    #expect(second.map(\.beginning) == [.at(last)] && second.map(\.end) == [.last])
    let cut = try read(fixture("aws/v2-max-items.json"), PageListingReader()).pages
    #expect(cut.count == 1 && cut.first?.end != .last)
  }

  @Test("versions and marks of deletion are told apart")
  func versions() throws {
    let found = try read(fixture("aws/versions.json"), PageListingReader())
    #expect(found.rows.objects.isEmpty && found.pages.map(\.hasVersions) == [true])
    #expect(
      found.rows.versions.map {
        "\($0.object.key.shown) \($0.object.size) \($0.isLatest) \($0.isDeleteMarker)"
      }
        == [
          "a 2 true false", "a 1 false false", "a 0 false false", "b 1 false false", "c d+e 2 true false",
          "b 0 true true",
        ])
    #expect(found.rows.versions.last?.versionID == "9ecfc4a5-a11a-411f-81ba-6e7d6985f29a")
  }

  @Test("keys that are hard to carry come through with their bytes")
  func hostile() throws {
    let found = try read(fixture("aws/hostile.json"), PageListingReader())
    #expect(Set(found.rows.objects.map(\.key)) == Set(try HostileKeys.all()))
    for object in found.rows.objects { #expect(object.size == Int64(min(3, object.key.bytes.count))) }
  }

  @Test("keys that look encoded, all of them, are a problem unless somebody names the format")
  func encoded() throws {
    let bytes = try fixture("aws/v2-encoded.json")
    #expect(
      cause(String(decoding: bytes, as: UTF8.self), PageListingReader())?.contains("--encoding-type") == true)
    let found = try read(bytes, PageListingReader(keysAreAsTheyStand: true))
    #expect(found.rows.objects.contains { $0.key == ObjectKey("orders/a%2520b.csv") })
    #expect(cause(#"{"Contents":[{"Key":"a+b","Size":1}]}"#, PageListingReader()) == nil)
  }

  @Test("an empty listing is one")
  func empty() throws {
    let found = try read(fixture("aws/empty.json"), PageListingReader())
    #expect(found.rows.objects.isEmpty && found.pages == [SavedPage(prefix: ObjectKey(""))])
    #expect(try read("[]", PageListingReader()).objects.isEmpty)
  }

  static let bad: [(text: String, says: String)] = [
    ("", "no listing"), ("null", "no listing"), ("{}", "no listing"), (#"{"error":"x"}"#, "no listing"),
    (#"{"Contents":[{"Key":"a"}]}"#, "no Size"), (#"{"Contents":[{"Size":1}]}"#, "no Key"),
    (#"{"Contents":[{"Key":null,"Size":1}]}"#, "no Key"), (#"{"Contents":[{"Key":"","Size":1}]}"#, "empty"),
    (#"{"Contents":[{"Key":"a","Size":-1}]}"#, "number of bytes"),
    (#"{"Contents":[{"Key":"a","Size":1.5}]}"#, "number of bytes"),
    (#"{"Contents":[{"Key":"a","Size":9223372036854775808}]}"#, "number of bytes"),
    (#"{"Contents":[{"Key":"a","Size":"1"}]}"#, "Size is not"),
    (#"{"Contents":[{"Key":1,"Size":1}]}"#, "Key is not"),
    (#"{"Contents":[{"Key":"a","Key":"b","Size":1}]}"#, "Key twice"),
    (#"{"Contents":[],"Contents":[]}"#, "Contents twice"), (#"{"Contents":["a"]}"#, "else than objects"),
    (#"{"Contents":[[{"Key":"a","Size":1}]]}"#, "else than objects"),
    (#"{"IsTruncated":"true"}"#, "IsTruncated is not"),
    (#"{"KeyCount":2,"Contents":[{"Key":"a","Size":1}]}"#, "has 1"),
    (#"{"IsTruncated":false,"NextContinuationToken":"x"}"#, "last one"),
    (#"{"Versions":[{"Key":"a","Size":1,"VersionId":"1"}]}"#, "IsLatest"),
    (#"{"Versions":[{"Key":"a","Size":1,"IsLatest":true}]}"#, "VersionId"),
    (#"{"Contents":[{"Key":"a","Size":1}]"#, "cut"),
    (#"{"Contents":[{"Key":"a\ud800","Size":1}]}"#, "surrogate"),
    ("{\"Contents\":[{\"Key\":\"\(String(repeating: "k", count: 4097))\",\"Size\":1}]}", "4096"),
  ]

  @Test("what is no such listing is a problem with its cause", arguments: bad)
  func eachBad(_ row: (text: String, says: String)) {
    #expect(
      cause(row.text, PageListingReader())?.contains(row.says) == true,
      "\(cause(row.text, PageListingReader()) ?? "none")")
  }

  @Test("a folder that a delimiter left is told")
  func delimiter() throws {
    let found = try read(
      Array(#"{"CommonPrefixes":[{"Prefix":"a/"}],"KeyCount":1}"#.utf8), PageListingReader())
    #expect(found.pages.map(\.folder) == [ObjectKey("a/")] && found.rows.count == 0)
  }
}

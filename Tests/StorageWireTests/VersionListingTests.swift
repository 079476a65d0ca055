import ObjectStorage
import StorageWire
import Testing

@Suite("listings of versions")
struct VersionListingTests {
  private static func request(
    _ prefix: String = "", from position: VersionPosition? = nil,
    _ encoding: ListingRequest.Encoding = .plusIsSpace
  ) -> VersionListingRequest {
    VersionListingRequest(bucket: "b", prefix: ObjectKey(prefix), position: position, encoding: encoding)
  }

  private static func read(
    _ page: String, _ request: VersionListingRequest = request(), chunk: Int = 1 << 16
  ) throws(StorageError) -> VersionPage {
    let bytes = Array(page.utf8)
    let parser = VersionListingParser(request)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try parser.feed(Array(bytes[start..<min(start + chunk, bytes.count)]))
    }
    return try parser.finish()
  }

  private static func row(
    _ key: String, _ id: String, isLatest: String = "true", size: String = "<Size>3</Size>"
  ) -> String {
    "<Version><Key>\(key)</Key><VersionId>\(id)</VersionId><IsLatest>\(isLatest)</IsLatest>\(size)</Version>"
  }

  private static func mark(_ key: String, _ id: String) -> String {
    "<DeleteMarker><Key>\(key)</Key><VersionId>\(id)</VersionId><IsLatest>false</IsLatest></DeleteMarker>"
  }

  private static func page(_ rows: String, _ head: String = "<IsTruncated>false</IsTruncated>") -> String {
    "<ListVersionsResult><Name>b</Name><Prefix></Prefix>\(head)\(rows)</ListVersionsResult>"
  }

  @Test("the vendor's page gives its mark and its version", arguments: [1, 1 << 16])
  func sample(chunk: Int) throws {
    var request = Self.request("from-s3/", from: nil, .plusIsPlus)
    request.bucket = "harbor-dst-shanghai"
    request.prefix = ObjectKey("")
    let text = String(decoding: try Saved.sample("oss-list-versions"), as: UTF8.self)
    let page = try Self.read(text, request, chunk: chunk)
    let key = ObjectKey("from-s3/orders/2024-03-02/a&b<c>.csv")
    #expect(page.next == nil && page.versions.map(\.object.key) == [key, key])
    #expect(
      page.versions.map(\.versionID) == ["CAEQMxiBgMCsampleDeleteMarker01", "CAEQMxiBgMCsampleVersion02"])
    #expect(page.versions.map(\.isLatest) == [true, false])
    #expect(page.versions.map(\.isDeleteMarker) == [true, false])
    let object = page.versions[1].object
    #expect(object.size == 9 && object.eTag == ETag("25F9E794323B453885F5181F1B624D0B"))
    #expect(object.objectType == "Normal" && object.storageClass == "Standard")
    #expect(object.lastModifiedAt == Timestamp(iso8601: "2024-03-02T01:00:00.000Z"))
    #expect(page.versions[0].object.lastModifiedAt == Timestamp(iso8601: "2024-03-11T07:27:28.000Z"))
  }

  @Test("a space is spelt as the vendor does, and the next page begins where both markers say")
  func encoded() throws {
    let head = "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
    let rows = Self.row("a+%2B%2Fb%01", "v1")
    let next = "<NextKeyMarker>a+%2B%2Fb%01</NextKeyMarker>"
    for (encoding, key) in [(ListingRequest.Encoding.plusIsSpace, "a +/b\u{1}"), (.plusIsPlus, "a++/b\u{1}")]
    {
      let request = Self.request("a", from: nil, encoding)
      let both = try Self.read(
        Self.page(rows, head + next + "<NextVersionIdMarker>v1</NextVersionIdMarker>").replacing(
          "<Prefix></Prefix>", with: "<Prefix>a</Prefix>"), request)
      #expect(both.versions.map(\.object.key) == [ObjectKey(key)] && both.isByteExact)
      #expect(both.next == VersionPosition(key: ObjectKey(key), versionID: "v1"))
      let alone = try Self.read(Self.page(rows, head + next), Self.request("", from: nil, encoding))
      #expect(alone.next == VersionPosition(key: ObjectKey(key), versionID: nil))
    }
  }

  @Test("OSS spells tokens and names of versions like keys, and S3 does not")
  func tokens() throws {
    let head = "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
    let next = "<NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>a%2B+/%3D</NextVersionIdMarker>"
    let list =
      "<ListBucketResult>\(head)<NextContinuationToken>a%2B+/%3D</NextContinuationToken></ListBucketResult>"
    for (encoding, token) in [(ListingRequest.Encoding.plusIsSpace, "a%2B+/%3D"), (.plusIsPlus, "a++/=")] {
      let versions = try Self.read(Self.page("", head + next), Self.request("", from: nil, encoding))
      #expect(versions.next?.versionID == token)
      let request = ListingRequest(
        bucket: "b", scope: ListScope(ObjectKey("")), position: nil, encoding: encoding, paging: .tokens)
      #expect(try parse(Array(list.utf8), request).next == .token(token))
    }
  }

  @Test("one key has many versions, in whatever order they come")
  func order() throws {
    let rows =
      Self.mark("b", "2") + Self.mark("a", "9") + Self.row("a", "1") + Self.row("a", "3", isLatest: "false")
      + Self.row("b", "1") + Self.row("a", "null")
    let page = try Self.read(Self.page(rows))
    #expect(
      page.versions.map { $0.object.key.shown + $0.versionID } == ["b2", "a9", "a1", "a3", "b1", "anull"])
  }

  @Test(
    "a page that cannot be believed whole is refused",
    arguments: [
      ("names version v1 of a key twice", page(row("a", "v1") + row("a", "v2") + row("a", "v1"))),
      ("names version v1 of a key twice", page(row("a", "v1") + mark("a", "v1"))),
      ("names version v1 of a key twice", page(row("b", "v1") + row("a", "v1") + mark("b", "v1"))),
      ("has a version without a valid Size", page(row("a", "v1", size: ""))),
      ("has a version without a valid Size", page(row("a", "v1", size: "<Size>-1</Size>"))),
      ("has a version without VersionId", page(row("a", ""))),
      ("has a version that is neither the latest nor not", page(row("a", "v1", isLatest: "maybe"))),
      ("has an entry without Key", page(row("", "v1"))),
      ("says Size twice", page(row("a", "v", size: "<Size>1</Size><Size>1</Size>"))),
      ("says that there is more and not where", page("", "<IsTruncated>true</IsTruncated>")),
      (
        "says that there is more and not where",
        page("", "<IsTruncated>true</IsTruncated><NextVersionIdMarker>v</NextVersionIdMarker>")
      ),
      ("says neither that there is more", page("", "")),
      (
        "says that there is no more, and where more begins",
        page(row("a", "v1"), "<IsTruncated>false</IsTruncated><NextKeyMarker>a</NextKeyMarker>")
      ),
      (
        "does not come forward",
        page(
          row("k", "v"),
          "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>"
        )
      ),
      ("has a Contents in a ListVersionsResult", page("<Contents><Key>a</Key><Size>1</Size></Contents>")),
      ("no folder of what was asked for", page("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>")),
      ("is of another bucket", page("").replacing("<Name>b", with: "<Name>c")),
      ("is of another prefix", page("").replacing("<Prefix>", with: "<Prefix>p")),
      (
        "has another root than ListVersionsResult",
        page("").replacing("ListVersionsResult", with: "ListBucketResult")
      ),
      ("nests one entry in another", page("<Version>" + row("a", "v") + "</Version>")),
      ("is not", String(page(row("a", "v1")).dropLast(3))), ("is not", ""),
      ("has another root", "<html></html>"),
    ])
  func refused(words: String, page: String) throws {
    let request = Self.request("", from: VersionPosition(key: ObjectKey("k"), versionID: "v"))
    for chunk in [1, 1 << 16] {
      let error = #expect(throws: StorageError.self) { try Self.read(page, request, chunk: chunk) }
      #expect(error?.code == .malformedAnswer)
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test("a saved page says where it was asked to begin, and which folders it leaves out")
  func saved() throws {
    let head =
      "<KeyMarker>a%20b</KeyMarker><VersionIdMarker>v0</VersionIdMarker><Delimiter>%2F</Delimiter>"
      + "<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
    let folder = "<CommonPrefixes><Prefix>c%2F</Prefix></CommonPrefixes>"
    let pages = try Saved.read(Array(Self.page(Self.row("b", "v1") + folder, head).utf8))
    #expect(pages[0].asked == .init(keyMarker: ObjectKey("a b"), versionIDMarker: "v0"))
    #expect(!pages[0].asked.isBeginning && pages[0].delimiter == ObjectKey("/"))
    #expect(Saved.versions(pages[0])?.commonPrefixes == [ObjectKey("c/")])
    #expect(Saved.versions(pages[0])?.versions.map(\.versionID) == ["v1"])
  }
}

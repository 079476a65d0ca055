import Glibc
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

/// Good pages that were damaged, 120,000 times.
///
/// No damage may trap or hang, and none may make *a shorter list pass for a whole one*. What that means of one page:
///
/// - Every row that the page's bytes show is taken, or the page is refused: the rows of an accepted page are counted
///   again by a reader that knows nothing of XML.
/// - A page that says how many rows it has (`KeyCount`, in version 2 of the call) has that many.
/// - A page is the last one only where it says `IsTruncated` false and names no place where more begins.
/// - No row is taken twice, and none has an impossible key or size.
///
/// What no reader of one page can tell: a row that is gone without a trace from a page that does not count its rows
/// (version 1, and versions), a count that was changed along with the rows, and an `IsTruncated` that was turned from
/// true to false where no marker or token contradicts it. Listing again is the answer to those.
///
/// It keeps a core busy for as long as it runs, and tests with deadlines beside it would miss them: it runs by itself,
/// with `TRANSHIP_MUTATIONS=1`.
@Suite("pages that were damaged", .timeLimit(.minutes(10)), .enabled(if: getenv("TRANSHIP_MUTATIONS") != nil))
struct ListingMutationTests {
  struct Base: Sendable {
    var bytes: [UInt8]
    var bucket: String
    var prefix: String
    var isOfVersions = false
    var isOSS = false

    init(_ text: String, isOSS: Bool = false) {
      bytes = Array(text.utf8)
      bucket = "b"
      prefix = "p/"
      isOfVersions = text.contains("<ListVersionsResult")
      self.isOSS = isOSS
    }

    init(sample name: String, bucket: String, prefix: String, isOSS: Bool) throws {
      bytes = try Saved.sample(name)
      self.bucket = bucket
      self.prefix = prefix
      isOfVersions = name.hasSuffix("versions")
      self.isOSS = isOSS
    }
  }

  private static func contents(_ key: String) -> String {
    "<Contents><Key>\(key)</Key><ETag>&quot;e&quot;</ETag><Size>12</Size><Owner><ID>o</ID></Owner></Contents>"
  }

  private static func version(_ tag: String, _ key: String, _ id: String) -> String {
    "<\(tag)><Key>\(key)</Key><VersionId>\(id)</VersionId><IsLatest>true</IsLatest><Size>7</Size></\(tag)>"
  }

  private static let url = "<Name>b</Name><Prefix>p%2F</Prefix><EncodingType>url</EncodingType>"
  private static let folder = "<CommonPrefixes><Prefix>p%2Ff%2F</Prefix></CommonPrefixes>"

  /// Small, so that a change hits something that matters.
  private static let generated = [
    Base(
      """
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\(url)<KeyCount>3</KeyCount>\
      <IsTruncated>true</IsTruncated><NextContinuationToken>t/1=</NextContinuationToken>\
      \(contents("p%2Fa+b"))\(contents("p%2Fc"))\(folder)</ListBucketResult>
      """),
    Base(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult>\(url)<ContinuationToken>t</ContinuationToken><KeyCount>2</KeyCount>\
      <IsTruncated>false</IsTruncated>\n  \(contents("p%2Fa"))\n  \(contents("p%2Fb"))\n</ListBucketResult>
      """),
    Base(
      """
      <ListBucketResult><Name>b</Name><Prefix>p/</Prefix><Marker></Marker><IsTruncated>true</IsTruncated>\
      <NextMarker>p/b</NextMarker>\(contents("p/a&amp;"))\(contents("p/b"))</ListBucketResult>
      """, isOSS: true),
    Base(
      """
      <ListVersionsResult>\(url)<KeyMarker/><VersionIdMarker></VersionIdMarker><IsTruncated>true</IsTruncated>\
      <NextKeyMarker>p%2Fa</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker>\
      \(version("DeleteMarker", "p%2Fa", "v1"))\(version("Version", "p%2Fa", "v2"))</ListVersionsResult>
      """),
    Base(
      """
      <ListVersionsResult>\(url)<IsTruncated>false</IsTruncated>\
      \(version("Version", "p%2Fa", "v1"))\(version("Version", "p%2Fb", "null"))</ListVersionsResult>
      """, isOSS: true),
  ]

  private static func samples() throws -> [Base] {
    let (s3, oss) = ("harbor-src-tokyo", "harbor-dst-shanghai")
    return [
      try Base(sample: "s3-listv2-page1", bucket: s3, prefix: "orders/", isOSS: false),
      try Base(sample: "s3-listv2-delimiter", bucket: s3, prefix: "orders/", isOSS: false),
      try Base(sample: "oss-list-v1-page1", bucket: oss, prefix: "from-s3/", isOSS: true),
      try Base(sample: "oss-list-v2-page2", bucket: oss, prefix: "from-s3/", isOSS: true),
      try Base(sample: "oss-list-versions", bucket: oss, prefix: "", isOSS: true),
    ]
  }

  @Test(
    "no page gives fewer rows than it shows, and none is taken for the last that is not", arguments: 0..<12)
  func damaged(seed: Int) throws {
    // The vendors' samples are long and their damage is slower to find: every tenth page is one.
    let bases = (0..<9).flatMap { _ in Self.generated } + (try Self.samples())
    var random = Mutations(seed: seed)
    var accepted = 0
    for _ in 0..<10_000 {
      let base = bases[random.next(below: bases.count)]
      var page = base.bytes
      for _ in 0...random.next(below: 2) {
        random.change(&page, splicing: bases[random.next(below: bases.count)].bytes)
      }
      guard let rows = Self.rows(of: page, base, random.next(below: 8) == 0 ? .lenient : .strict) else {
        continue
      }
      accepted += 1
      check(rows, of: NaiveListing(bytes: page), page)
    }
    #expect(accepted > 100, "the damage is such that nearly nothing is left to check")
  }

  @Test("a file of many pages of which one is damaged gives all rows or none", arguments: 0..<4)
  func damagedFile(seed: Int) throws {
    var random = Mutations(seed: 100 + seed)
    for _ in 0..<1000 {
      let base = Self.generated[random.next(below: Self.generated.count)]
      let neighbour = Self.generated[random.next(below: Self.generated.count)].bytes
      var page = base.bytes
      random.change(&page, splicing: neighbour)
      let file = neighbour + [0x0a] + page + neighbour
      guard let pages = try? Saved.read(file, .s3, chunk: 1 << 12) else { continue }
      let count = pages.reduce(0) { sum, page in
        sum + (Saved.objects(page).map { $0.objects.count + $0.commonPrefixes.count } ?? 0)
          + (Saved.versions(page).map { $0.versions.count + $0.commonPrefixes.count } ?? 0)
      }
      #expect(count == NaiveListing(bytes: file).rowCount, "\(String(decoding: page, as: UTF8.self))")
    }
  }

  @Test("a page that counts its rows is refused when any of them is gone")
  func counted() throws {
    for base in Self.generated.filter({ NaiveListing(bytes: $0.bytes).text("KeyCount") != nil }) {
      let text = String(decoding: base.bytes, as: UTF8.self)
      for row in [Self.contents("p%2Fa+b"), Self.contents("p%2Fc"), Self.folder, Self.contents("p%2Fa")]
      where text.contains(row) {
        #expect(Self.rows(of: base.bytes, base, .strict) != nil)
        #expect(Self.rows(of: Array(text.replacing(row, with: "").utf8), base, .strict) == nil)
      }
    }
  }

  @Test("a page that names the next one is refused when it calls itself the last")
  func last() throws {
    for base in Self.generated where NaiveListing(bytes: base.bytes).text("IsTruncated") == "true" {
      let text = String(decoding: base.bytes, as: UTF8.self)
      #expect(Self.rows(of: base.bytes, base, .strict)?.isLast == false)
      let turned = text.replacing("<IsTruncated>true", with: "<IsTruncated>false")
      #expect(Self.rows(of: Array(turned.utf8), base, .strict) == nil)
    }
  }

  private struct Rows {
    var names: [[UInt8]]
    var sizes: [Int64]
    var isLast: Bool
  }

  /// The rows of a page; nil where it is refused.
  private static func rows(of page: [UInt8], _ base: Base, _ leniency: ListingLeniency) -> Rows? {
    let encoding: ListingRequest.Encoding = base.isOSS ? .plusIsPlus : .plusIsSpace
    if base.isOfVersions {
      let parser = VersionListingParser(
        VersionListingRequest(
          bucket: base.bucket, prefix: ObjectKey(base.prefix), position: nil, encoding: encoding),
        leniency: leniency)
      guard (try? parser.feed(page)) != nil, let read = try? parser.finish() else { return nil }
      return Rows(
        names: read.versions.map { $0.object.key.bytes + [0] + Array($0.versionID.utf8) },
        sizes: read.versions.map(\.object.size), isLast: read.next == nil)
    }
    let isOfVersionTwo = !page.containsMarker
    let parser = ListingParser(
      ListingRequest(
        bucket: base.bucket, scope: ListScope(ObjectKey(base.prefix), isDelimited: true), position: nil,
        encoding: encoding, paging: isOfVersionTwo ? .tokens : .markers), leniency: leniency)
    guard (try? parser.feed(page)) != nil, let read = try? parser.finish() else { return nil }
    return Rows(
      names: read.objects.map(\.key.bytes) + read.commonPrefixes.map { [0] + $0.bytes },
      sizes: read.objects.map(\.size), isLast: read.next == nil)
  }

  private func check(_ rows: Rows, of naive: NaiveListing, _ page: [UInt8]) {
    let words = { String(decoding: page, as: UTF8.self) }
    #expect(rows.names.count == naive.rowCount, "\(words())")
    #expect(Set(rows.names).count == rows.names.count, "\(words())")
    #expect(rows.sizes.allSatisfy { $0 >= 0 } && rows.names.allSatisfy { !$0.isEmpty })
    if let count = naive.text("KeyCount") { #expect(Int(count) == rows.names.count, "\(words())") }
    #expect(rows.isLast == (naive.text("IsTruncated") == "false"), "\(words())")
    if rows.isLast {
      for name in ["NextContinuationToken", "NextMarker", "NextKeyMarker"] {
        #expect(naive.text(name) ?? "" == "", "\(words())")
      }
    }
  }
}

extension [UInt8] {
  /// Whether the page is of version 1 of the call, by its marker.
  fileprivate var containsMarker: Bool { NaiveListing(bytes: self).text("Marker") != nil }
}

import AuditLedger
import Checksums
import Foundation
import Inventory
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("saved listings in the ledger")
struct SavedInventoryTests {
  private let saved: SavedFixture

  init() throws { saved = try SavedFixture() }

  private static let s3 = ["listings/s3-listv2-page1.xml", "listings/s3-listv2-page2.xml"].map { fixture($0) }
  private static let oss = ["listings/oss-list-v2-page1.xml", "listings/oss-list-v2-page2.xml"].map {
    fixture($0)
  }
  private static let awsPages = ["v2-page1", "v2-page2", "v2-page3"].map {
    fixture("inventory/aws/\($0).json")
  }
  private static let s3Inventory = fixture("inventory/s3/daily-all/2024-03-11T00-00Z/manifest.json")
  private static let ossInventory = fixture("inventory/oss/all/2024-03-12T00-00Z/manifest.json")

  struct Sample: Sendable, CustomTestStringConvertible {
    var paths: [String]
    var format: SavedFormat
    var objects: Int64
    var bytes: Int64?
    var place = ListingPlace()
    var side = Side.source
    var digests: Int64 = 0
    var testDescription: String { paths[0].split(separator: "/").suffix(2).joined(separator: "/") }
  }

  static let samples = [
    Sample(
      paths: s3, format: .xml, objects: 7, bytes: 10_486_677,
      place: ListingPlace(kind: .s3, bucket: "harbor-src-tokyo", prefix: ObjectKey("orders/"))),
    Sample(
      paths: s3.reversed(), format: .xml, objects: 7, bytes: 10_486_677,
      place: ListingPlace(kind: .s3, bucket: "harbor-src-tokyo", prefix: ObjectKey("orders/"))),
    Sample(
      paths: oss, format: .xml, objects: 6, bytes: 10_486_622,
      place: ListingPlace(kind: .oss, bucket: "harbor-dst-shanghai", prefix: ObjectKey("from-s3/"))),
    Sample(
      paths: [fixture("listings/oss-list-v1-page1.xml"), fixture("listings/oss-list-v1-page2-plain.xml")],
      format: .xml, objects: 6, bytes: 10_486_622,
      place: ListingPlace(kind: .oss, bucket: "harbor-dst-shanghai", prefix: ObjectKey("from-s3/"))),
    Sample(
      paths: awsPages, format: .awsJSON, objects: 10, bytes: 33,
      place: ListingPlace(bucket: "harbour", prefix: ObjectKey(""))),
    Sample(
      paths: awsPages.reversed(), format: .awsJSON, objects: 10, bytes: 33,
      place: ListingPlace(bucket: "harbour", prefix: ObjectKey(""))),
    Sample(
      paths: ["v1-page1", "v1-page2"].map { fixture("inventory/aws/\($0).json") }, format: .awsJSON,
      objects: 10,
      bytes: 33, place: ListingPlace(bucket: "harbour", prefix: ObjectKey(""))),
    Sample(
      paths: [fixture("inventory/rclone/harbour.json")], format: .rcloneJSON, objects: 9, bytes: 33,
      digests: 9),
    Sample(
      paths: [s3Inventory], format: .inventory, objects: 7, bytes: 10_486_677,
      place: ListingPlace(kind: .s3, bucket: "harbor-src-tokyo")),
    Sample(
      paths: [ossInventory], format: .inventory, objects: 6, bytes: 10_486_622,
      place: ListingPlace(kind: .oss, bucket: "harbor-dst-shanghai"), side: .destination, digests: 6),
    Sample(
      paths: [fixture("evidence/harbor-job_total_list")], format: .migration, objects: 7, bytes: 10_486_677,
      place: ListingPlace(bucket: "harbor-src-tokyo")),
    Sample(
      paths: [fixture("evidence/total_list_0")], format: .migration, objects: 6, bytes: 10_486_622,
      side: .destination, digests: 11),
  ]

  @Test(
    "every format comes in whole, told from its content, with what it says of its place", arguments: samples)
  func each(_ sample: Sample) async throws {
    let (outcome, objects) = try await saved.listed(sample.paths, SavedInventory.Settings(side: sample.side))
    #expect(outcome.format == sample.format && outcome.place == sample.place, "\(outcome.place)")
    #expect(outcome.listing.objects == sample.objects && outcome.listing.bytes == sample.bytes)
    #expect(outcome.listing.duplicates == 0 && outcome.listing.digests == sample.digests && outcome.hasSizes)
    if sample.side == .source { #expect(objects.count == Int(sample.objects)) }
  }

  @Test(
    "gzip of any listing is the same listing, whatever its name",
    arguments: [samples[0], samples[4], samples[7], samples[10]])
  func compressed(_ sample: Sample) async throws {
    var paths: [String] = []
    for (index, path) in sample.paths.enumerated() {
      let zipped = try await gzipped(
        Array(try Data(contentsOf: URL(fileURLWithPath: path))), saved, "page\(index)")
      paths.append(zipped.replacing(".gz", with: ".txt"))
      try FileManager.default.moveItem(atPath: zipped, toPath: paths[index])
    }
    let (outcome, objects) = try await saved.listed(paths)
    #expect(outcome.listing.objects == sample.objects)
    #expect(try await saved.listed(sample.paths).objects == objects)
  }

  @Test("pages one behind the other in a file are the same listing")
  func concatenated() async throws {
    for paths in [Self.s3, Self.oss, Self.awsPages] {
      var all: [UInt8] = []
      for path in paths { all += try Data(contentsOf: URL(fileURLWithPath: path)) + [10] }
      let file = try saved.file(all, "all")
      #expect(try await saved.listed([file]).objects == saved.listed(paths).objects)
    }
  }

  @Test("an inventory's Crc64 is evidence, with the name of its file and the row")
  func evidence() async throws {
    let ledger = try await saved.open()
    _ = try await saved.take([Self.ossInventory], into: ledger, SavedInventory.Settings(side: .destination))
    let digests = try await ledger.importedDigests(
      .destination, ObjectKey("from-s3/orders/2024-03-02/a&b<c>.csv"))
    #expect(digests.map(\.checksum.text) == ["11051210869376104954"] && digests.map(\.line) == [5])
    #expect(digests.first?.file.hasSuffix("data/745a29e3-0000-4000-8000-47086afcc8f2.csv.gz") == true)
    #expect(digests.first?.eTag == ETag("25F9E794323B453885F5181F1B624D0B") && digests.first?.size == 9)
    await ledger.close()
  }

  @Test(
    "a file that is cut at any twentieth of its length is refused, and the ledger is as it was",
    arguments: samples)
  func cut(_ sample: Sample) async throws {
    let ledger = try await saved.open()
    _ = try await saved.take([Self.awsPages[0], Self.awsPages[1], Self.awsPages[2]], into: ledger)
    for path in sample.paths where sample.format != .inventory {
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      for twentieth in 0..<20 {
        let part = Array(whole.prefix(whole.count * twentieth / 20))
        // Between two lines nobody can see that a list is cut.
        if sample.format == .migration && part.last == UInt8(ascii: "\n") { continue }
        let file = try saved.file(part, "cut")
        let paths = sample.paths.map { $0 == path ? file : $0 }
        let refusal = try await saved.refusal(
          paths, by: ledger, SavedInventory.Settings(side: sample.side), replaces: true)
        #expect(
          refusal?.contains("nothing of the listing was stored") == true,
          "\(twentieth): \(refusal ?? "taken")")
      }
    }
    await ledger.close()
  }

  @Test("gzip that is cut at any twentieth, or has another checksum, is refused")
  func cutGzip() async throws {
    let path = try await gzipped(try bytes(ofFixture: "listings/s3-listv2-page2.xml"), saved, "page2")
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for twentieth in 0..<20 {
      let file = try saved.file(Array(whole.prefix(whole.count * twentieth / 20)), "cut.gz")
      #expect(try await saved.refusal([Self.s3[0], file]) != nil, "\(twentieth)")
    }
    var wrong = whole
    wrong[whole.count - 6] ^= 1
    let file = try saved.file(wrong, "wrong.gz")
    let refusal = try await saved.refusal([Self.s3[0], file])
    #expect(
      refusal?.contains("wrong.gz") == true && refusal?.contains("incorrect data check") == true,
      "\(refusal ?? "")")
    #expect(
      try await saved.refusal([Self.s3[0], try saved.file(whole + [0], "tail.gz")])?.contains("behind")
        == true)
  }

  @Test("the same key on two pages is stored once and counted")
  func duplicates() async throws {
    let rows = (0..<3).map { "{\"Key\":\"k\($0)\",\"Size\":\($0)}" }
    let first = try saved.file(
      Array(
        "{\"Contents\":[\(rows[0]),\(rows[1])],\"IsTruncated\":true,\"NextContinuationToken\":\"t\"}".utf8),
      "1")
    let second = try saved.file(
      Array("{\"Contents\":[\(rows[1]),\(rows[2])],\"IsTruncated\":false,\"ContinuationToken\":\"t\"}".utf8),
      "2")
    let (outcome, objects) = try await saved.listed([second, first])
    #expect(outcome.listing.objects == 3 && outcome.listing.duplicates == 1 && outcome.listing.bytes == 3)
    #expect(objects.map(\.key.shown) == ["k0", "k1", "k2"])
  }

  @Test("keys that are hard to carry come through with their bytes", arguments: ["aws", "lines", "xml"])
  func hostile(_ format: String) async throws {
    let keys = try Fixtures.decode(HostileFile.self, "hostile_keys.json").vectors.map { ObjectKey($0.key) }
      .filter { !$0.bytes.contains(0) }
    let path: String
    switch format {
    case "aws": path = fixture("inventory/aws/hostile.json")
    case "lines": path = try saved.file(Array(keys.map { $0.bytes + [0] }.joined()), "keys")
    default:
      let rows = keys.map { "<Contents><Key>\($0.percentEncoded)</Key><Size>1</Size></Contents>" }.joined()
      path = try saved.file(
        Array(
          "<ListBucketResult><Name>b</Name><Prefix></Prefix><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>\(rows)</ListBucketResult>"
            .utf8), "keys.xml")
    }
    let (outcome, objects) = try await saved.listed(
      [path], SavedInventory.Settings(side: .source, format: format == "lines" ? .keys : nil))
    #expect(objects.map(\.key) == keys.sorted() && outcome.listing.duplicates == 0)
    #expect(outcome.hasSizes == (format != "lines"))
  }

  @Test("characters that XML forbids come through where they are let, and are named where not")
  func lenient() async throws {
    let page =
      "<ListBucketResult><Name>b</Name><Prefix></Prefix><IsTruncated>false</IsTruncated><Contents><Key>a&#x1;b</Key><Size>1</Size></Contents></ListBucketResult>"
    let file = try saved.file(Array(page.utf8), "page.xml")
    let refusal = try await saved.refusal([file])
    #expect(
      refusal?.contains("U+0001") == true && refusal?.contains("--lenient-xml") == true, "\(refusal ?? "")")
    let (_, objects) = try await saved.listed([file], SavedInventory.Settings(side: .source, isLenient: true))
    #expect(objects.map(\.key) == [ObjectKey("a\u{1}b")])
  }
}

/// The keys that are hard to carry.
struct HostileFile: Decodable {
  struct Vector: Decodable { var key: String }

  var vectors: [Vector]
}

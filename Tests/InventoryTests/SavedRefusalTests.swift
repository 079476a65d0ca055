import AuditLedger
import Foundation
import Inventory
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("saved listings that are refused")
struct SavedRefusalTests {
  private let saved: SavedFixture

  init() throws { saved = try SavedFixture() }

  private static func aws(_ name: String) -> String { fixture("inventory/aws/\(name).json") }

  private static func xml(_ name: String) -> String { fixture("listings/\(name).xml") }

  static let sets: [(paths: [String], says: [String])] = [
    ([aws("v2-page1")], ["v2-page1.json, page 1", "goes on at token Cm9yZGVycy9hK2IuY3N2", "missing"]),
    ([aws("v2-page1"), aws("v2-page3")], ["goes on at token", "missing"]),
    ([aws("v2-page2"), aws("v2-page3")], ["first page", "missing"]),
    ([aws("v2-page1"), aws("v2-page2"), aws("v2-page2"), aws("v2-page3")], ["same page", "once"]),
    ([aws("v2-page1"), aws("v2-page1"), aws("v2-page2"), aws("v2-page3")], ["same page", "once"]),
    ([aws("v2"), aws("v2")], ["ended with", "twice"]),
    ([aws("v2-max-items")], ["goes on at token", "missing"]),
    ([aws("v1-page1")], ["goes on behind the key orders/sub/", "missing"]),
    ([aws("v2"), aws("versions")], ["versions", "one listing"]), ([aws("v2-encoded")], ["--encoding-type"]),
    ([xml("s3-listv2-page1")], ["goes on at token", "missing"]),
    ([xml("s3-listv2-page2")], ["first page", "missing"]),
    ([xml("s3-listv2-page1"), xml("s3-listv2-page1"), xml("s3-listv2-page2")], ["same page"]),
    ([xml("s3-listv2-delimiter")], ["page 1", "delimiter", "orders/2024-03-01/"]),
    ([xml("s3-listv2-page1"), xml("oss-list-v2-page2")], ["page 1", "of bucket harbor-dst-shanghai"]),
    ([aws("v2"), xml("s3-listv2-page1")], ["is xml", "aws-json"]),
    ([xml("s3-listv2-page1"), fixture("hostile_listings.json")], ["JSON"]),
    ([fixture("evidence/harbor-job_error_list")], ["line 1", "total list"]),
    ([fixture("evidence/gnu.md5")], ["columns", "--format"]),
    ([fixture("inventory/s3/daily-all/data/7b0f3d52-6c1e-4d0a-9e57-1f6a2c8b4e10.csv.gz")], ["manifest.json"]),
    ([fixture("nothing")], ["nothing", "no such file"]), ([fixture("inventory")], ["is a directory"]),
  ]

  @Test(
    "a set of files that is not one whole listing is refused with what is wrong and the way out",
    arguments: sets)
  func each(_ row: (paths: [String], says: [String])) async throws {
    let refusal = try await saved.refusal(row.paths)
    for word in row.says { #expect(refusal?.contains(word) == true, "\(refusal ?? "taken")") }
  }

  private func page(
    _ key: String, bucket: String = "b", prefix: String = "", begins: String? = nil, goesOn: String? = nil
  ) -> [UInt8] {
    let next = goesOn.map { ",\"NextContinuationToken\":\"\($0)\"" } ?? ""
    let token = begins.map { ",\"ContinuationToken\":\"\($0)\"" } ?? ""
    return Array(
      "{\"Name\":\"\(bucket)\",\"Prefix\":\"\(prefix)\",\"IsTruncated\":\(goesOn != nil),\"KeyCount\":1,\"Contents\":[{\"Key\":\"\(prefix)\(key)\",\"Size\":1}]\(token)\(next)}"
        .utf8)
  }

  @Test("pages of two prefixes, of a listing begun behind a key, and in a circle are refused")
  func strange() async throws {
    func refusal(_ pages: [[UInt8]]) async throws -> String {
      var paths: [String] = []
      for (index, bytes) in pages.enumerated() { paths.append(try saved.file(bytes, "\(index).json")) }
      return try await saved.refusal(paths) ?? "taken"
    }
    #expect(
      try await refusal([page("a", goesOn: "1"), page("b", prefix: "x/", begins: "1")]).contains(
        "of the prefix \"x/\""))
    let behind = #"{"StartAfter":"m","IsTruncated":false,"KeyCount":1,"Contents":[{"Key":"n","Size":1}]}"#
    #expect(try await refusal([Array(behind.utf8)]).contains("behind the key m"))
    let circle = [
      page("a", goesOn: "1"), page("b", begins: "1", goesOn: "2"), page("c", begins: "2", goesOn: "1"),
    ]
    #expect(try await refusal(circle).contains("missing"))
    let stray = [page("a", goesOn: "1"), page("b", begins: "1"), page("c", begins: "9")]
    #expect(try await refusal(stray).contains("no page leads to this one"))
    let untold = #"{"IsTruncated":true,"KeyCount":1,"Contents":[{"Key":"n","Size":1}]}"#
    #expect(try await refusal([Array(untold.utf8)]).contains("goes on behind this page"))
  }

  static let addresses: [(place: ListingPlace, says: String?)] = [
    (ListingPlace(kind: .s3, bucket: "harbor-src-tokyo", prefix: ObjectKey("orders/")), nil),
    (ListingPlace(kind: .s3, bucket: "other", prefix: ObjectKey("orders/")), "not of other"),
    (ListingPlace(kind: .s3, bucket: "harbor-src-tokyo", prefix: ObjectKey("")), "of the prefix \"orders/\""),
    (ListingPlace(kind: .oss, bucket: "harbor-src-tokyo", prefix: ObjectKey("orders/")), nil),
  ]

  @Test("an address has to be what the listing says of itself", arguments: addresses)
  func address(_ row: (place: ListingPlace, says: String?)) async throws {
    let paths = [Self.xml("s3-listv2-page1"), Self.xml("s3-listv2-page2")]
    let refusal = try await saved.refusal(paths, SavedInventory.Settings(side: .source, place: row.place))
    // What is named an OSS address is read by the rules of OSS.
    if row.place.kind == .s3 {
      #expect(row.says == nil ? refusal == nil : refusal?.contains(row.says ?? "") == true)
    }
  }

  @Test("names of rclone stand below the address, whole keys have to begin with it")
  func below() async throws {
    let place = ListingPlace(kind: .s3, bucket: "shop", prefix: ObjectKey("x/"))
    let settings = SavedInventory.Settings(side: .source, place: place)
    let (outcome, objects) = try await saved.listed([fixture("inventory/rclone/harbour.json")], settings)
    #expect(
      objects.first?.key == ObjectKey("x/orders/50%.csv") && outcome.place == place && outcome.folders == 2)
    let refusal = try await saved.refusal([fixture("evidence/harbor-job_completed_list")], settings)
    #expect(refusal?.contains("not below the address") == true, "\(refusal ?? "taken")")
  }
}

@Suite("inventories on the disk that are refused")
struct InventoryFileTests {
  private let saved: SavedFixture
  private static let name = "data/7b0f3d52-6c1e-4d0a-9e57-1f6a2c8b4e10.csv.gz"

  init() throws { saved = try SavedFixture() }

  private var manifest: [UInt8] {
    get throws { try bytes(ofFixture: "inventory/s3/daily-all/2024-03-11T00-00Z/manifest.json") }
  }

  private var data: [UInt8] { get throws { try bytes(ofFixture: "inventory/s3/daily-all/\(Self.name)") } }

  private func manifest(_ old: String, _ new: String) throws -> [UInt8] {
    Array(String(decoding: try manifest, as: UTF8.self).replacing(old, with: new).utf8)
  }

  static let layouts: [(manifest: String, data: String)] = [
    ("manifest.json", "7b0f3d52-6c1e-4d0a-9e57-1f6a2c8b4e10.csv.gz"), ("manifest.json", name),
    ("2024/manifest.json", name), ("renamed.txt", name),
    ("inv/harbor-src-tokyo/daily-all/2024/manifest.json", "inv/harbor-src-tokyo/daily-all/\(name)"),
  ]

  @Test("the data is found beside the manifest by the last parts of its key", arguments: layouts)
  func found(_ row: (manifest: String, data: String)) async throws {
    _ = try saved.file(try data, row.data)
    let path = try saved.file(try manifest, row.manifest)
    #expect(try await saved.listed([path]).objects.count == 7)
  }

  @Test("the data is found in the folder that is named, and nowhere else then")
  func folder() async throws {
    _ = try saved.file(try data, "elsewhere/\(Self.name)")
    let path = try saved.file(try manifest, "here/manifest.json")
    let there = SavedInventory.Settings(side: .source, dataFolder: "\(saved.folder.path)/elsewhere")
    #expect(try await saved.listed([path], there).objects.count == 7)
    let refusal = try await saved.refusal([path])
    #expect(refusal?.contains("--data-folder") == true && refusal?.contains("7b0f3d52") == true)
    _ = try saved.file(try data, "here/\(Self.name)")
    let nowhere = SavedInventory.Settings(side: .source, dataFolder: "\(saved.folder.path)/none")
    #expect(try await saved.refusal([path], nowhere) != nil)
  }

  @Test("a manifest or data that is not what its checksum says is refused")
  func checksums() async throws {
    _ = try saved.file(try data, Self.name)
    let digits = "85174e8b8df8e7bbeb0c254be7dfce26"
    let path = try saved.file(try manifest(digits, digits.replacing("85", with: "86")), "manifest.json")
    #expect(try await saved.refusal([path])?.contains("its MD5 is not the one in the manifest") == true)
    let sized = try saved.file(try manifest("\"size\": 467", "\"size\": 468"), "manifest.json")
    #expect(try await saved.refusal([sized])?.contains("467 bytes") == true)
    let good = try saved.file(try manifest, "manifest.json")
    #expect(try await saved.refusal([good]) == nil)
    _ = try saved.file(Array("\(String(repeating: "0", count: 32))".utf8), "manifest.checksum")
    #expect(try await saved.refusal([good])?.contains("manifest.checksum") == true)
    _ = try saved.file(Array("nothing".utf8), "manifest.checksum")
    #expect(try await saved.refusal([good])?.contains("no MD5") == true)
    _ = try saved.file(
      try bytes(ofFixture: "inventory/s3/daily-all/2024-03-11T00-00Z/manifest.checksum") + [10],
      "manifest.checksum")
    #expect(try await saved.refusal([good]) == nil)
  }

  @Test("data that is cut at any twentieth is refused, and so is a manifest")
  func cut() async throws {
    _ = try saved.file(try data, Self.name)
    let path = try saved.file(try manifest, "manifest.json")
    let ledger = try await saved.open()
    _ = try await saved.take([path], into: ledger)
    let (data, manifest) = (try data, try manifest)
    for twentieth in 0..<20 {
      _ = try saved.file(Array(data.prefix(data.count * twentieth / 20)), Self.name)
      #expect(
        try await saved.refusal([path], by: ledger, replaces: true)?.contains("csv.gz") == true,
        "\(twentieth)")
    }
    _ = try saved.file(data, Self.name)
    for twentieth in 0..<20 {
      let cut = try saved.file(Array(manifest.prefix(manifest.count * twentieth / 20)), "manifest.json")
      #expect(try await saved.refusal([cut], by: ledger, replaces: true) != nil, "\(twentieth)")
    }
    await ledger.close()
  }

  static let bad: [(old: String, new: String, says: String)] = [
    ("\"CSV\"", "\"ORC\"", "export as CSV"), ("\"CSV\"", "\"Parquet\"", "export as CSV"),
    ("inv/harbor-src-tokyo/daily-all/data/", "../../", "no path"),
    ("inv/harbor-src-tokyo/daily-all/data/", "/", "no path"),
    ("\"sourceBucket\": \"harbor-src-tokyo\"", "\"sourceBucket\": \"x\"", "line 1: the row is of bucket"),
    ("StorageClass, ", "", "line 1: not the 9 columns"),
  ]

  @Test("a manifest that leads nowhere is refused with its cause", arguments: bad)
  func each(_ row: (old: String, new: String, says: String)) async throws {
    _ = try saved.file(try data, Self.name)
    let path = try saved.file(try manifest(row.old, row.new), "manifest.json")
    let refusal = try await saved.refusal([path])
    #expect(refusal?.contains(row.says) == true, "\(refusal ?? "taken")")
    #expect(try await saved.refusal([path, path])?.isEmpty == false)
  }
}

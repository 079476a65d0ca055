import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("rows of inventories that were damaged", .timeLimit(.minutes(2)))
struct InventoryRowMutationTests {
  static let samples = [
    "\"shop\",\"a/b.csv\",\"7\",\"2024-01-02T03:04:05.000Z\",\"0123456789abcdef0123456789abcdef\"\n"
      + "\"shop\",\"%E6%9D%B1+%2B\",\"0\",\"2024-01-02T03:04:05.000Z\",\"d41d8cd98f00b204e9800998ecf8427e-3\"\n",
    "shop,a,9223372036854775807,2024-01-02T03:04:05.000Z,\n\"shop\",\"x\"\"y\",\"12\",\"\",\"\"\n",
  ].map { Array($0.utf8) }

  static let words = [
    "\"", "\",\"", "\n", "\r\n", "%", "%00", "%zz", "-1", "shop", "9223372036854775808", "\u{feff}",
  ]

  static func manifest() throws -> InventoryManifest {
    try InventoryManifest(
      Array(
        """
        {"sourceBucket":"shop","destinationBucket":"arn:aws:s3:::inventories","fileFormat":"CSV",
        "fileSchema":"Bucket, Key, Size, LastModifiedDate, ETag",
        "files":[{"key":"a/1.csv.gz","size":10,"MD5checksum":"\(String(repeating: "0", count: 32))"}]}
        """.utf8))
  }

  @Test(
    "a damaged file is refused or gives no more objects than it has lines, each with a possible key and size")
  func damaged() throws {
    let manifest = try Self.manifest()
    var (taken, refused) = (0, 0)
    for seed in 0..<6000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      let bytes = mutator.damaged(Self.samples)
      var reader = InventoryReader(of: manifest)
      do throws(ReportProblem) {
        try feed(bytes, to: &reader)
        taken += 1
        let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        #expect(reader.rows.objects.count <= lines, "seed \(seed)")
        for object in reader.rows.objects {
          #expect(object.size >= 0 && (1...1024).contains(object.key.bytes.count), "seed \(seed)")
        }
      } catch {
        refused += 1
        #expect(!error.cause.isEmpty, "seed \(seed)")
      }
    }
    #expect(taken > 300 && refused > 300, "\(taken) taken, \(refused) refused")
  }

  private func feed(_ bytes: [UInt8], to reader: inout InventoryReader) throws(ReportProblem) {
    var problem: ReportProblem?
    bytes.withUnsafeBytes { raw in
      do throws(ReportProblem) { try reader.feed(raw) } catch { problem = error }
    }
    if let problem { throw problem }
    try reader.finish()
  }
}

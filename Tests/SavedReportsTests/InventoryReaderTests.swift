import Checksums
import ObjectStorage
import SavedReports
import Testing

@Suite("S3 and OSS inventories")
struct InventoryReaderTests {
  private static let s3 = "s3/daily-all/2024-03-11T00-00Z/manifest.json"
  private static let oss = "oss/all/2024-03-12T00-00Z/manifest.json"

  /// A manifest with a schema, as S3 or OSS writes one.
  private func manifest(_ schema: String, isOfS3: Bool = true, format: String = "CSV") throws
    -> InventoryManifest
  {
    let destination = isOfS3 ? "arn:aws:s3:::inventories" : "inventories"
    return try InventoryManifest(
      Array(
        """
        {"sourceBucket":"shop","destinationBucket":"\(destination)","fileFormat":"\(format)","fileSchema":"\(schema)",
        "files":[{"key":"a/data/1.csv.gz","size":10,"MD5checksum":"\(String(repeating: "0", count: 32))"}]}
        """.utf8))
  }

  private func rows(_ csv: String, _ schema: String, isOfS3: Bool = true) throws -> SavedRows {
    try read(csv, InventoryReader(of: try manifest(schema, isOfS3: isOfS3)))
  }

  @Test("manifests of both vendors are read")
  func manifests() throws {
    let s3 = try InventoryManifest(fixture(Self.s3))
    #expect(s3.vendor == .s3 && s3.bucket == "harbor-src-tokyo" && s3.files.count == 1)
    #expect(s3.files[0].size == 467 && s3.files[0].md5.hex == "85174e8b8df8e7bbeb0c254be7dfce26")
    #expect(s3.schema.hasSizes && !s3.schema.hasVersions)
    let oss = try InventoryManifest(fixture(Self.oss))
    #expect(oss.vendor == .oss && oss.bucket == "harbor-dst-shanghai")
  }

  @Test(
    "keys that are hard to carry come through with their bytes, as both vendors encode them",
    arguments: [true, false])
  func hostile(_ isOfS3: Bool) throws {
    let keys = try HostileKeys.all()
    let lines = keys.map { key in
      let text = key.bytes.map { byte -> String in
        switch byte {
        case UInt8(ascii: " ") where isOfS3: "+"
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
          String(UnicodeScalar(byte))
        case UInt8(ascii: "/") where isOfS3: "/"
        default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
      }.joined()
      return "\"shop\",\"\(text)\",\"7\"\n"
    }
    let found = try rows(lines.joined(), "Bucket, Key, Size", isOfS3: isOfS3)
    #expect(found.objects.map(\.key) == keys && found.objects.allSatisfy { $0.size == 7 })
  }

  @Test("columns stand where the schema says, whatever their order, and unknown ones are passed over")
  func columns() throws {
    let found = try rows(
      "2024-03-01T02:15:09.000Z,k%2Bx,\"STANDARD_IA\",12,anything,\"abc\"\r\n",
      "LastModifiedDate,Key, StorageClass ,size,Other,ETag")
    let object = try #require(found.objects.first)
    #expect(object.key == ObjectKey("k+x") && object.size == 12 && object.eTag == ETag("abc"))
    #expect(object.storageClass == "STANDARD_IA" && object.lastModifiedAt?.basicDate == "20240301")
    #expect(try rows("a\n", "Key").objects.map(\.size) == [0])
  }

  @Test("versions and marks of deletion are told apart, and a bucket without versions has the version null")
  func versions() throws {
    let schema = "Bucket,Key,VersionId,IsLatest,IsDeleteMarker,Size,Crc64"
    let csv = """
      "shop","a","v2","true","false","2","11051210869376104954"
      "shop","a","v1","False","False","1","1"
      "shop","b","v3","TRUE","True","",""
      "shop","c","","true","false","4",""

      """
    let found = try rows(csv, schema, isOfS3: false)
    #expect(
      found.versions.map {
        "\($0.object.key.shown) \($0.versionID) \($0.isLatest) \($0.isDeleteMarker) \($0.object.size)"
      }
        == ["a v2 true false 2", "a v1 false false 1", "b v3 true true 0", "c null true false 4"])
    #expect(
      found.digests.map { "\($0.checksum.text) \($0.versionID ?? "-") \($0.line)" } == [
        "11051210869376104954 v2 1", "1 v1 2",
      ])
  }

  static let badRows: [(csv: String, schema: String, isOfS3: Bool, says: String)] = [
    ("shop,a", "Bucket,Key,Size", true, "3 columns"), ("shop,a,1,2", "Bucket,Key,Size", true, "3 columns"),
    ("other,a,1", "Bucket,Key,Size", true, "of bucket other"), ("shop,a,x", "Bucket,Key,Size", true, "Size"),
    ("shop,a,", "Bucket,Key,Size", true, "Size"), ("shop,a,-1", "Bucket,Key,Size", true, "Size"),
    ("shop,,1", "Bucket,Key,Size", true, "empty"), ("shop,a%zz,1", "Bucket,Key,Size", true, "url-encoded"),
    ("shop,a b,1", "Bucket,Key,Size", true, "url-encoded"),
    ("shop,é,1", "Bucket,Key,Size", true, "url-encoded"),
    ("shop,a+b,1", "Bucket,Key,Size", false, "a blank or itself"),
    ("shop,\"a,1", "Bucket,Key,Size", true, "columns"),
    ("a,1,x", "Key,Size,Crc64", false, "Crc64"),
    ("a,1,18446744073709551616", "Key,Size,Crc64", false, "Crc64"),
    ("a,v,yes,false,1", "Key,VersionId,IsLatest,IsDeleteMarker,Size", true, "IsLatest"),
    ("a,v,true,,1", "Key,VersionId,IsLatest,IsDeleteMarker,Size", true, "IsDeleteMarker"),
    (String(repeating: "a", count: 4097) + ",1", "Key,Size", true, "4096"),
  ]

  @Test("a row that is not as the manifest says is a problem with its cause", arguments: badRows)
  func eachBadRow(_ row: (csv: String, schema: String, isOfS3: Bool, says: String)) throws {
    let reader = InventoryReader(of: try manifest(row.schema, isOfS3: row.isOfS3))
    #expect(
      cause(row.csv + "\n", reader)?.contains(row.says) == true, "\(cause(row.csv + "\n", reader) ?? "none")")
  }

  static let badManifests: [(text: String, says: String)] = [
    ("[]", "no manifest"), ("{}", "sourceBucket"), (#"{"sourceBucket":"b"}"#, "fileFormat"),
    (#"{"sourceBucket":"b","fileFormat":"ORC","fileSchema":"struct<x>","files":[]}"#, "export as CSV"),
    (#"{"sourceBucket":"b","fileFormat":"Parquet","fileSchema":"message x","files":[]}"#, "export as CSV"),
    (#"{"sourceBucket":"b","fileFormat":"CSV","files":[]}"#, "fileSchema"),
    (#"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Bucket"}"#, "no Key"),
    (#"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Key,Key"}"#, "twice"),
    (#"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Key,VersionId"}"#, "current"),
    (#"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Key"}"#, "list of files"),
    (#"{"sourceBucket":"b","sourceBucket":"c"}"#, "sourceBucket twice"),
    (
      #"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Key","files":[{"key":"a","size":1}]}"#,
      "MD5checksum"
    ),
    (#"{"sourceBucket":"b","fileFormat":"CSV","fileSchema":"Key","files":[{"size":1}]}"#, "no key"),
    ("{\"sourceBucket\":\"b\",\n", "line 2"), ("{} {}", "no manifest"),
  ]

  @Test("a manifest that cannot be used is a problem with its cause", arguments: badManifests)
  func eachBadManifest(_ row: (text: String, says: String)) {
    let error = #expect(throws: ReportProblem.self) { try InventoryManifest(Array(row.text.utf8)) }
    #expect(error?.cause.contains(row.says) == true, "\(error?.cause ?? "none")")
  }
}

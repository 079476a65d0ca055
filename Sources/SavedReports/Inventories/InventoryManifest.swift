public import Checksums
public import ObjectStorage

/// The `manifest.json` of an S3 or OSS inventory: which files hold the rows, and what their columns are.
public struct InventoryManifest: Sendable {
  /// Who made the inventory; both spell keys their own way.
  public enum Vendor: Sendable {
    case s3
    case oss
  }

  public struct DataFile: Hashable, Sendable {
    /// In the bucket that the inventory was written to.
    public let key: ObjectKey
    /// In bytes, as it is stored.
    public let size: Int64
    public let md5: Checksum
  }

  public let vendor: Vendor
  /// The bucket that the inventory is of.
  public let bucket: String
  public let schema: InventorySchema
  public let files: [DataFile]

  /// The longest manifest, in bytes.
  public static let longest = 64 << 20

  /// Reads a manifest that is here whole; throws with the line where it cannot be read.
  public init(_ bytes: [UInt8]) throws(ReportProblem) {
    let document = try ManifestDocument.read(bytes)
    guard let bucket = document.texts["sourceBucket"], !bucket.isEmpty else {
      throw ReportProblem("the manifest names no sourceBucket")
    }
    let isOfS3 = document.texts["destinationBucket"]?.hasPrefix("arn:") == true
    vendor = isOfS3 ? .s3 : .oss
    self.bucket = bucket
    try Self.check(format: document.texts["fileFormat"])
    guard let columns = document.texts["fileSchema"] else {
      throw ReportProblem("the manifest has no fileSchema: nobody knows what the columns are")
    }
    schema = try InventorySchema(columns)
    guard let files = document.files else { throw ReportProblem("the manifest has no list of files") }
    self.files = files
    guard Set(files.map(\.key)).count == files.count else {
      throw ReportProblem("the manifest names a file twice")
    }
  }

  private static func check(format: String?) throws(ReportProblem) {
    guard let format else { throw ReportProblem("the manifest has no fileFormat") }
    guard format.lowercased() == "csv" else {
      throw ReportProblem(
        "the inventory is in \(shownSafely(format)), which is not read here; export as CSV: choose CSV as the output format of the inventory"
      )
    }
  }
}

/// Takes a manifest apart.
private struct ManifestDocument: JSONConsumer {
  var texts: [String: String] = [:]
  var files: [InventoryManifest.DataFile]?
  private var member = ""
  private var fileMember = ""
  private var file: [String: ArraySlice<UInt8>] = [:]
  private var isDone = false

  static func read(_ bytes: [UInt8]) throws(ReportProblem) -> ManifestDocument {
    var json = JSONReader()
    var document = ManifestDocument()
    let fed: Result<Void, ReportProblem> = bytes.withUnsafeBytes { bytes in
      do throws(ReportProblem) {
        try json.feed(bytes, &document)
        return .success(try json.finish(&document))
      } catch {
        return .failure(ReportProblem("line \(json.line): \(error.cause)"))
      }
    }
    try fed.get()
    return document
  }

  mutating func take(
    _ event: JSONEvent, _ text: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem) {
    let isInFiles = member == "files"
    switch (depth, event) {
    case (0, .beginObject) where !isDone: return
    case (0, .endObject): isDone = true
    case (0, _): throw ReportProblem("the JSON is no manifest")
    case (1, .name): member = String(decoding: text, as: UTF8.self)
    case (1, .beginArray) where isInFiles:
      guard files == nil else { throw ReportProblem("the manifest has two lists of files") }
      files = []
    case (1, .string):
      let isFirst = texts.updateValue(String(decoding: text, as: UTF8.self), forKey: member) == nil
      guard isFirst else { throw ReportProblem("the manifest says \(shownSafely(member)) twice") }
    case (2, .beginObject) where isInFiles: file = [:]
    case (2, .endObject) where isInFiles:
      let found = try dataFile()
      files?.append(found)
    case (3, .name) where isInFiles: fileMember = String(decoding: text, as: UTF8.self)
    case (3, .string) where isInFiles, (3, .number) where isInFiles: file[fileMember] = text
    default: return
    }
  }

  private func dataFile() throws(ReportProblem) -> InventoryManifest.DataFile {
    guard let key = file["key"], !key.isEmpty, let size = file["size"]?.count64 else {
      throw ReportProblem("a file of the manifest has no key or no size")
    }
    let name = ObjectKey(bytes: key)
    guard let text = file["MD5checksum"]?.text, let md5 = Checksum(.md5, hex: text) else {
      throw ReportProblem("the manifest has no MD5checksum of \(name.shown)")
    }
    return InventoryManifest.DataFile(key: name, size: size, md5: md5)
  }
}

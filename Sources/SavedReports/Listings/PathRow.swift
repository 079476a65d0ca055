import Checksums
import ObjectStorage

/// One row of `rclone lsjson`, as far as it was read.
struct PathRow {
  enum Field: String {
    case path = "Path"
    case size = "Size"
    case modified = "ModTime"
    case isFolder = "IsDir"
    case tier = "Tier"
    case hashes = "Hashes"

    init?(_ name: ArraySlice<UInt8>) {
      guard let text = name.text else { return nil }
      self.init(rawValue: text)
    }
  }

  /// Hashes of other names are known to nobody here.
  private static let algorithms: [String: ChecksumAlgorithm] = [
    "md5": .md5, "sha1": .sha1, "sha256": .sha256, "crc32": .crc32,
  ]

  /// Where the row begins.
  let line: Int64
  var hashName: String?
  private var path: [UInt8]?
  private var size: Int64?
  private var modified: String?
  private var isFolder: Bool?
  private var tier: String?
  private var checksums: [Checksum] = []

  init(line: Int64) { self.line = line }

  mutating func take(_ field: Field, _ event: JSONEvent, _ text: ArraySlice<UInt8>) throws(ReportProblem) {
    switch (field, event) {
    case (_, .null): return
    case (.path, .string) where path == nil: path = Array(text)
    case (.size, .number) where size == nil:
      guard let number = Int64(String(decoding: text, as: UTF8.self)) else {
        throw ReportProblem("the Size \(shown(text)) is no number of bytes")
      }
      size = number
    case (.modified, .string): modified = String(decoding: text, as: UTF8.self)
    case (.isFolder, .yes) where isFolder == nil: isFolder = true
    case (.isFolder, .no) where isFolder == nil: isFolder = false
    case (.tier, .string): tier = String(decoding: text, as: UTF8.self)
    default: throw ReportProblem("\(field.rawValue) is not what it should be, or is there twice")
    }
  }

  mutating func takeHash(_ event: JSONEvent, _ text: ArraySlice<UInt8>) throws(ReportProblem) {
    guard event == .string, !text.isEmpty, let name = hashName, let algorithm = Self.algorithms[name] else {
      return
    }
    guard let checksum = Checksum(algorithm, hex: String(decoding: text, as: UTF8.self)) else {
      throw ReportProblem("the \(algorithm.rawValue) is not \(2 * algorithm.byteCount) hexadecimal digits")
    }
    checksums.append(checksum)
  }

  func append(to rows: inout SavedRows) throws(ReportProblem) {
    guard let path, let isFolder else { throw ReportProblem("a row has no Path or no IsDir") }
    guard !isFolder else { return rows.folders += 1 }
    let key = try ReportKey.checked(PathName.key(path))
    guard let size, size >= 0 else { throw ReportProblem("the size of \(key.shown) is not known") }
    let modifiedAt = modified.flatMap(ReportedTime.instant)
    rows.objects.append(ListedObject(key: key, size: size, lastModifiedAt: modifiedAt, storageClass: tier))
    for (ordinal, checksum) in checksums.enumerated() {
      rows.digests.append(
        SavedDigest(
          key: key, checksum: checksum, size: size, modifiedAt: modifiedAt, line: line, ordinal: ordinal))
    }
  }
}

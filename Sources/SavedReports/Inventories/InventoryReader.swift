import Checksums
import ObjectStorage

/// The rows of one data file of an inventory: CSV without a header, keys url-encoded.
///
/// A `+` in a key is a blank where S3 wrote it. OSS does not say what it is there: it is a problem.
public struct InventoryReader: SavedReader {
  public var rows = SavedRows()
  public var pages: [SavedPage] = []
  private let bucket: String
  private let vendor: InventoryManifest.Vendor
  private let schema: InventorySchema
  private var lines = ReportLines()
  private var line: Int64 = 1

  public init(of manifest: InventoryManifest) {
    bucket = manifest.bucket
    vendor = manifest.vendor
    schema = manifest.schema
  }

  public var place: String { "line \(line)" }

  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem) {
    lines.append(bytes)
    while let next = lines.next() { try take(next) }
  }

  public mutating func finish() throws(ReportProblem) {
    lines.end()
    while let next = lines.next() { try take(next) }
  }

  private mutating func take(_ next: ReportLines.Next) throws(ReportProblem) {
    switch next {
    case .tooLong(let number):
      line = number
      throw ReportProblem("a line of more than 1 MiB")
    case .line(let found):
      line = found.number
      if found.bytes.isEmpty { return }
      guard let row = CSVRow(found.bytes), row.cells.count == schema.count else {
        throw ReportProblem("not the \(schema.count) columns that the manifest names")
      }
      try take(row.cells)
    }
  }

  private mutating func take(_ cells: [ArraySlice<UInt8>]) throws(ReportProblem) {
    if let named = cell(.bucket, cells), !named.elementsEqual(bucket.utf8) {
      throw ReportProblem("the row is of bucket \(shown(named)), the manifest is of \(shownSafely(bucket))")
    }
    let key = try key(cell(.key, cells) ?? [])
    guard schema.hasVersions else {
      let object = try object(key, cells)
      rows.objects.append(object)
      return try addDigest(object, nil, cells)
    }
    let isMark = try flag(.isDeleteMarker, cells)
    let object =
      isMark ? ListedObject(key: key, size: 0, lastModifiedAt: modified(cells)) : try object(key, cells)
    let id = try text(.versionID, cells) ?? ""
    let version = ListedVersion(
      object: object, versionID: id.isEmpty ? "null" : id, isLatest: try flag(.isLatest, cells),
      isDeleteMarker: isMark)
    rows.versions.append(version)
    if !isMark { try addDigest(object, version.versionID, cells) }
  }

  private func object(_ key: ObjectKey, _ cells: [ArraySlice<UInt8>]) throws(ReportProblem) -> ListedObject {
    var size: Int64 = 0
    if let cell = cell(.size, cells) {
      guard let number = cell.count64 else { throw ReportProblem("the key \(key.shown) has no valid Size") }
      size = number
    }
    return ListedObject(
      key: key, size: size, eTag: try text(.eTag, cells).map { ETag($0) }, lastModifiedAt: modified(cells),
      storageClass: try text(.storageClass, cells), objectType: try text(.objectType, cells))
  }

  private mutating func addDigest(
    _ object: ListedObject, _ versionID: String?, _ cells: [ArraySlice<UInt8>]
  ) throws(ReportProblem) {
    guard let decimal = try text(.crc64xz, cells) else { return }
    guard let checksum = Checksum(crc64xzDecimal: decimal) else {
      throw ReportProblem("the Crc64 of \(object.key.shown) is not a decimal number of 64 bits")
    }
    rows.digests.append(
      SavedDigest(
        key: object.key, checksum: checksum, size: schema.hasSizes ? object.size : nil, eTag: object.eTag,
        versionID: versionID == "null" ? nil : versionID, modifiedAt: object.lastModifiedAt, line: line))
  }

  private func key(_ cell: ArraySlice<UInt8>) throws(ReportProblem) -> ObjectKey {
    guard !cell.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) else {
      throw ReportProblem("the key \(shown(cell)) is not url-encoded, as keys of inventories are")
    }
    var bytes = cell
    if cell.contains(UInt8(ascii: "+")) {
      guard vendor == .s3 else {
        throw ReportProblem(
          "the + in the key \(shown(cell)) may be a blank or itself: OSS does not say which")
      }
      bytes = cell.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }[...]
    }
    guard let text = bytes.text, let key = ObjectKey(percentEncoded: text) else {
      throw ReportProblem("the key \(shown(cell)) is not url-encoded, as keys of inventories are")
    }
    return try ReportKey.checked(key)
  }

  private func cell(_ column: InventorySchema.Column, _ cells: [ArraySlice<UInt8>]) -> ArraySlice<UInt8>? {
    schema[column].map { cells[$0] }
  }

  /// Nil for an empty cell, and where there is no such column.
  private func text(
    _ column: InventorySchema.Column, _ cells: [ArraySlice<UInt8>]
  ) throws(ReportProblem) -> String? {
    guard let cell = cell(column, cells), !cell.isEmpty else { return nil }
    guard let text = cell.text else { throw ReportProblem("\(column.rawValue) is not UTF-8") }
    return text
  }

  private func flag(
    _ column: InventorySchema.Column, _ cells: [ArraySlice<UInt8>]
  ) throws(ReportProblem) -> Bool {
    switch try text(column, cells)?.lowercased() {
    case "true": return true
    case "false": return false
    default: throw ReportProblem("\(column.rawValue) is neither true nor false")
    }
  }

  private func modified(_ cells: [ArraySlice<UInt8>]) -> Timestamp? {
    cell(.lastModified, cells)?.text.flatMap(ReportedTime.instant)
  }
}

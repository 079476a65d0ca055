import Checksums
import ObjectStorage

/// The objects of one side that the lists of Data Online Migration name, of both generations, and this tool's own.
///
/// | list | here |
/// | --- | --- |
/// | total, older | name and size; the bucket from the address |
/// | completed, older | name, size, and the CRC-64 that the destination computed |
/// | newer | name, size, MD5 and CRC-64 of the side; rows without a size are of objects that it does not have |
/// | error, skipped, older | a problem: they name what was not migrated |
public struct MigrationListReader: SavedReader {
  public var rows = SavedRows()
  public var pages: [SavedPage] = []
  private let side: ReportSide
  private let takesCRC: Bool
  private var migration: MigrationRows
  private var lines = ReportLines()
  private var line: Int64 = 1
  private var bucket: String?

  /// - Parameters:
  ///   - side: whose objects count.
  ///   - takesCRC: whether the CRC-64 of that side is a CRC-64/XZ.
  public init(side: ReportSide, takesCRC: Bool) {
    self.side = side
    self.takesCRC = takesCRC
    migration = MigrationRows(side: side, takesCRC: takesCRC)
  }

  public var place: String { "line \(line)" }

  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem) {
    lines.append(bytes)
    while let next = lines.next() { try take(next) }
  }

  public mutating func finish() throws(ReportProblem) {
    lines.end()
    while let next = lines.next() { try take(next) }
    pages.append(SavedPage(bucket: bucket))
  }

  private mutating func take(_ next: ReportLines.Next) throws(ReportProblem) {
    let found = try next.whole(&line)
    switch try migration.read(found.bytes) {
    case nil: return
    case .narrow(let row): try take(row)
    case .wide(let row): try take(row)
    }
  }

  private mutating func take(_ row: NarrowMigrationRow) throws(ReportProblem) {
    switch row.list {
    case .error, .skipped:
      throw ReportProblem(
        "a row of an error list or a skipped list, which name what was not migrated; give the total list")
    case .total, .completed: break
    }
    guard let size = row.size else { throw ReportProblem("a row without a size") }
    var name = row.name
    if let address = row.address { name = try key(ofAddress: address) }
    let key = try ReportKey.checked(migration.key(name))
    let object = ListedObject(key: key, size: size)
    rows.objects.append(object)
    if takesCRC, let checksum = row.checksum { add([checksum], object, nil) }
  }

  private mutating func take(_ row: WideMigrationRow) throws(ReportProblem) {
    guard let size = row.size else { return rows.absent += 1 }
    let key = try ReportKey.checked(NameSpelling.decoded(row.name))
    let object = ListedObject(key: key, size: size, lastModifiedAt: row.modifiedAt)
    rows.objects.append(object)
    add(row.checksums, object, row.versionID)
  }

  private mutating func add(_ checksums: [Checksum], _ object: ListedObject, _ versionID: String?) {
    for (ordinal, checksum) in checksums.enumerated() {
      rows.digests.append(
        SavedDigest(
          key: object.key, checksum: checksum, size: object.size, versionID: versionID,
          modifiedAt: object.lastModifiedAt, line: line, ordinal: ordinal))
    }
  }

  /// What stands behind `scheme://bucket/`, and the bucket, of which a list has only one.
  private mutating func key(ofAddress address: ArraySlice<UInt8>) throws(ReportProblem) -> ArraySlice<UInt8> {
    guard let colon = address.firstRange(of: "://".utf8) else {
      throw ReportProblem("an address without a scheme")
    }
    let rest = address[colon.upperBound...]
    let name = rest.prefix { $0 != UInt8(ascii: "/") }
    guard let text = name.text, name.count < rest.count else {
      throw ReportProblem("an address without a key")
    }
    if let bucket, bucket != text {
      throw ReportProblem(
        "the row is of bucket \(shownSafely(text)), the rows before are of \(shownSafely(bucket))")
    }
    bucket = text
    return rest.dropFirst(name.count + 1)
  }
}

extension ReportLines.Next {
  /// The line, where it was not too long and is no end that may be cut; sets where the reader stands.
  func whole(_ place: inout Int64) throws(ReportProblem) -> ReportLine {
    switch self {
    case .tooLong(let number):
      place = number
      throw ReportProblem("a line of more than 1 MiB")
    case .line(let line):
      place = line.number
      guard line.isTerminated else {
        throw ReportProblem(
          "the last line has no end, so that the file may be cut; if it is whole, put its last line feed (or NUL) back"
        )
      }
      return line
    }
  }
}

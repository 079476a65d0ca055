public import Checksums
public import ObjectStorage

/// One of the two sides that the newer lists have columns of.
public enum ReportSide: String, Sendable {
  case source
  case destination
}

/// What a row of the newer lists says of one side.
public struct WideMigrationRow {
  /// Percent-encoded; `NameSpelling.decoded` reads it.
  public let name: ArraySlice<UInt8>
  /// None, an MD5, a CRC-64/XZ, or both in this order.
  public let checksums: [Checksum]
  public let size: Int64?
  public let versionID: String?
  public let modifiedAt: Timestamp?
}

/// Where the columns of one side stand in the newer lists.
struct WideMigrationColumns {
  private let separator: UInt8
  private let count: Int
  private var name = -1
  private var size: Int?
  private var md5: Int?
  private var crc64xz: Int?
  private var modified: Int?
  private var version: Int?

  private static let separators = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: "|")]
  /// Names, sizes, MD5s, CRC-64s, times of the last change, start and end.
  private static let fewest = 12

  /// Takes the places from the header's words; nil where the line is no such header.
  init?(header bytes: ArraySlice<UInt8>, side: ReportSide) {
    guard let (separator, cells) = Self.split(bytes) else { return nil }
    let words = cells.map { ($0.text ?? "").lowercased() }
    func place(_ word: String) -> Int? {
      words.firstIndex { $0.contains(word) && $0.contains(side.rawValue) }
    }
    guard let name = place("name"), let md5 = place("md5"), let crc64xz = place("crc") else { return nil }
    self.separator = separator
    count = cells.count
    self.name = name
    self.md5 = md5
    self.crc64xz = crc64xz
    size = place("size")
    modified = place("modif")
    version = place("version")
  }

  /// Takes the documented order for a list without a header; nil where the line is no row of it.
  init?(row bytes: ArraySlice<UInt8>, side: ReportSide) {
    guard let (separator, cells) = Self.split(bytes), cells[2].count64 != nil else { return nil }
    guard cells[3].isUnknown || cells[3].count64 != nil, cells[8].isUnknown || ReportedTime.isTime(cells[8]),
      [cells[6], cells[7]].allSatisfy({ $0.isUnknown || Checksum(crc64xzDecimal: $0.text ?? "") != nil })
    else { return nil }
    let shift = side == .source ? 0 : 1
    self.separator = separator
    count = cells.count
    name = shift
    size = 2 + shift
    md5 = 4 + shift
    crc64xz = 6 + shift
    modified = 8 + shift
    if cells.count > Self.fewest + 1, !ReportedTime.isTime(cells[10]) { version = 10 + shift }
  }

  /// The same for a list of objects that failed, of which the other side may not be known, nor any size.
  init?(failedRow bytes: ArraySlice<UInt8>) {
    guard let (separator, cells) = Self.split(bytes), !cells[0].isEmpty, !cells[1].isEmpty,
      [cells[2], cells[3]].allSatisfy({ $0.isUnknown || $0.trimmed.count64 != nil }),
      [cells[6], cells[7]].allSatisfy({ $0.isUnknown || Checksum(crc64xzDecimal: $0.text ?? "") != nil }),
      [cells[8], cells[9]].allSatisfy({ $0.isUnknown || ReportedTime.isTime($0) }),
      cells[8...].contains(where: { ReportedTime.isTime($0) })
    else { return nil }
    self.separator = separator
    count = cells.count
    name = 0
    size = 2
  }

  /// Reads a row of such a list: what the source is called there, and how large it was.
  func failed(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> ErrorListRow {
    guard let cells = CSVRow(bytes, separator: separator)?.cells, cells.count == count else {
      throw ReportProblem("not \(count) columns as in the first row")
    }
    return ErrorListRow(name: cells[name], size: try size(of: cells))
  }

  private static func split(_ bytes: ArraySlice<UInt8>) -> (separator: UInt8, cells: [ArraySlice<UInt8>])? {
    for separator in separators {
      guard let row = CSVRow(bytes, separator: separator), row.cells.count >= fewest else { continue }
      return (separator, row.cells)
    }
    return nil
  }

  /// Reads a row; the CRC-64 is passed over where `takesCRC` is false: it may be one of another polynomial.
  func row(_ bytes: ArraySlice<UInt8>, takesCRC: Bool) throws(ReportProblem) -> WideMigrationRow {
    guard let cells = CSVRow(bytes, separator: separator)?.cells, cells.count == count else {
      throw ReportProblem("not \(count) columns as in the first row")
    }
    var checksums: [Checksum] = []
    if let text = try text(md5, cells) {
      guard let checksum = Checksum(.md5, hex: text) ?? Checksum(.md5, base64: text) else {
        throw ReportProblem("the MD5 is neither 32 hexadecimal digits nor their Base64")
      }
      checksums.append(checksum)
    }
    if let text = try text(crc64xz, cells), takesCRC {
      guard let checksum = Checksum(crc64xzDecimal: text) else {
        throw ReportProblem("the CRC-64 is not a decimal number of 64 bits")
      }
      checksums.append(checksum)
    }
    return WideMigrationRow(
      name: cells[name], checksums: checksums, size: try size(of: cells),
      versionID: try text(version, cells), modifiedAt: try text(modified, cells).flatMap(ReportedTime.instant)
    )
  }

  private func size(of cells: [ArraySlice<UInt8>]) throws(ReportProblem) -> Int64? {
    guard let size, !cells[size].isUnknown else { return nil }
    guard let number = cells[size].trimmed.count64 else { throw ReportProblem("the size is not a number") }
    return number
  }

  private func text(_ place: Int?, _ cells: [ArraySlice<UInt8>]) throws(ReportProblem) -> String? {
    guard let place, !cells[place].isUnknown else { return nil }
    guard let text = cells[place].trimmed.text else { throw ReportProblem("a cell is not UTF-8") }
    return text
  }
}

extension ArraySlice<UInt8> {
  /// Whether a cell says nothing.
  fileprivate var isUnknown: Bool { trimmed.isEmpty || trimmed == [UInt8(ascii: "-")] }
}

public import Checksums

/// A row of the older lists: four columns, read from the right so that a name may hold the separator.
///
/// | list | columns | here |
/// | --- | --- | --- |
/// | completed | name, size, CRC-64/XZ in decimal, time | name, size, checksum |
/// | total | address, name, size, time | address, name, size |
/// | skipped | address, name, size, reason | nothing |
/// | error | name, start, end, description | nothing |
public struct NarrowMigrationRow {
  public enum List: Sendable {
    case completed
    case total
    case skipped
    case error
  }

  /// What stands between the columns; tried in this order.
  public enum Separator: CaseIterable, Sendable {
    case tab
    case comma
    case pipe
    case blanks

    var byte: UInt8 {
      switch self {
      case .tab: UInt8(ascii: "\t")
      case .comma: UInt8(ascii: ",")
      case .pipe: UInt8(ascii: "|")
      case .blanks: UInt8(ascii: " ")
      }
    }
  }

  public private(set) var list = List.completed
  /// `scheme://bucket/key`, of a total list.
  public private(set) var address: ArraySlice<UInt8>?
  public private(set) var name: ArraySlice<UInt8> = []
  public private(set) var size: Int64?
  public private(set) var checksum: Checksum?

  /// Nil where the line has the columns of none of the lists.
  init?(_ bytes: ArraySlice<UInt8>, _ separator: Separator) {
    if let addressed = AddressedMigrationRow(bytes, separator) {
      list = .total
      (address, name, size) = (addressed.address, addressed.name, addressed.size)
      return
    }
    if AddressedMigrationRow.isOne(bytes, separator) {
      list = .skipped
      return
    }
    if Self.isError(bytes, separator) {
      list = .error
      return
    }
    guard let cells = Self.cells(bytes, separator), ReportedTime.isTime(cells[3]), !cells[0].isEmpty,
      let size = cells[1].trimmed.count64
    else { return nil }
    // Four words of any log would do otherwise.
    guard separator != .blanks || cells[3].contains(UInt8(ascii: ":")) else { return nil }
    let digest = cells[2].trimmed
    if !digest.isEmpty && digest != [UInt8(ascii: "-")] {
      guard let text = digest.text, let checksum = Checksum(crc64xzDecimal: text) else { return nil }
      self.checksum = checksum
    }
    // An address as a name is a row of another list whose name has the separator.
    guard cells[0].text?.contains("://") != true else { return nil }
    name = cells[0]
    self.size = size
  }

  /// Whether a line names the columns of these lists.
  static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let text = bytes.text?.lowercased() else { return false }
    return text.contains("name") && text.contains("size") && (text.contains("crc") || text.contains("time"))
      && !text.contains { $0.isNumber && $0 != "6" && $0 != "4" }
  }

  /// The four cells of a line, the first with everything that is left.
  static func cells(_ bytes: ArraySlice<UInt8>, _ separator: Separator) -> [ArraySlice<UInt8>]? {
    if separator != .blanks, bytes.first == UInt8(ascii: "\"") {
      return CSVRow(bytes, separator: separator.byte).flatMap { $0.cells.count == 4 ? $0.cells : nil }
    }
    var rest = bytes
    var cells: [ArraySlice<UInt8>] = []
    while cells.count < 3 {
      guard var cell = cut(&rest, separator.byte) else { return nil }
      // A time of two words: its date follows.
      if separator == .blanks, cells.isEmpty, cell.contains(UInt8(ascii: ":")),
        !cell.contains(UInt8(ascii: "-"))
      {
        guard let date = cut(&rest, separator.byte) else { return nil }
        cell = date + [UInt8(ascii: "T")] + cell + [UInt8(ascii: "Z")]
      }
      cells.append(cell)
      while separator == .blanks && rest.last == separator.byte { rest.removeLast() }
    }
    return [rest] + cells.reversed()
  }

  /// Takes the last cell and its separator off.
  static func cut(_ rest: inout ArraySlice<UInt8>, _ separator: UInt8) -> ArraySlice<UInt8>? {
    guard let index = rest.lastIndex(of: separator) else { return nil }
    defer { rest = rest[..<index] }
    return rest[(index + 1)...]
  }

  private static func isError(_ bytes: ArraySlice<UInt8>, _ separator: Separator) -> Bool {
    guard separator != .blanks, let cells = CSVRow(bytes, separator: separator.byte)?.cells, cells.count >= 4
    else { return false }
    return ReportedTime.isTime(cells[1]) && ReportedTime.isTime(cells[2])
      && cells[1].trimmed.count64 == nil && !ReportedTime.isTime(cells[3])
  }
}

import ObjectStorage

/// A row of an older error list: name, start, end, description.
///
/// Both the name and the description may hold the separator: the two times that stand side by side show where the
/// name ends. Where more than one pair could be them, the row is none. A time that is not known is a `-`.
struct ClassicErrorRow {
  let name: ArraySlice<UInt8>
  let description: ArraySlice<UInt8>

  init?(_ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator) {
    if separator != .blanks, bytes.first == UInt8(ascii: "\""), let row = Self.quoted(bytes, separator.byte) {
      (name, description) = row
      return
    }
    let cells = separator == .blanks ? Self.words(bytes) : Self.cells(bytes, separator.byte)
    let width = separator == .blanks ? 2 : 1
    var found: Int?
    for index in cells.indices.dropFirst() where Self.areTimes(cells, from: index, width: width) {
      guard found == nil else { return nil }
      found = index
    }
    guard let found else { return nil }
    let end = found + 2 * width
    var name = bytes[bytes.startIndex..<cells[found].startIndex]
    name.removeLast()
    while separator == .blanks && name.last == separator.byte { name.removeLast() }
    guard !name.isEmpty, end < cells.count || separator == .blanks, name.text != nil else { return nil }
    self.name = name
    description = end < cells.count ? bytes[cells[end].startIndex...] : []
    // A completed list ends with its time.
    guard !ReportedTime.isTime(description) else { return nil }
  }

  private static func quoted(
    _ bytes: ArraySlice<UInt8>, _ separator: UInt8
  ) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
    guard let cells = CSVRow(bytes, separator: separator)?.cells, cells.count >= 4, !cells[0].isEmpty,
      areTimes(cells, from: 1, width: 1), cells[0].text != nil, !ReportedTime.isTime(cells[3])
    else { return nil }
    return (cells[0], cells[3])
  }

  private static func areTimes(_ cells: [ArraySlice<UInt8>], from index: Int, width: Int) -> Bool {
    guard index + 2 * width <= cells.count else { return false }
    let times = [index, index + width].map { start in
      ArraySlice(cells[start..<start + width].map { unquoted($0) }.joined(separator: [UInt8(ascii: " ")]))
    }
    if width == 1, times.allSatisfy({ $0.elementsEqual("-".utf8) }) { return true }
    return times.allSatisfy {
      ReportedTime.isTime($0) && (width == 1 || $0.contains(UInt8(ascii: ":")))
    }
  }

  private static func unquoted(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let quote = UInt8(ascii: "\"")
    guard cell.count > 1, cell.first == quote, cell.last == quote else { return cell }
    return cell.dropFirst().dropLast()
  }

  private static func cells(_ bytes: ArraySlice<UInt8>, _ separator: UInt8) -> [ArraySlice<UInt8>] {
    bytes.split(separator: separator, omittingEmptySubsequences: false)
  }

  private static func words(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: " "))
  }

  /// Whether a line may name the columns of a list whose next line is a row: as many cells, and no time among them.
  static func isHeader(_ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator) -> Bool {
    let cells = separator == .blanks ? words(bytes) : cells(bytes, separator.byte)
    return cells.count >= 4
      && cells.allSatisfy { cell in
        !ReportedTime.isTime(cell) && !cell.isEmpty && !cell.contains { (48...57).contains($0) }
      }
  }
}

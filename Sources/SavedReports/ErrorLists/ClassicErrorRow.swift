import ObjectStorage

/// A row of an older error list: name, start, end, description.
///
/// Both the name and the description may hold the separator: the two times that stand side by side show where the
/// name ends. Where more than one pair could be them, the row is none. A time that is not known is a `-`.
struct ClassicErrorRow {
  let name: ArraySlice<UInt8>
  /// What the name is where quotes around it, and doubled ones in it, are those of CSV; nil where they cannot be.
  let unquotedName: ArraySlice<UInt8>?
  let description: ArraySlice<UInt8>

  private typealias Cells = (name: ArraySlice<UInt8>, description: ArraySlice<UInt8>)

  init?(_ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator) {
    let quoted = separator == .blanks ? nil : Self.quoted(bytes, separator.byte)
    guard let plain = Self.plain(bytes, separator) ?? quoted else { return nil }
    // A completed list ends with its time.
    guard !ReportedTime.isTime(plain.description), plain.name.text != nil, !plain.name.isEmpty else {
      return nil
    }
    name = plain.name
    unquotedName = quoted?.name
    description = plain.description
  }

  private static func plain(
    _ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator
  ) -> Cells? {
    let cells = separator == .blanks ? words(bytes) : cells(bytes, separator.byte)
    var found: (start: Int, end: Int)?
    for index in cells.indices.dropFirst() {
      guard let end = timesEnd(cells, from: index, separator) else { continue }
      guard found == nil else { return nil }
      found = (index, end)
    }
    guard let found else { return nil }
    var name = bytes[bytes.startIndex..<cells[found.start].startIndex].dropLast()
    while separator == .blanks && name.last == separator.byte { name.removeLast() }
    guard found.end < cells.count || separator == .blanks else { return nil }
    return (name, found.end < cells.count ? bytes[cells[found.end].startIndex...] : [])
  }

  private static func quoted(_ bytes: ArraySlice<UInt8>, _ separator: UInt8) -> Cells? {
    guard bytes.first == UInt8(ascii: "\""), let cells = CSVRow(bytes, separator: separator)?.cells,
      cells.count >= 4, !cells[0].isEmpty, timesEnd(cells, from: 1, .comma) != nil, cells[0].text != nil
    else { return nil }
    return (cells[0], cells[3])
  }

  /// Where two times end that begin at a cell; nil where there are none.
  private static func timesEnd(
    _ cells: [ArraySlice<UInt8>], from index: Int, _ separator: NarrowMigrationRow.Separator
  ) -> Int? {
    if separator != .blanks, index + 1 < cells.count, cells[index].elementsEqual("-".utf8),
      cells[index + 1].elementsEqual("-".utf8)
    {
      return index + 2
    }
    return timeEnd(cells, from: index, separator).flatMap { timeEnd(cells, from: $0, separator) }
  }

  private static func timeEnd(
    _ cells: [ArraySlice<UInt8>], from index: Int, _ separator: NarrowMigrationRow.Separator
  ) -> Int? {
    guard index < cells.count else { return nil }
    let first = unquoted(cells[index])
    guard separator == .blanks else { return ReportedTime.isTime(first) ? index + 1 : nil }
    if first.contains(UInt8(ascii: ":")), ReportedTime.isTime(first) { return index + 1 }
    // Between blanks a time is two words.
    guard index + 1 < cells.count, cells[index + 1].contains(UInt8(ascii: ":")),
      ReportedTime.isTime(first + [UInt8(ascii: " ")] + cells[index + 1])
    else { return nil }
    return index + 2
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

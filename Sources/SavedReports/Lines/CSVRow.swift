/// A row of RFC 4180, or of the same with another separator.
public struct CSVRow {
  public private(set) var cells: [ArraySlice<UInt8>] = []
  /// What stands behind the cells that were asked for, without their separator; nil where nothing does.
  public private(set) var rest: ArraySlice<UInt8>?

  /// Reads at most so many cells; nil where a cell that begins with a quote is not closed by one.
  public init?(_ bytes: ArraySlice<UInt8>, separator: UInt8 = UInt8(ascii: ","), atMost limit: Int = .max) {
    var rest = bytes
    while cells.count < limit {
      guard let cell = Self.cell(&rest, separator) else { return nil }
      cells.append(cell)
      if rest.isEmpty { return }
      guard rest.first == separator else { return nil }
      rest.removeFirst()
    }
    self.rest = rest
  }

  /// Takes one cell from the front, without its quotes.
  private static func cell(_ rest: inout ArraySlice<UInt8>, _ separator: UInt8) -> ArraySlice<UInt8>? {
    guard rest.first == UInt8(ascii: "\"") else {
      let cell = rest.prefix { $0 != separator }
      rest = rest.dropFirst(cell.count)
      return cell
    }
    rest.removeFirst()
    var cell: [UInt8] = []
    while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
      cell.append(contentsOf: rest[..<quote])
      rest = rest[(quote + 1)...]
      guard rest.first == UInt8(ascii: "\"") else { return cell[...] }
      cell.append(UInt8(ascii: "\""))
      rest.removeFirst()
    }
    return nil
  }
}

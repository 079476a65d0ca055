/// A row whose first column is an address that ends in the second: of a total list where size and time follow.
struct AddressedMigrationRow {
  let address: ArraySlice<UInt8>
  let name: ArraySlice<UInt8>
  let size: Int64

  /// Nil for anything but address, name, size and time.
  init?(_ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator) {
    guard separator != .blanks, let columns = Self.columns(bytes, separator.byte),
      let size = columns.size.trimmed.count64, ReportedTime.isTime(columns.time)
    else { return nil }
    (address, name) = (columns.address, columns.name)
    self.size = size
  }

  /// Whether a line begins as such rows do, whatever follows.
  static func isOne(_ bytes: ArraySlice<UInt8>, _ separator: NarrowMigrationRow.Separator) -> Bool {
    guard separator != .blanks, let cells = CSVRow(bytes, separator: separator.byte)?.cells, cells.count >= 4
    else { return false }
    return isAddress(cells[0], of: cells[1])
  }

  private typealias Columns = (
    address: ArraySlice<UInt8>, name: ArraySlice<UInt8>, size: ArraySlice<UInt8>, time: ArraySlice<UInt8>
  )

  private static func columns(_ bytes: ArraySlice<UInt8>, _ separator: UInt8) -> Columns? {
    if bytes.first == UInt8(ascii: "\"") {
      guard let cells = CSVRow(bytes, separator: separator)?.cells, cells.count == 4,
        isAddress(cells[0], of: cells[1])
      else { return nil }
      return (cells[0], cells[1], cells[2], cells[3])
    }
    var rest = bytes
    guard let time = NarrowMigrationRow.cut(&rest, separator),
      let size = NarrowMigrationRow.cut(&rest, separator)
    else { return nil }
    // A name may hold the separator: the address shows where the name begins.
    var place = rest.startIndex
    while let next = rest[place...].firstIndex(of: separator) {
      let (address, name) = (rest[..<next], rest[(next + 1)...])
      if isAddress(address, of: name) { return (address, name, size, time) }
      place = next + 1
    }
    return nil
  }

  private static func isAddress(_ address: ArraySlice<UInt8>, of name: ArraySlice<UInt8>) -> Bool {
    guard !name.isEmpty, let text = address.text, text.contains("://") else { return false }
    return address.suffix(name.count) == name
  }
}

import AuditLedger
import ObjectStorage

/// Aligned columns for people; numbers to the right, text from outside made safe.
///
/// Widths follow the first rows, so that an answer of any length takes no more memory; a later cell that is wider
/// stands out.
struct TableRows: RowFormat {
  private struct Cell {
    var text: String
    var isNumber = false
  }

  private static let measuredRows = 1000
  private var columns: [String] = []
  private var widths: [Int] = []
  private var held: [[Cell]] = []
  private var isMeasured = false

  mutating func begin(_ columns: [String]) -> String {
    self.columns = columns.map { shownSafely($0) }
    return ""
  }

  mutating func row(_ values: [QueryValue]) -> String {
    let cells = values.map(Self.cell)
    guard !isMeasured else { return line(cells) }
    held.append(cells)
    return held.count < Self.measuredRows ? "" : release()
  }

  /// Without a row, and without an end, there is no answer that a header could stand above.
  mutating func end(isWhole: Bool) -> String {
    isMeasured || (held.isEmpty && !isWhole) ? "" : release()
  }

  private mutating func release() -> String {
    isMeasured = true
    widths = columns.indices.map { index in
      held.reduce(columns[index].count) { max($0, $1[index].text.count) }
    }
    let isNumeric = columns.indices.map { index in
      !held.isEmpty && held.allSatisfy { $0[index].isNumber }
    }
    let header = zip(columns, isNumeric).map { Cell(text: $0, isNumber: $1) }
    let rule = widths.map { Cell(text: String(repeating: "-", count: $0)) }
    defer { held = [] }
    return ([header, rule] + held).map(line).joined()
  }

  private func line(_ cells: [Cell]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      let gap = String(repeating: " ", count: max(0, widths[index] - cell.text.count))
      let isLast = index == cells.count - 1
      text += cell.isNumber ? gap + cell.text : isLast ? cell.text : cell.text + gap
      if !isLast { text += "  " }
    }
    return text + "\n"
  }

  private static func cell(_ value: QueryValue) -> Cell {
    switch value {
    case .null: Cell(text: "NULL")
    case .integer(let number): Cell(text: String(number), isNumber: true)
    case .real(let number): Cell(text: JSONText.number(number), isNumber: true)
    case .text(let text): Cell(text: shownSafely(text))
    case .bytes(let bytes): Cell(text: ObjectKey(bytes: bytes).percentEncoded)
    }
  }
}

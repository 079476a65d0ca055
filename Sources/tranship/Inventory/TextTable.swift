/// Rows of cells in aligned columns, for people: numbers to the right, texts to the left.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  private let alignments: [Alignment]
  private var rows: [Row] = []
  private let headingRows: Int

  private struct Row {
    var cells: [String]
    /// Lines that stand below the row, indented.
    var notes: [String]
  }

  /// A heading for each column, or none; text from outside must have gone through `shown` before.
  init(_ headings: [String], _ alignments: [Alignment]) {
    self.alignments = alignments
    if !headings.isEmpty { rows = [Row(cells: headings, notes: [])] }
    headingRows = rows.count
  }

  mutating func add(_ cells: [String], notes: [String] = []) {
    rows.append(Row(cells: cells, notes: notes))
  }

  /// Whether there is nothing but headings.
  var isEmpty: Bool { rows.count == headingRows }

  var text: String {
    let widths = alignments.indices.map { column in
      rows.map { column < $0.cells.count ? $0.cells[column].count : 0 }.max() ?? 0
    }
    return rows.flatMap { [line($0.cells, widths)] + $0.notes.map { "    " + $0 } }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    let cells = cells[..<((cells.lastIndex { !$0.isEmpty } ?? -1) + 1)]
    for (column, cell) in cells.enumerated() where column < widths.count {
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      let isLast = column == cells.count - 1
      switch alignments[column] {
      case .left: line += isLast ? cell : cell + padding
      case .right: line += padding + cell
      }
      if !isLast { line += "  " }
    }
    return line
  }
}

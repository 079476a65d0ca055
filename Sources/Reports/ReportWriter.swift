import AuditLedger
import ObjectStorage

/// A format that takes the objects one by one and keeps none of them.
protocol ReportWriter: Sendable {
  /// The end of the file's name, after the job's.
  var stem: String { get }

  /// Writes what the format says of an object, which may be nothing; objects come in the order of the key bytes.
  mutating func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError)
}

/// What stands between and in place of the cells of a classic list.
enum ListMark {
  static let tab = UInt8(ascii: "\t")
  static let newline = UInt8(ascii: "\n")
  /// No reader that splits at white space loses count.
  static let unknown = "-"
}

/// A line of a classic list: cells between tabs, no header.
///
/// A cell that is not known is `-`, so that no reader that splits at white space loses count.
func listLine(_ cells: String...) -> String {
  var line = ""
  line.reserveCapacity(cells.reduce(0) { $0 + $1.utf8.count + 2 })
  for cell in cells {
    if !line.isEmpty { line += "\t" }
    line += cell.isEmpty ? "-" : cell
  }
  line += "\n"
  return line
}

extension Optional where Wrapped == Timestamp {
  /// The form of the classic lists, or an unknown cell.
  var cell: String { self?.spaced ?? "" }

  /// The same behind what is there, with the mark of an unknown cell.
  func add(to text: inout TextWriter) {
    if let self { self.addSpaced(to: &text) } else { text.add(ListMark.unknown) }
  }
}

public import ObjectStorage

/// The rows of the lists of Data Online Migration, of both generations, and of this tool's own.
///
/// The older lists have four columns; the newer ones have both sides' names, sizes, MD5s and CRC-64s in columns of
/// their own. Separator, header and the spelling of names are not documented: they are taken from the first rows, and
/// a later row that contradicts them is a problem.
public struct MigrationRows: Sendable {
  public enum Row {
    case narrow(NarrowMigrationRow)
    case wide(WideMigrationRow)
  }

  private enum Layout {
    case narrow(NarrowMigrationRow.Separator)
    case wide(WideMigrationColumns)
  }

  private let side: ReportSide
  private let takesCRC: Bool
  private var layout: Layout?
  private var spelling = NameSpelling()

  /// - Parameters:
  ///   - side: whose columns count where a list has both.
  ///   - takesCRC: whether the CRC-64 of that side is a CRC-64/XZ.
  public init(side: ReportSide, takesCRC: Bool) {
    self.side = side
    self.takesCRC = takesCRC
  }

  /// Nil for headers and blank lines.
  public mutating func read(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> Row? {
    guard !bytes.trimmed.isEmpty else { return nil }
    if layout == nil {
      if let columns = WideMigrationColumns(header: bytes, side: side) {
        layout = .wide(columns)
        return nil
      }
      layout = Self.layout(of: bytes, side: side)
      if layout == nil && NarrowMigrationRow.isHeader(bytes) { return nil }
    }
    switch layout {
    case .narrow(let separator):
      guard let row = NarrowMigrationRow(bytes, separator) else { throw Self.unreadable }
      return .narrow(row)
    case .wide(let columns): return .wide(try columns.row(bytes, takesCRC: takesCRC))
    case nil: throw Self.unreadable
    }
  }

  /// The key of a name of an older list; throws where its spelling contradicts the names before.
  public mutating func key(_ name: ArraySlice<UInt8>) throws(ReportProblem) -> ObjectKey {
    try spelling.key(name)
  }

  /// Whether a line is a row or a header of such a list.
  public static func recognises(_ bytes: ArraySlice<UInt8>) -> Bool {
    WideMigrationColumns(header: bytes, side: .source) != nil || layout(of: bytes, side: .source) != nil
      || NarrowMigrationRow.isHeader(bytes)
  }

  private static func layout(of bytes: ArraySlice<UInt8>, side: ReportSide) -> Layout? {
    if let columns = WideMigrationColumns(row: bytes, side: side) { return .wide(columns) }
    return NarrowMigrationRow.Separator.allCases.first { NarrowMigrationRow(bytes, $0) != nil }
      .map { .narrow($0) }
  }

  private static let unreadable = ReportProblem(
    "neither name, size, CRC-64 and time, nor the columns of a total list, in the separator of the first row")
}

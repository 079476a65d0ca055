/// What a line of a list of objects to take up again says.
public enum ErrorListLine {
  case row(ErrorListRow)
  /// The line names an object that did not fail.
  case passedOver
  /// A header, or a blank line.
  case nothing
}

/// An object that a list names.
public struct ErrorListRow {
  /// As it is written.
  public let name: ArraySlice<UInt8>
  /// The same where quotes around it are those of CSV and not its own; nil where it has none.
  public let unquotedName: ArraySlice<UInt8>?
  /// In bytes, where the list says it of the source.
  public let size: Int64?
  /// What went wrong, where the list says it.
  public let cause: ArraySlice<UInt8>?

  init(
    name: ArraySlice<UInt8>, unquotedName: ArraySlice<UInt8>? = nil, size: Int64? = nil,
    cause: ArraySlice<UInt8>? = nil
  ) {
    self.name = name
    self.unquotedName = unquotedName
    self.size = size
    self.cause = cause
  }
}

/// Reads a list of objects to take up again, line by line; a line that does not fit the first ones is a problem.
public struct ErrorListRows {
  enum Layout {
    case classic(NarrowMigrationRow.Separator)
    case current(WideMigrationColumns)
    case combined
    case manifest
    case keys
  }

  public let format: ErrorListFormat
  private let layout: Layout
  private let bucket: String
  private let hasHeader: Bool
  private var linesEndWithCarriageReturn: Bool?

  init(_ format: ErrorListFormat, _ layout: Layout, bucket: String, hasHeader: Bool = false) {
    self.format = format
    self.layout = layout
    self.bucket = bucket
    self.hasHeader = hasHeader
  }

  public mutating func read(_ line: ReportLine) throws(ReportProblem) -> ErrorListLine {
    let usual = linesEndWithCarriageReturn ?? line.endsWithCarriageReturn
    linesEndWithCarriageReturn = usual
    guard usual == line.endsWithCarriageReturn || !line.isTerminated else {
      throw ReportProblem("only some lines end with a carriage return: it may belong to the name")
    }
    if line.bytes.isEmpty || hasHeader && line.number == 1 { return .nothing }
    let content = try content(line.bytes)
    if case .row(let row) = content, row.name.isEmpty {
      throw ReportProblem("the row names no object")
    }
    return content
  }

  private func content(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> ErrorListLine {
    switch layout {
    case .classic(let separator):
      guard let row = ClassicErrorRow(bytes, separator) else {
        throw ReportProblem("not name, start, end and description in the separator of the first row")
      }
      return .row(ErrorListRow(name: row.name, unquotedName: row.unquotedName, cause: row.description))
    case .current(let columns): return .row(try columns.failed(bytes))
    case .combined:
      guard let sigil = CombinedSigil(line: bytes) else {
        throw ReportProblem("not one of = - + * ! with a blank and a path behind it")
      }
      return sigil.isFailure ? .row(ErrorListRow(name: bytes.dropFirst(2))) : .passedOver
    case .manifest: return .row(try manifest(bytes))
    case .keys:
      guard bytes.text != nil else { throw ReportProblem("the key is not UTF-8; save the list as UTF-8") }
      return .row(ErrorListRow(name: bytes))
    }
  }

  private func manifest(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> ErrorListRow {
    guard let cells = CSVRow(bytes)?.cells, (2...3).contains(cells.count) else {
      throw ReportProblem("not bucket, key and perhaps a version between commas")
    }
    guard cells[0].text == bucket else {
      throw ReportProblem("the row is of another bucket than the source")
    }
    guard cells.count == 2 || cells[2].isEmpty || cells[2].text == "null" else {
      throw ReportProblem("the row names a version; current versions alone are migrated")
    }
    return ErrorListRow(name: cells[1])
  }
}

/// The first character of a line that `rclone check --combined` writes.
enum CombinedSigil: UInt8 {
  case same = 61
  case onlyAtDestination = 45
  case onlyAtSource = 43
  case differs = 42
  case failed = 33

  init?(line: ArraySlice<UInt8>) {
    guard line.count > 2, line[line.startIndex + 1] == UInt8(ascii: " "), let first = line.first,
      let sigil = CombinedSigil(rawValue: first)
    else { return nil }
    self = sigil
  }

  /// What only the destination has is nothing to copy.
  var isFailure: Bool {
    switch self {
    case .same, .onlyAtDestination: false
    case .onlyAtSource, .differs, .failed: true
    }
  }
}

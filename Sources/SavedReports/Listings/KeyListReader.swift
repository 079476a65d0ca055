import ObjectStorage

/// A plain list of keys, one a line, or each with a NUL behind it; nothing in it is decoded.
public struct KeyListReader: SavedReader {
  public var rows = SavedRows()
  public var pages: [SavedPage] = []
  private var lines: ReportLines
  private var line: Int64 = 1
  private var linesEndWithCarriageReturn: Bool?

  public init(isZeroTerminated: Bool) { lines = ReportLines(isZeroTerminated: isZeroTerminated) }

  public var place: String { "line \(line)" }

  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem) {
    lines.append(bytes)
    while let next = lines.next() { try take(next) }
  }

  public mutating func finish() throws(ReportProblem) {
    lines.end()
    while let next = lines.next() { try take(next) }
  }

  private mutating func take(_ next: ReportLines.Next) throws(ReportProblem) {
    let found = try next.whole(&line)
    let usual = linesEndWithCarriageReturn ?? found.endsWithCarriageReturn
    linesEndWithCarriageReturn = usual
    guard usual == found.endsWithCarriageReturn else {
      throw ReportProblem(
        "only some lines end with a carriage return: it may belong to the name; use NUL between the keys")
    }
    guard !found.bytes.isEmpty else { throw ReportProblem("an empty line, which is no key") }
    rows.objects.append(ListedObject(key: try ReportKey.checked(ObjectKey(bytes: found.bytes)), size: 0))
  }
}

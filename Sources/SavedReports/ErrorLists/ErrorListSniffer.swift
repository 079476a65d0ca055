/// Tells from its first bytes how a list of objects to take up again is written.
public enum ErrorListSniffer {
  private static let linesLookedAt = 20

  /// The rows of a list that begins so; throws with the cause and the next step where its format is not certain.
  ///
  /// `bucket` is the source's: it tells a manifest.
  public static func rows(
    ofHead head: ArraySlice<UInt8>, format: ErrorListFormat? = nil, bucket: String
  ) throws(ReportProblem) -> ErrorListRows {
    try SavedSniffer.refuseOthers(head)
    let lines = try lines(head)
    if let format { return try rows(of: format, lines, bucket) }
    for format in [ErrorListFormat.current, .classic, .rcloneCombined, .batchManifest] {
      if let layout = layout(of: format, lines, bucket) {
        return ErrorListRows(
          format, layout.layout, bucket: bucket, hasHeader: layout.hasHeader)
      }
    }
    if lines.contains(where: MigrationRows.recognises) {
      throw ReportProblem(
        "it is a total, completed or skipped list of a migration; give the error list, or the failed list")
    }
    if let doubt = doubt(lines) { throw unknown(doubt) }
    return ErrorListRows(.keys, .keys, bucket: bucket)
  }

  private static func rows(
    of format: ErrorListFormat, _ lines: [ArraySlice<UInt8>], _ bucket: String
  ) throws(ReportProblem) -> ErrorListRows {
    if format == .keys { return ErrorListRows(.keys, .keys, bucket: bucket) }
    guard let layout = layout(of: format, lines, bucket) else {
      throw ReportProblem("its first lines are not those of a list of the format \(format.rawValue)")
    }
    return ErrorListRows(format, layout.layout, bucket: bucket, hasHeader: layout.hasHeader)
  }

  private static func lines(_ head: ArraySlice<UInt8>) throws(ReportProblem) -> [ArraySlice<UInt8>] {
    var lines = head.split(
      separator: UInt8(ascii: "\n"), maxSplits: linesLookedAt, omittingEmptySubsequences: false)
    // The last one goes on behind what is looked at.
    if lines.count > 1 { lines.removeLast() }
    lines = lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    guard lines.contains(where: { !$0.isEmpty }) else { throw ReportProblem("it has no rows") }
    return lines.filter { !$0.isEmpty }
  }

  private typealias Found = (layout: ErrorListRows.Layout, hasHeader: Bool)

  private static func layout(
    of format: ErrorListFormat, _ lines: [ArraySlice<UInt8>], _ bucket: String
  ) -> Found? {
    switch format {
    case .classic: classic(lines)
    case .current: current(lines)
    case .rcloneCombined:
      lines.allSatisfy { CombinedSigil(line: $0) != nil } ? (.combined, false) : nil
    case .batchManifest:
      lines.allSatisfy { isManifest($0, bucket) } ? (.manifest, false) : nil
    case .keys: (.keys, false)
    }
  }

  private static func classic(_ lines: [ArraySlice<UInt8>]) -> Found? {
    guard let first = lines.first else { return nil }
    for separator in NarrowMigrationRow.Separator.allCases {
      if ClassicErrorRow(first, separator) != nil { return (.classic(separator), false) }
      if ClassicErrorRow.isHeader(first, separator), lines.count > 1,
        ClassicErrorRow(lines[1], separator) != nil
      {
        return (.classic(separator), true)
      }
    }
    return nil
  }

  private static func current(_ lines: [ArraySlice<UInt8>]) -> Found? {
    guard let first = lines.first else { return nil }
    if let columns = WideMigrationColumns(header: first, side: .source) { return (.current(columns), true) }
    return WideMigrationColumns(failedRow: first).map { (.current($0), false) }
  }

  private static func isManifest(_ line: ArraySlice<UInt8>, _ bucket: String) -> Bool {
    guard let cells = CSVRow(line)?.cells else { return false }
    return (2...3).contains(cells.count) && cells[0].text == bucket
  }

  private static func doubt(_ lines: [ArraySlice<UInt8>]) -> String? {
    switch lines.first?.first {
    case UInt8(ascii: "<"), UInt8(ascii: "{"), UInt8(ascii: "["):
      return "it begins as XML or JSON does"
    default: break
    }
    if lines.contains(where: { CombinedSigil(line: $0) != nil }) {
      return "some of its first lines, and not all, are as rclone check --combined writes them"
    }
    return SavedSniffer.doubt(lines, isZeroTerminated: false)
  }

  private static func unknown(_ cause: String) -> ReportProblem {
    let choices = ErrorListFormat.allCases.map(\.rawValue).joined(separator: ", ")
    return ReportProblem(
      "its format is not certain: \(cause); where you know it, give --list-format, one of \(choices)")
  }
}

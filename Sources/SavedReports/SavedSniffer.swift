import ObjectStorage

/// Tells from its first bytes what a saved listing is; the name of the file counts for nothing.
public enum SavedSniffer {
  private static let linesLookedAt = 20

  /// The format of a file that begins so; throws with the cause and the next step where that cannot be told.
  ///
  /// A list of keys has no shape of its own: what looks like anything else is none unless somebody says so.
  public static func format(ofHead head: ArraySlice<UInt8>) throws(ReportProblem) -> SavedFormat {
    try refuseOthers(head)
    let bytes = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head
    guard let first = bytes.first(where: { !$0.isBlank }) else {
      throw ReportProblem("it is empty, and an empty file says nothing of a store; save the listing again")
    }
    switch first {
    case UInt8(ascii: "<"): return .xml
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard let format = JSONShape.format(of: bytes) else {
        throw unknown("it is JSON, but none of the listings that can be read")
      }
      return format
    default: return try lines(bytes)
    }
  }

  /// Whether the keys of a list have NULs behind them.
  public static func isZeroTerminated(head: ArraySlice<UInt8>) -> Bool { head.contains(0) }

  static func refuseOthers(_ head: ArraySlice<UInt8>) throws(ReportProblem) {
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw ReportProblem("it is UTF-16; save it as UTF-8")
    }
    if head.hasPrefix("PAR1") || head.hasPrefix("ORC") && !head.prefix(64).allSatisfy({ $0 >= 0x20 }) {
      throw ReportProblem(
        "it is ORC or Parquet, which is not read here; export as CSV: choose CSV as the output format of the inventory"
      )
    }
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> SavedFormat {
    let isZeroTerminated = isZeroTerminated(head: bytes)
    var lines = bytes.split(
      separator: isZeroTerminated ? 0 : UInt8(ascii: "\n"), maxSplits: linesLookedAt,
      omittingEmptySubsequences: false)
    // The last one goes on behind what is here.
    if lines.count > 1 { lines.removeLast() }
    if !isZeroTerminated {
      lines = lines.map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
      if lines.contains(where: MigrationRows.recognises) { return .migration }
    }
    if let doubt = doubt(lines, isZeroTerminated: isZeroTerminated) { throw unknown(doubt) }
    return .keys
  }

  /// Why lines may be something else than keys; nil where nothing speaks against it.
  static func doubt(_ lines: [ArraySlice<UInt8>], isZeroTerminated: Bool) -> String? {
    if lines.contains(where: { $0.isEmpty || $0.count > 1024 || $0.text == nil }) {
      return "its first lines are no keys: they are empty, too long or no UTF-8"
    }
    if isZeroTerminated { return nil }
    if lines.first?.first == UInt8(ascii: "\"") {
      return "it looks like CSV; of an inventory give the manifest.json, which says what the columns are"
    }
    if lines.contains(where: { $0.contains { $0 < 0x20 } }) {
      return "its first lines have control characters"
    }
    if lines.contains(where: looksLikeReport) { return "its first lines look like a report with columns" }
    if lines.allSatisfy({ $0.contains(UInt8(ascii: " ")) }) {
      return "all its first lines have blanks, as a text has"
    }
    for separator in ",;|".utf8 where lines.count > 1 {
      let counts = Set(lines.map { line in line.count { $0 == separator } })
      if counts.count == 1, counts != [0] { return "it looks like CSV" }
    }
    return nil
  }

  /// A date or a digest in front, as `aws s3 ls` and `md5sum` print them, or an address.
  private static func looksLikeReport(_ line: ArraySlice<UInt8>) -> Bool {
    if line.text?.contains("://") == true { return true }
    let word = line.prefix { $0 != UInt8(ascii: " ") }
    guard word.count < line.count else { return false }
    let isDate = word.count == 10 && ReportedTime.isTime(word + Array(" 00:00:00".utf8))
    let isDigest = word.count >= 32 && word.count % 8 == 0 && word.allSatisfy { $0 < 0x80 && isHexDigit($0) }
    return isDate || isDigest || (word.isEmpty && line.trimmed.prefix { (48...57).contains($0) }.count > 0)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool { Character(Unicode.Scalar(byte)).isHexDigit }

  private static func unknown(_ cause: String) -> ReportProblem {
    let choices = SavedFormat.allCases.map(\.rawValue).joined(separator: ", ")
    return ReportProblem("\(cause); where you know better, name its --format, one of \(choices)")
  }
}

public import ObjectStorage

/// The times of reports, in the forms that the services write.
public enum ReportedTime {
  /// The instant, where the text says which one it is; nil for a time without its zone, as `2024-01-02 03:04:05`.
  public static func instant(_ text: String) -> Timestamp? {
    if let offset = offset(text) {
      return Timestamp(iso8601: text.dropLast(6) + "Z")?.advanced(byMilliseconds: -offset)
    }
    if let time = Timestamp(iso8601: text) ?? Timestamp(httpDate: text) { return time }
    guard let number = Array(text.utf8)[...].count64 else { return nil }
    switch text.utf8.count {
    case 10: return Timestamp(millisecondsSinceEpoch: number * 1000)
    case 13: return Timestamp(millisecondsSinceEpoch: number)
    default: return nil
    }
  }

  /// The milliseconds that a clock is ahead whose time ends as in `+08:00`; nil for any other end.
  private static func offset(_ text: String) -> Int64? {
    let end = Array(text.utf8.suffix(6))
    guard end.count == 6, end[0] == UInt8(ascii: "+") || end[0] == UInt8(ascii: "-"),
      end[3] == UInt8(ascii: ":"), let hours = end[1...2].count64, let minutes = end[4...5].count64,
      text.utf8.count > 16
    else { return nil }
    let minutesAhead = hours * 60 + minutes
    return (end[0] == UInt8(ascii: "-") ? -minutesAhead : minutesAhead) * 60_000
  }

  /// Whether a cell holds a time in any of these forms.
  public static func isTime(_ cell: ArraySlice<UInt8>) -> Bool {
    guard let text = cell.trimmed.text else { return false }
    if instant(text) != nil { return true }
    if Timestamp(iso8601: String(text.map { $0 == " " ? "T" : $0 }) + "Z") != nil { return true }
    // `Thu Sep 27 16:21:25 CST 2018`, as Java prints it.
    let words = text.split(separator: " ")
    return words.count == 6 && words[0].utf8.count == 3
      && words[3].utf8.count(where: { $0 == UInt8(ascii: ":") }) == 2
  }
}

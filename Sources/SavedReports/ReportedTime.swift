public import ObjectStorage

/// The times of reports, in the forms that the services write.
public enum ReportedTime {
  /// The instant, where the text says which one it is; nil for a time without its zone, as `2024-01-02 03:04:05`.
  public static func instant(_ text: String) -> Timestamp? {
    if text.hasSuffix("+00:00") { return Timestamp(iso8601: text.dropLast(6) + "Z") }
    if let time = Timestamp(iso8601: text) ?? Timestamp(httpDate: text) { return time }
    guard let number = Array(text.utf8)[...].count64 else { return nil }
    switch text.utf8.count {
    case 10: return Timestamp(millisecondsSinceEpoch: number * 1000)
    case 13: return Timestamp(millisecondsSinceEpoch: number)
    default: return nil
    }
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

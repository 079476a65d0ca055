public import ObjectStorage

/// Where lists of migrations lie in a destination: the folders of Data Online Migration, and the names that this tool
/// gives its own there.
public enum ServiceFolder {
  /// Of the service's first generation.
  public static let classic = "aliyun_mgw_import_report"
  /// Of its second one.
  public static let current = "aliyun_import_report"
  /// Stands where the service has the number of an account, so that the two never meet.
  public static let account = "tranship"

  /// The folder of a run's lists of the second generation.
  public static func current(job: String, run: Int64) -> String { "\(current)/\(account)/\(job)/\(run)" }

  /// Whether a key is that of a list in one of the folders; where the source has no such key, it is not extra.
  public static func isList(_ key: ObjectKey) -> Bool {
    guard let text = key.text else { return false }
    if text.hasPrefix("\(classic)/") {
      return ["total", "completed", "error", "skipped"].contains { text.hasSuffix("_\($0)_list") }
    }
    guard text.hasPrefix("\(current)/") else { return false }
    let digits = text.reversed().prefix { ("0"..."9").contains($0) }.count
    let stem = text.dropLast(digits)
    return digits > 0 && ["total", "failed", "skipped"].contains { stem.hasSuffix("_\($0)_list_") }
  }
}

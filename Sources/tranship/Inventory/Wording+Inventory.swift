import Inventory

extension Wording {
  /// A number of objects and their bytes, in words.
  static func objects(_ share: ObjectShare) -> String {
    "\(count(share.objects)) \(share.objects == 1 ? "object" : "objects"), \(size(share.bytes))"
  }

  /// The same in two cells of a table.
  static func cells(_ share: ObjectShare) -> [String] { [count(share.objects), size(share.bytes)] }

  /// A size without the places that say nothing, as in `64 MiB`.
  static func roundSize(_ bytes: Int64) -> String { size(bytes).replacing(".00 ", with: " ") }

  /// A time span in its two largest units, as in `2 h 5 min`.
  static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e15 else { return "?" }
    guard seconds >= 10 else { return "\(decimal(seconds, places: 1)) s" }
    let whole = Int64(seconds.rounded())
    let parts = [
      (whole / 86_400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "min"), (whole % 60, "s"),
    ].drop { $0.0 == 0 }
    return parts.prefix(2).map { "\(count($0.0)) \($0.1)" }.joined(separator: " ")
  }
}

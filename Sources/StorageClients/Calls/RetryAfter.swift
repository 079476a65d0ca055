import ObjectStorage

/// How long an answer asks to wait.
enum RetryAfter {
  /// The longer of the standard field in seconds and OSS's own in milliseconds.
  static func of(_ fields: HTTPFields) -> Duration? {
    let seconds = number(fields["retry-after"]).map { Duration.seconds($0) }
    let milliseconds = number(fields["x-oss-qos-delay-time"]).map { Duration.milliseconds($0) }
    return [seconds, milliseconds].compactMap { $0 }.max()
  }

  /// A date in its place is not read: no store sends one.
  private static func number(_ text: String?) -> Int64? {
    guard let text, let number = Int64(text), (0...86_400_000).contains(number) else { return nil }
    return number
  }
}

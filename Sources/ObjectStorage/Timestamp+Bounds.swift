extension Timestamp {
  /// Reads an instant as the filters take it: a time of RFC 3339, a date (its start in UTC), or a duration before
  /// now in weeks, days, hours, minutes and seconds, such as `30d` or `1d12h`; nil for anything else.
  public init?(bound text: String, now: Timestamp) {
    if let instant = Timestamp(rfc3339: text) ?? Timestamp(iso8601: "\(text)T00:00:00Z") {
      self = instant
    } else if let milliseconds = Self.milliseconds(duration: text) {
      let (value, isFar) = now.millisecondsSinceEpoch.subtractingReportingOverflow(milliseconds)
      // Years of more than four digits have no spelling that is read back.
      guard !isFar, let first = Timestamp(year: 1, month: 1, day: 1), value >= first.millisecondsSinceEpoch
      else {
        return nil
      }
      self.init(millisecondsSinceEpoch: value)
    } else {
      return nil
    }
  }

  /// Reads `2024-01-02T03:04:05.678Z`, or the same with `+08:00` in place of `Z`.
  init?(rfc3339 text: String) {
    let upper = text.uppercased()
    if upper.hasSuffix("Z") {
      self.init(iso8601: upper)
      return
    }
    let zone = Array(upper.utf8.suffix(6))
    guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = twoDigits(zone[1], zone[2]),
      let minutes = twoDigits(zone[4], zone[5]), hours < 24, minutes < 60,
      zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
      let local = Timestamp(iso8601: "\(upper.dropLast(6))Z")
    else { return nil }
    let offset = Int64(hours * 60 + minutes) * 60_000
    self = local.advanced(byMilliseconds: zone[0] == UInt8(ascii: "+") ? -offset : offset)
  }

  private static func milliseconds(duration text: String) -> Int64? {
    var (sum, number): (Int64, Int64?) = (0, nil)
    for byte in text.utf8 {
      if (48...57).contains(byte) {
        let (tens, isLong) = (number ?? 0).multipliedReportingOverflow(by: 10)
        let (value, isLonger) = tens.addingReportingOverflow(Int64(byte) - 48)
        guard !isLong, !isLonger else { return nil }
        number = value
      } else {
        guard let count = number, let unit = unitMilliseconds[Unicode.Scalar(byte)] else { return nil }
        let (span, isLong) = count.multipliedReportingOverflow(by: unit)
        let (total, isLonger) = sum.addingReportingOverflow(span)
        guard !isLong, !isLonger else { return nil }
        (sum, number) = (total, nil)
      }
    }
    return number == nil && !text.isEmpty ? sum : nil
  }
}

private let unitMilliseconds: [Unicode.Scalar: Int64] = [
  "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
]

private func twoDigits(_ tens: UInt8, _ ones: UInt8) -> Int? {
  guard (48...57).contains(tens), (48...57).contains(ones) else { return nil }
  return Int(tens - 48) * 10 + Int(ones - 48)
}

extension Timestamp {
  /// The calendar fields in UTC, after Howard Hinnant's `civil_from_days`.
  public var fields:
    (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int, weekday: Int)
  {
    let days = Int(secondsSinceEpoch.floorDivided(by: 86_400))
    let second = Int(secondsSinceEpoch) - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1,
      second / 3600, second / 60 % 60, second % 60,
      Int(millisecondsSinceEpoch - secondsSinceEpoch * 1000), ((days + 4) % 7 + 7) % 7
    )
  }

  /// The form `2024-01-02T03:04:05.678Z`.
  public var iso8601: String {
    let f = fields
    return "\(date)T\(time).\(padded(f.millisecond, 3))Z"
  }

  /// `2024-01-02 03:04:05`, the form of the migration service's lists.
  public var spaced: String { "\(date) \(time)" }

  /// `20240102T030405Z`, the form that signatures carry.
  public var basic: String {
    let f = fields
    return "\(basicDate)T\(padded(f.hour, 2))\(padded(f.minute, 2))\(padded(f.second, 2))Z"
  }

  /// The form `20240102`.
  public var basicDate: String {
    let f = fields
    return "\(padded(f.year, 4))\(padded(f.month, 2))\(padded(f.day, 2))"
  }

  /// `Tue, 02 Jan 2024 03:04:05 GMT`, the form of HTTP headers.
  public var httpDate: String {
    let f = fields
    return
      "\(weekdays[f.weekday]), \(padded(f.day, 2)) \(months[f.month - 1]) \(padded(f.year, 4)) \(time) GMT"
  }

  private var date: String {
    let f = fields
    return "\(padded(f.year, 4))-\(padded(f.month, 2))-\(padded(f.day, 2))"
  }

  private var time: String {
    let f = fields
    return "\(padded(f.hour, 2)):\(padded(f.minute, 2)):\(padded(f.second, 2))"
  }
}

extension Timestamp {
  /// Reads `2024-01-02T03:04:05.678Z`, with or without the fraction; nil for anything else.
  public init?(iso8601 text: some StringProtocol) {
    self.init(iso8601: Array(text.utf8)[...])
  }

  /// The same for a text that is here as bytes.
  public init?(iso8601 text: ArraySlice<UInt8>) {
    guard let read = text.withUnsafeBufferPointer({ Self.iso8601($0) }) else { return nil }
    self = read
  }

  private static func iso8601(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
      bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
      let second = number(bytes[17..<19]),
      let millisecond = milliseconds(fraction: bytes[19..<bytes.count - 1])
    else { return nil }
    return Timestamp(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond
    )
  }

  /// Reads `Tue, 02 Jan 2024 03:04:05 GMT`; nil for anything else.
  public init?(httpDate text: some StringProtocol) {
    let pieces = text.split(separator: " ")
    guard pieces.count == 6, pieces[5] == "GMT", let day = number(pieces[1].utf8),
      let month = months.firstIndex(where: { $0 == pieces[2] }), let year = number(pieces[3].utf8)
    else { return nil }
    let clock = pieces[4].split(separator: ":").compactMap { number($0.utf8) }
    guard clock.count == 3 else { return nil }
    self.init(year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
  }

  private static func milliseconds(fraction: some Collection<UInt8>) -> Int? {
    guard let point = fraction.first else { return 0 }
    let digits = fraction.dropFirst()
    guard point == UInt8(ascii: "."), (1...9).contains(digits.count), let value = number(digits) else {
      return nil
    }
    var scaled = value
    for _ in digits.count..<max(3, digits.count) { scaled *= 10 }
    for _ in 3..<max(3, digits.count) { scaled /= 10 }
    return scaled
  }
}

private let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
private let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

private func padded(_ value: Int, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

private func number(_ digits: some Collection<UInt8>) -> Int? {
  guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
}

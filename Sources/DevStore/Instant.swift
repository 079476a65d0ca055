import Glibc

/// Times as requests and answers spell them, in seconds since the epoch.
enum Instant {
  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func now() -> Int64 { Int64(time(nil)) }

  /// Reads `20240102T030405Z`.
  static func basic(_ text: String) -> Int64? {
    let digits = text.filter { $0.isASCII && $0.isNumber }.compactMap { Int32(String($0)) }
    guard digits.count == 14, text.utf8.count == 16 else { return nil }
    func number(_ range: Range<Int>) -> Int32 { digits[range].reduce(0) { $0 * 10 + $1 } }
    return seconds(
      number(0..<4), number(4..<6) - 1, number(6..<8), number(8..<10), number(10..<12), number(12..<14))
  }

  /// Reads `Tue, 02 Jan 2024 03:04:05 GMT`.
  static func http(_ text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 6, let day = Int32(words[1]), let month = months.firstIndex(of: String(words[2])),
      let year = Int32(words[3])
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int32($0) }
    guard clock.count == 3 else { return nil }
    return seconds(year, Int32(month), day, clock[0], clock[1], clock[2])
  }

  static func http(_ seconds: Int64) -> String {
    let t = fields(seconds)
    return "\(weekdays[Int(t.tm_wday)]), \(two(t.tm_mday)) \(months[Int(t.tm_mon)]) \(t.tm_year + 1900) "
      + "\(two(t.tm_hour)):\(two(t.tm_min)):\(two(t.tm_sec)) GMT"
  }

  /// `2024-01-02T03:04:05.000Z`, as both vendors' listings have it.
  static func iso(_ seconds: Int64) -> String {
    let t = fields(seconds)
    return
      "\(t.tm_year + 1900)-\(two(t.tm_mon + 1))-\(two(t.tm_mday))T\(two(t.tm_hour)):\(two(t.tm_min)):\(two(t.tm_sec)).000Z"
  }

  private static func fields(_ seconds: Int64) -> tm {
    var instant = time_t(seconds)
    var fields = tm()
    gmtime_r(&instant, &fields)
    return fields
  }

  private static func seconds(
    _ year: Int32, _ month: Int32, _ day: Int32, _ hour: Int32, _ minute: Int32, _ second: Int32
  ) -> Int64 {
    var fields = tm()
    fields.tm_year = year - 1900
    fields.tm_mon = month
    fields.tm_mday = day
    fields.tm_hour = hour
    fields.tm_min = minute
    fields.tm_sec = second
    return Int64(timegm(&fields))
  }

  private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

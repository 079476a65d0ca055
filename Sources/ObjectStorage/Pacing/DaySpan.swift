/// A span of minutes of a day, such as `08:00-19:00`; one that ends before it starts goes over midnight.
public struct DaySpan: Hashable, Sendable {
  public static let minutesADay = 24 * 60

  /// As it was written.
  public let text: String
  private let start: Int
  private let end: Int

  /// Throws `invalid-request` for anything but two times of the day that differ.
  public init(parsing text: String) throws(StorageError) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let start = Self.minute(ends[0]), let end = Self.minute(ends[1]),
      start < Self.minutesADay
    else {
      throw StorageError(
        .invalidRequest, "\(shownSafely(text)) is not a span of the day; give one such as 08:00-19:00")
    }
    guard start != end else {
      throw StorageError(
        .invalidRequest, "\(shownSafely(text)) is empty; the whole day is 00:00-24:00")
    }
    self.text = text
    self.start = start
    self.end = end
  }

  /// The minutes of the day that lie in the span, from 0 on.
  public var minutes: [Int] {
    start < end ? Array(start..<end) : Array(start..<Self.minutesADay) + Array(0..<end)
  }

  /// `24:00` is the end of the day.
  private static func minute(_ text: Substring) -> Int? {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count == 2, let hour = number(fields[0]), let minute = number(fields[1]),
      hour < 24 && minute < 60 || hour == 24 && minute == 0
    else { return nil }
    return hour * 60 + minute
  }

  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.count == 2, text.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    return Int(text)
  }
}

/// The time of day in one time zone.
public struct ZoneClock: Sendable {
  /// For people: `Asia/Shanghai`, `UTC`, `+08:00`.
  public let name: String
  private let secondsFromUTC: @Sendable (Timestamp) -> Int

  public init(name: String, secondsFromUTC: @escaping @Sendable (Timestamp) -> Int) {
    self.name = name
    self.secondsFromUTC = secondsFromUTC
  }

  public static let utc = ZoneClock(name: "UTC") { _ in 0 }

  /// Minutes since midnight, by the clock on the wall.
  public func minute(at now: Timestamp) -> Int {
    Int(local(now).remainder(of: Int64(DaySpan.minutesADay)))
  }

  /// `HH:MM`.
  public func text(_ now: Timestamp) -> String {
    let (hour, minute) = minute(at: now).quotientAndRemainder(dividingBy: 60)
    return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
  }

  /// The start of the next minute; offsets of all zones in use are whole minutes, or the next look corrects it.
  public func nextMinute(after now: Timestamp) -> Timestamp {
    let minute = now.millisecondsSinceEpoch.floorDivided(by: 60_000)
    return Timestamp(millisecondsSinceEpoch: (minute + 1) * 60_000)
  }

  private func local(_ now: Timestamp) -> Int64 {
    (now.secondsSinceEpoch + Int64(secondsFromUTC(now))).floorDivided(by: 60)
  }
}

extension Int64 {
  fileprivate func remainder(of divisor: Int64) -> Int64 {
    self - floorDivided(by: divisor) * divisor
  }
}

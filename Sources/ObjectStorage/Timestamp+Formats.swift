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
    return digits([
      (f.year, 4, "-"), (f.month, 2, "-"), (f.day, 2, "T"), (f.hour, 2, ":"), (f.minute, 2, ":"),
      (f.second, 2, "."), (f.millisecond, 3, "Z"),
    ])
  }

  /// Writes the form of `iso8601`.
  public func add(to text: inout TextWriter) {
    let f = fields
    guard (0..<10_000).contains(f.year) else { return text.add(iso8601) }
    text.add(count: 24) { place in
      addDateAndTime(f, UInt8(ascii: "T"), at: place)
      place[19] = UInt8(ascii: ".")
      place[20] = UInt8(truncatingIfNeeded: 48 + f.millisecond / 100)
      addTwoDigits(f.millisecond % 100, at: place + 21)
      place[23] = UInt8(ascii: "Z")
    }
  }

  /// Writes the form of `spaced`.
  public func addSpaced(to text: inout TextWriter) {
    let f = fields
    guard (0..<10_000).contains(f.year) else { return text.add(spaced) }
    text.add(count: 19) { addDateAndTime(f, 0x20, at: $0) }
  }

  /// `2024-01-02 03:04:05`, the form of the migration service's lists.
  public var spaced: String {
    let f = fields
    return digits([
      (f.year, 4, "-"), (f.month, 2, "-"), (f.day, 2, " "), (f.hour, 2, ":"), (f.minute, 2, ":"),
      (f.second, 2, nil),
    ])
  }

  /// `20240102T030405Z`, the form that signatures carry.
  public var basic: String {
    let f = fields
    return digits([
      (f.year, 4, nil), (f.month, 2, nil), (f.day, 2, "T"), (f.hour, 2, nil), (f.minute, 2, nil),
      (f.second, 2, "Z"),
    ])
  }

  /// The form `20240102`.
  public var basicDate: String {
    let f = fields
    return digits([(f.year, 4, nil), (f.month, 2, nil), (f.day, 2, nil)])
  }

  /// `Tue, 02 Jan 2024 03:04:05 GMT`, the form of HTTP headers.
  public var httpDate: String {
    let f = fields
    return
      "\(weekdays[f.weekday]), \(padded(f.day, 2)) \(months[f.month - 1]) \(padded(f.year, 4)) \(time) GMT"
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
      bytes[16] == UInt8(ascii: ":"), let year = number(bytes, 0..<4), let month = number(bytes, 5..<7),
      let day = number(bytes, 8..<10), let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16),
      let second = number(bytes, 17..<19),
      let millisecond = milliseconds(fraction: bytes[19..<bytes.count - 1])
    else { return nil }
    return Timestamp(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond
    )
  }

  /// Reads `Tue, 02 Jan 2024 03:04:05 GMT`; nil for anything else.
  ///
  /// The name of the day is not looked at: the date says which it is.
  public init?(httpDate text: some StringProtocol) {
    let read =
      text.utf8.withContiguousStorageIfAvailable { Self.httpDate($0) }
      ?? Array(text.utf8).withUnsafeBufferPointer { Self.httpDate($0) }
    guard let read else { return nil }
    self = read
  }

  private static func httpDate(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    let marks: [(at: Int, mark: Unicode.Scalar)] = [
      (3, ","), (4, " "), (7, " "), (11, " "), (16, " "), (19, ":"), (22, ":"), (25, " "), (26, "G"),
      (27, "M"),
      (28, "T"),
    ]
    guard bytes.count == 29, marks.allSatisfy({ bytes[$0.at] == UInt8(ascii: $0.mark) }),
      let month = months.firstIndex(where: { $0.utf8.elementsEqual(bytes[8..<11]) }),
      let day = number(bytes[5..<7]), let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]),
      let minute = number(bytes[20..<22]), let second = number(bytes[23..<25])
    else { return nil }
    return Timestamp(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
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

/// Numbers with leading zeros, one behind the other, each with what follows it; those that are wider stay whole.
private func digits(_ numbers: [(value: Int, width: Int, follower: Unicode.Scalar?)]) -> String {
  guard numbers.allSatisfy({ (0..<10_000).contains($0.value) }) else {
    return numbers.reduce(into: "") {
      $0 += padded($1.value, $1.width) + ($1.follower.map(String.init) ?? "")
    }
  }
  return String(unsafeUninitializedCapacity: 32) { bytes in
    var count = 0
    for number in numbers {
      var rest = number.value
      for place in stride(from: number.width - 1, through: 0, by: -1) {
        bytes[count + place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
      count += number.width
      if let follower = number.follower {
        bytes[count] = UInt8(truncatingIfNeeded: follower.value)
        count += 1
      }
    }
    return count
  }
}

private func padded(_ value: Int, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// The digits of a range that lies within the bytes; few enough for no overflow.
private func number(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
  var value = 0
  for index in range {
    let digit = bytes[index] &- UInt8(ascii: "0")
    guard digit < 10 else { return nil }
    value = value * 10 + Int(digit)
  }
  return value
}

private func number(_ digits: some Collection<UInt8>) -> Int? {
  guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
}

/// 19 bytes; the year has four digits.
private func addDateAndTime(
  _ fields:
    (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int, weekday: Int),
  _ separator: UInt8, at place: UnsafeMutablePointer<UInt8>
) {
  addTwoDigits(fields.year / 100, at: place)
  addTwoDigits(fields.year % 100, at: place + 2)
  place[4] = UInt8(ascii: "-")
  addTwoDigits(fields.month, at: place + 5)
  place[7] = UInt8(ascii: "-")
  addTwoDigits(fields.day, at: place + 8)
  place[10] = separator
  addTwoDigits(fields.hour, at: place + 11)
  place[13] = UInt8(ascii: ":")
  addTwoDigits(fields.minute, at: place + 14)
  place[16] = UInt8(ascii: ":")
  addTwoDigits(fields.second, at: place + 17)
}

func addTwoDigits(_ number: Int, at place: UnsafeMutablePointer<UInt8>) {
  place[0] = UInt8(truncatingIfNeeded: 48 + number / 10)
  place[1] = UInt8(truncatingIfNeeded: 48 + number % 10)
}

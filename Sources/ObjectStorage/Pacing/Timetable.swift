/// A limit that holds always, or at times of the day: `20MiB/s`, `08:00-19:00=20MiB/s,19:00-08:00=off`.
///
/// `off` is no limit, and neither is there one at a time that nothing is said of.
public struct Timetable: Hashable, Sendable {
  /// As it was written.
  public let text: String
  /// A limit, or nil for none, for each minute of the day.
  private let limits: [Int64?]
  /// Whether the limit depends on the time of day.
  public let isTimed: Bool

  /// `read` gives the limit that a piece of the text says, and nil for what is none; `example` is one, for messages.
  ///
  /// Throws `invalid-request`, with the piece that cannot be used in its message.
  public init(
    _ text: String, example: String, read: (String) -> Int64?
  ) throws(StorageError) {
    self.text = text
    let pieces = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    isTimed = text.contains("=")
    guard isTimed || pieces.count > 1 else {
      limits = Array(
        repeating: try Self.limit(text, example, read), count: DaySpan.minutesADay)
      return
    }
    var limits: [Int64?] = Array(repeating: nil, count: DaySpan.minutesADay)
    var owners: [Int: String] = [:]
    for piece in pieces {
      let sides = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else {
        throw StorageError(
          .invalidRequest, "\(shownSafely(piece)) names no time; give a piece such as 08:00-19:00=\(example)")
      }
      let limit = try Self.limit(sides[1], example, read)
      for minute in try Self.span(sides[0], of: piece).minutes {
        if let other = owners.updateValue(piece, forKey: minute) {
          throw StorageError(.invalidRequest, "\(shownSafely(piece)) overlaps \(shownSafely(other))")
        }
        limits[minute] = limit
      }
    }
    self.limits = limits
  }

  /// The limit in a minute of the day; nil where there is none.
  public func limit(atMinute minute: Int) -> Int64? {
    limits.indices.contains(minute) ? limits[minute] : nil
  }

  /// The lowest limit of the day; nil where there is none at any time.
  public var lowest: Int64? { limits.compactMap(\.self).min() }

  private static func span(_ text: String, of piece: String) throws(StorageError) -> DaySpan {
    do {
      return try DaySpan(parsing: text)
    } catch {
      throw StorageError(.invalidRequest, "\(shownSafely(piece)): \(error.message)")
    }
  }

  private static func limit(
    _ text: String, _ example: String, _ read: (String) -> Int64?
  ) throws(StorageError) -> Int64? {
    if text == "off" { return nil }
    guard let limit = read(text), limit > 0 else {
      throw StorageError(
        .invalidRequest, "\(shownSafely(text)) is not a limit; give one such as \(example), or off")
    }
    return limit
  }
}

extension Timetable {
  /// Bytes a second, with or without `/s`; less than 1 KiB is none, for no connection lives through it.
  public init(bandwidth text: String) throws(StorageError) {
    try self.init(text, example: "20MiB/s") { piece in
      let bytes = byteCount(piece.hasSuffix("/s") ? String(piece.dropLast(2)) : piece)
      return bytes.flatMap { $0 >= 1024 ? $0 : nil }
    }
  }

  /// Requests a second.
  public init(requests text: String) throws(StorageError) {
    try self.init(text, example: "500") { piece in
      piece.allSatisfy { ("0"..."9").contains($0) } ? Int64(piece) : nil
    }
  }
}

/// The times of the day in which something may be started: `22:00-06:00`, or several such spans.
public struct DailyWindow: Hashable, Sendable {
  /// As it was written.
  public let text: String
  private let isOpen: [Bool]

  /// Throws `invalid-request`, with the piece that cannot be used in its message.
  public init(parsing text: String) throws(StorageError) {
    var isOpen = Array(repeating: false, count: DaySpan.minutesADay)
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      for minute in try DaySpan(parsing: String(piece)).minutes { isOpen[minute] = true }
    }
    self.text = text
    self.isOpen = isOpen
  }

  /// When it opens; nil where it is open.
  public func opening(after now: Timestamp, in zone: ZoneClock) -> Timestamp? {
    guard !isOpen[zone.minute(at: now)] else { return nil }
    var at = now
    // A day has up to 25 hours where clocks are put back.
    for _ in 0..<26 * 60 {
      at = zone.nextMinute(after: at)
      if isOpen[zone.minute(at: at)] { break }
    }
    return at
  }
}

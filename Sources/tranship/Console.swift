import Glibc
import Synchronization

/// The only way to a person: results on stdout, everything else on stderr.
///
/// Text from outside must have gone through `shown` before it comes here.
final class Console: Sendable {
  /// How many lines of progress stand on the terminal.
  private let lines = Mutex<Int>(0)
  let isTerminal = isatty(STDERR_FILENO) == 1

  /// A result; goes to stdout whole.
  func result(_ text: String) {
    clearProgress()
    Self.write(text + "\n", to: STDOUT_FILENO)
  }

  /// A note, a warning, or an error.
  func note(_ text: String) {
    clearProgress()
    Self.write(text + "\n", to: STDERR_FILENO)
  }

  /// One line that replaces the progress before; shown on a terminal only.
  func progress(_ text: String) { progress([text]) }

  /// Lines that replace those before, each cut at the terminal's width; shown on a terminal only.
  func progress(_ texts: [String]) {
    guard isTerminal, !texts.isEmpty else { return }
    let width = Self.terminalWidth
    lines.withLock { shown in
      let text = texts.map { "\r\u{1b}[K" + $0.prefix(width) }.joined(separator: "\n")
      Self.write(Self.toStart(of: shown) + "\r\u{1b}[J" + text, to: STDERR_FILENO)
      shown = texts.count
    }
  }

  private func clearProgress() {
    guard isTerminal else { return }
    lines.withLock { shown in
      guard shown > 0 else { return }
      Self.write(Self.toStart(of: shown) + "\r\u{1b}[J", to: STDERR_FILENO)
      shown = 0
    }
  }

  private static func toStart(of lines: Int) -> String { lines > 1 ? "\u{1b}[\(lines - 1)A" : "" }

  /// A line that is wider would break, and the next block would be drawn over the wrong lines.
  private static var terminalWidth: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
    return Int(size.ws_col) - 1
  }

  /// What cannot be shown does not end a migration.
  private static func write(_ text: String, to descriptor: Int32) {
    _ = StandardOutput.write(Array(text.utf8)[...], to: descriptor)
  }
}

/// Bytes and counts for people.
enum Wording {
  /// A number with commas, as in `1,234,567`.
  static func count(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
  }

  /// A size in binary units, as in `7.31 GiB`.
  static func size(_ bytes: Int64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024 && unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(decimal(value, places: 2)) \(units[unit])"
  }

  /// A time span, as in `3 h 5 min` or `14 min 20 s`.
  static func span(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let all = Int64(seconds.rounded(.up))
    let (days, hours, minutes) = (all / 86_400, all / 3600 % 24, all / 60 % 60)
    if days > 0 { return "\(days) d \(hours) h" }
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(all % 60) s" : "\(all) s"
  }

  /// A number with a fixed number of places, the same in every locale.
  static func decimal(_ value: Double, places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    guard value.isFinite, abs(value) < 1e15 else { return "?" }
    let scaled = Int64((value * scale).rounded())
    let whole = scaled.magnitude / UInt64(scale)
    let fraction = String(scaled.magnitude % UInt64(scale))
    let padded = String(repeating: "0", count: max(0, places - fraction.count)) + fraction
    return (scaled < 0 ? "-" : "") + "\(whole)" + (places > 0 ? "." + padded : "")
  }
}

import Glibc
import Synchronization

/// The only way to a person: results on stdout, everything else on stderr.
///
/// Text from outside must have gone through `shown` before it comes here.
final class Console: Sendable {
  private let line = Mutex<String>("")
  private let isTerminal = isatty(STDERR_FILENO) == 1

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

  /// One line that replaces the one before; shown on a terminal only.
  func progress(_ text: String) {
    guard isTerminal else { return }
    line.withLock { shown in
      shown = text
      Self.write("\r\u{1b}[K" + text, to: STDERR_FILENO)
    }
  }

  private func clearProgress() {
    guard isTerminal else { return }
    line.withLock { shown in
      guard !shown.isEmpty else { return }
      shown = ""
      Self.write("\r\u{1b}[K", to: STDERR_FILENO)
    }
  }

  /// A reader that went away is not an error of the migration, so a failed write is let go.
  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
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

import ObjectStorage

/// A number with a comma at every thousand, whatever the machine's language.
func grouped(_ number: Int64) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return number < 0 ? "-\(text)" : text
}

/// `numerator / denominator` with a number of decimals, rounded half up; nil for a denominator that is not positive.
func quotient(_ numerator: Int64, _ denominator: Int64, decimals: Int) -> String? {
  guard denominator > 0, numerator >= 0 else { return nil }
  var scale: Int64 = 1
  for _ in 0..<decimals { scale *= 10 }
  let (whole, rest) = numerator.quotientAndRemainder(dividingBy: denominator)
  // The remainder is below the denominator, so the wide product fits wherever the quotient does.
  let product = rest.multipliedFullWidth(by: scale)
  let (fraction, left) = denominator.dividingFullWidth(product)
  let isUp = left >= denominator - left
  let rounded = fraction + (isUp ? 1 : 0)
  let carried = whole + rounded / scale
  guard decimals > 0 else { return String(carried) }
  let digits = String(rounded % scale)
  return "\(carried).\(String(repeating: "0", count: decimals - digits.count))\(digits)"
}

/// A size in the largest binary unit that leaves at least one, `7.3 GiB`.
func shownSize(_ bytes: Int64) -> String {
  let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
  var unit = 0
  var divisor: Int64 = 1
  while unit < units.count - 1, bytes / 1024 >= divisor {
    divisor *= 1024
    unit += 1
  }
  if unit == 0 { return "\(bytes) \(bytes == 1 ? "byte" : "bytes")" }
  return "\(quotient(bytes, divisor, decimals: 1) ?? "0") \(units[unit])"
}

/// A span of time, `1 h 02 min 03 s` or `4.5 s`.
func shownDuration(milliseconds: Int64) -> String {
  guard milliseconds >= 60_000 else { return "\(quotient(milliseconds, 1000, decimals: 1) ?? "0") s" }
  let seconds = milliseconds / 1000
  func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
  let minutes = seconds / 60 % 60
  let hours = seconds / 3600
  return hours == 0
    ? "\(minutes) min \(two(seconds % 60)) s"
    : "\(grouped(hours)) h \(two(minutes)) min \(two(seconds % 60)) s"
}

/// A short span of time with the unit that fits it: `850 µs`, `12.3 ms`, `4.5 s`.
func shownLatency(microseconds: Int64) -> String {
  switch microseconds {
  case ..<1000: "\(microseconds) µs"
  case ..<1_000_000: "\(quotient(microseconds, 1000, decimals: 1) ?? "0") ms"
  default: shownDuration(milliseconds: microseconds / 1000)
  }
}

/// `1,234,567`, the same in every locale.
func count(_ number: Int64) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return (number < 0 ? "-" : "") + text
}

/// A number with two places, the same in every locale.
func decimal(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "0.00" }
  let hundredths = Int64((value * 100).rounded())
  let fraction = String(hundredths.magnitude % 100)
  return (hundredths < 0 ? "-" : "") + String(hundredths.magnitude / 100) + "."
    + (fraction.count < 2 ? "0" + fraction : fraction)
}

/// A size in binary units, as in `7.31 GiB`.
func size(_ bytes: Int64) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
  var value = Double(bytes)
  var unit = 0
  while value >= 1024 && unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return unit == 0 ? "\(bytes) B" : "\(decimal(value)) \(units[unit])"
}

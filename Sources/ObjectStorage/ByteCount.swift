/// Reads a number of bytes with or without a unit: `8388608`, `8MiB`, `8MB`, `5GiB`; nil for anything else.
///
/// Units of `…iB` are powers of 1,024, the others powers of 1,000.
public func byteCount(_ text: String) -> Int64? {
  let digits = text.prefix { ("0"..."9").contains($0) }
  guard let number = Int64(digits), let unit = units[text.dropFirst(digits.count).lowercased()] else {
    return nil
  }
  let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
  return overflow ? nil : bytes
}

private let units: [String: Int64] = [
  "": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
  "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
]

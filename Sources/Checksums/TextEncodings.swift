private let base64Digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Lower-case hexadecimal digits, two a byte.
public func encodeHex(_ bytes: some Sequence<UInt8>) -> String {
  let bytes = Array(bytes)
  return String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
    for (index, byte) in bytes.enumerated() {
      text[2 * index] = hexDigit(byte >> 4)
      text[2 * index + 1] = hexDigit(byte & 15)
    }
    return 2 * bytes.count
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

/// The bytes of hexadecimal digits in either case, or nil for anything else.
public func decodeHex(_ text: some StringProtocol) -> [UInt8]? {
  text.utf8.withContiguousStorageIfAvailable { decodeHex($0) }
    ?? Array(text.utf8).withUnsafeBufferPointer { decodeHex($0) }
}

/// The same for digits that are here as bytes.
public func decodeHex(_ digits: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
  guard digits.count % 2 == 0 else { return nil }
  // Without memory that is not set yet: the library makes such an array by way of the type's metadata.
  var bytes = [UInt8](repeating: 0, count: digits.count / 2)
  var odd: UInt8 = 0
  for index in bytes.indices {
    let (high, low) = (hexValue(digits[2 * index]), hexValue(digits[2 * index + 1]))
    odd |= high | low
    bytes[index] = high << 4 | low
  }
  return odd < 16 ? bytes : nil
}

/// Sixteen or more for anything but a digit.
private func hexValue(_ digit: UInt8) -> UInt8 {
  let number = digit &- UInt8(ascii: "0")
  let letter = (digit | 0x20) &- UInt8(ascii: "a")
  return number < 10 ? number : letter < 6 ? letter + 10 : 0xff
}

/// Padded Base64 of RFC 4648.
public func encodeBase64(_ bytes: [UInt8]) -> String {
  let count = (bytes.count + 2) / 3 * 4
  return String(unsafeUninitializedCapacity: count) { text in
    base64Digits.withUnsafeBufferPointer { digits in
      for place in 0..<count {
        let first = place / 4 * 3
        // A group of three bytes is four digits of six bits; bytes behind the end are zero, and padded.
        var bits: UInt32 = 0
        for index in first..<first + 3 { bits = bits << 8 | (index < bytes.count ? UInt32(bytes[index]) : 0) }
        let isPadding = first + place % 4 > bytes.count
        text[place] = isPadding ? UInt8(ascii: "=") : digits[Int(bits >> UInt32(18 - 6 * (place % 4)) & 63)]
      }
    }
    return count
  }
}

/// The bytes of padded Base64, or nil for any other text, white space included.
public func decodeBase64(_ text: some StringProtocol) -> [UInt8]? {
  let digits = Array(text.utf8)
  guard digits.count % 4 == 0 else { return nil }
  let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
  guard padding <= 2 else { return nil }
  var bytes: [UInt8] = []
  var bits: UInt32 = 0
  var held = 0
  for digit in digits.dropLast(padding) {
    guard let value = base64Digits.firstIndex(of: digit) else { return nil }
    bits = bits << 6 | UInt32(value)
    held += 6
    if held >= 8 {
      held -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
    }
  }
  return bits & (1 << UInt32(held) - 1) == 0 ? bytes : nil
}

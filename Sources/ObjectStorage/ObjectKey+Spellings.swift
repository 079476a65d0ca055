extension ObjectKey {
  /// The spelling for machines: percent-encoded but for `A-Z a-z 0-9 - _ . ~ /`, and reversible.
  ///
  /// A leading `-` is encoded too, so that no cell of a spreadsheet starts a formula.
  public var percentEncoded: String {
    if bytes.first != UInt8(ascii: "-"), bytes.allSatisfy(isUnreserved) {
      return String(decoding: bytes, as: UTF8.self)
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if isUnreserved(byte) && !(index == 0 && byte == UInt8(ascii: "-")) {
        text.append(byte)
      } else {
        text.append(UInt8(ascii: "%"))
        text.append(contentsOf: [upperHex(byte >> 4), upperHex(byte & 15)])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes the spelling for machines.
  public func add(to text: inout TextWriter) {
    for (index, byte) in bytes.enumerated() {
      if isUnreserved(byte) && !(index == 0 && byte == UInt8(ascii: "-")) {
        text.add(byte)
      } else {
        text.add(UInt8(ascii: "%"))
        text.add(upperHex(byte >> 4))
        text.add(upperHex(byte & 15))
      }
    }
  }

  /// Reads the spelling for machines; nil where a `%` is not followed by two hexadecimal digits.
  public init?(percentEncoded text: some StringProtocol) {
    var bytes: [UInt8] = []
    var rest = text.utf8.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  /// The spelling for people, safe on a terminal.
  public var shown: String { shownSafely(bytes) }
}

/// Text from outside, made safe to show: control, format, separator, private and unassigned characters as
/// `\u{…}`, a backslash doubled, bytes that are not UTF-8 as `\xNN`.
public func shownSafely(_ text: String) -> String {
  withBytes(of: text, isPlain) ? text : shownSafely(Array(text.utf8))
}

/// Whether text shows as it is, as nearly all does.
private func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
}

func shownSafely(_ bytes: [UInt8]) -> String {
  var text = ""
  var decoder = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var start = 0
  while true {
    switch decoder.parseScalar(from: &rest) {
    case .valid(let encoded):
      append(Unicode.UTF8.decode(encoded), to: &text)
      start += encoded.count
    case .error(let length):
      for byte in bytes[start..<start + length] { text += "\\x" + String(byte, radix: 16) }
      start += length
    case .emptyInput:
      return text
    }
  }
}

private func append(_ scalar: Unicode.Scalar, to text: inout String) {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
    text += "\\u{" + String(scalar.value, radix: 16) + "}"
  default:
    if scalar == "\\" { text += "\\\\" } else { text.unicodeScalars.append(scalar) }
  }
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case 48...57, 65...90, 97...122: true
  case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"), UInt8(ascii: "/"): true
  default: false
  }
}

private func upperHex(_ digit: UInt8) -> UInt8 { digit < 10 ? 48 + digit : 55 + digit }

private func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 48...57: digit - 48
  case 65...70: digit - 55
  case 97...102: digit - 87
  default: nil
  }
}

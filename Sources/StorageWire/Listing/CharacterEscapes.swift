/// Carries characters through an XML parser that XML 1.0 forbids, and line ends that it would change.
///
/// Each becomes an escape of two characters: U+10FFFD, a private one, and a letter. A U+10FFFD of the document is
/// escaped as well, so that none can be mistaken for an escape. Only text is touched, markup never is.
struct CharacterEscapes {
  /// Bytes of an escape, for one byte of a key at most.
  static let longest = 5

  private static let mark: [UInt8] = [0xf4, 0x8f, 0xbf, 0xbd]
  private static let markValue: UInt32 = 0x10fffd
  /// Those that are escaped and have more than one byte.
  private static let longCharacters: [(bytes: [UInt8], value: UInt32)] = [
    ([0xef, 0xbf, 0xbe], 0xfffe), ([0xef, 0xbf, 0xbf], 0xffff), (mark, markValue),
  ]
  /// The longest reference that is looked at; a longer one has zeros in front, and the parser judges it.
  private static let longestReference = 32

  private var scanner = MarkupScanner()
  /// A reference or a character that began and is not yet complete.
  private var begun: [UInt8] = []
  /// Whether a character was escaped.
  private(set) var hasEscaped = false

  /// The next piece of a document, escaped; the end of the document needs no call of its own.
  mutating func escape(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count + 16)
    var place = 0
    while place < bytes.count {
      let isInside = scanner.depth > 0
      let run = scanner.run(bytes, from: place)
      if isInside && run.kind != .markup {
        for byte in bytes[place..<run.end] { take(byte, run.kind, &out) }
      } else {
        flush(&out)
        out.append(contentsOf: bytes[place..<run.end])
      }
      place = run.end
    }
    return out
  }

  private mutating func take(_ byte: UInt8, _ kind: MarkupScanner.Kind, _ out: inout [UInt8]) {
    if begun.isEmpty {
      if byte == 0xef || byte == 0xf4 || (byte == UInt8(ascii: "&") && kind == .text) {
        begun.append(byte)
      } else if byte < 0x20 && byte != 0x09 && byte != 0x0a {
        append(UInt32(byte), &out)
      } else {
        out.append(byte)
      }
    } else if begun[0] == UInt8(ascii: "&") {
      continueReference(byte, kind, &out)
    } else {
      continueCharacter(byte, kind, &out)
    }
  }

  private mutating func continueReference(_ byte: UInt8, _ kind: MarkupScanner.Kind, _ out: inout [UInt8]) {
    let isPart = begun.count == 1 ? byte == UInt8(ascii: "#") : Self.isOfReference(byte)
    guard isPart, begun.count < Self.longestReference else {
      flush(&out)
      return take(byte, kind, &out)
    }
    begun.append(byte)
    guard byte == UInt8(ascii: ";") else { return }
    if let value = Self.value(ofReference: begun[2..<begun.count - 1]), Self.isEscaped(value) {
      begun = []
      append(value, &out)
    } else {
      flush(&out)
    }
  }

  private mutating func continueCharacter(_ byte: UInt8, _ kind: MarkupScanner.Kind, _ out: inout [UInt8]) {
    begun.append(byte)
    if let found = Self.longCharacters.first(where: { $0.bytes == begun }) {
      begun = []
      append(found.value, &out)
    } else if !Self.longCharacters.contains(where: { $0.bytes.starts(with: begun) }) {
      begun.removeLast()
      flush(&out)
      take(byte, kind, &out)
    }
  }

  private mutating func flush(_ out: inout [UInt8]) {
    out.append(contentsOf: begun)
    begun.removeAll(keepingCapacity: true)
  }

  private mutating func append(_ value: UInt32, _ out: inout [UInt8]) {
    hasEscaped = true
    out.append(contentsOf: Self.mark)
    switch value {
    case 0xfffe: out.append(UInt8(ascii: "e"))
    case 0xffff: out.append(UInt8(ascii: "f"))
    case Self.markValue: out.append(UInt8(ascii: "m"))
    default: out.append(UInt8(truncatingIfNeeded: value) + 0x40)
    }
  }

  /// A reference to a carriage return is fine as it is; XML keeps it.
  private static func isEscaped(_ value: UInt32) -> Bool {
    switch value {
    case 0x09, 0x0a, 0x0d: false
    case 0..<0x20, 0xfffe, 0xffff, markValue: true
    default: false
    }
  }

  private static func isOfReference(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: ";"): true
    default: false
    }
  }

  private static func value(ofReference digits: ArraySlice<UInt8>) -> UInt32? {
    let isHexadecimal = digits.first == UInt8(ascii: "x")
    return UInt32(
      String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self),
      radix: isHexadecimal ? 16 : 10)
  }

  /// Whether there may be escapes to undo.
  static func areIn(_ text: ArraySlice<UInt8>) -> Bool { text.contains(0xf4) }

  /// What was escaped, as it was; every mark in a text that was escaped begins an escape.
  static func unescape(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      guard text[index...].starts(with: mark), index + mark.count < text.count else {
        out.append(text[index])
        index += 1
        continue
      }
      switch text[index + mark.count] {
      case UInt8(ascii: "e"): out.append(contentsOf: [0xef, 0xbf, 0xbe])
      case UInt8(ascii: "f"): out.append(contentsOf: [0xef, 0xbf, 0xbf])
      case UInt8(ascii: "m"): out.append(contentsOf: mark)
      case let letter: out.append(letter & 0x1f)
      }
      index += mark.count + 1
    }
    return out
  }
}

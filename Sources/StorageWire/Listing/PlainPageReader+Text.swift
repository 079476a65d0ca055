import Glibc

extension PlainPageReader {
  /// Reads to the next `<` and over it.
  mutating func text() -> Range<Int>? {
    let start = place
    place = plainEnd(from: start)
    guard place < bytes.count else { return nil }
    if bytes[place] == UInt8(ascii: "&") { return text(from: start) }
    guard bytes[place] == UInt8(ascii: "<") else { return nil }
    defer { place += 1 }
    return place - start <= Self.longestText ? start..<place : nil
  }

  /// The same for a text that has references.
  private mutating func text(from start: Int) -> Range<Int>? {
    let first = decoded.count
    decoded.append(contentsOf: bytes[start..<place])
    while place < bytes.count, decoded.count - first <= Self.longestText {
      switch bytes[place] {
      case UInt8(ascii: "<"):
        place += 1
        return bytes.count + first..<bytes.count + decoded.count
      case UInt8(ascii: "&"):
        guard let character = reference() else { return nil }
        decoded.append(character)
      default:
        let end = plainEnd(from: place)
        guard end > place else { return nil }
        decoded.append(contentsOf: bytes[place..<end])
        place = end
      }
    }
    return nil
  }

  /// Where plain text ends that goes on from a place.
  private func plainEnd(from start: Int) -> Int {
    var index = start
    while let base = bytes.baseAddress, bytes.count - index >= 8 {
      let word = UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
      let others = Self.others(word)
      index += others.trailingZeroBitCount / 8
      if others == 0 { continue }
      guard Self.isPlain(bytes[index]) else { return index }
      index += 1
    }
    while index < bytes.count, Self.isPlain(bytes[index]) { index += 1 }
    return index
  }

  /// The high bit of the lowest of eight bytes that is no plain text, or is a tab or the end of a line; bits above it
  /// mean nothing.
  private static func others(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // `<` and `>` differ in one bit.
    let brackets = (word | ones &* 0x02) ^ ones &* 0x3e
    let references = word ^ ones &* 0x26
    let deletions = word ^ ones &* 0x7f
    let zeros =
      (brackets &- ones) & ~brackets | (references &- ones) & ~references | (deletions &- ones) & ~deletions
    let controls = (word &- ones &* 0x20) & ~word
    return (zeros | controls | word) & (ones &* 0x80)
  }

  private mutating func reference() -> UInt8? {
    if take("&quot;") { return UInt8(ascii: "\"") }
    if take("&amp;") { return UInt8(ascii: "&") }
    if take("&lt;") { return UInt8(ascii: "<") }
    if take("&gt;") { return UInt8(ascii: ">") }
    return take("&apos;") ? UInt8(ascii: "'") : nil
  }

  /// `>` is left to the parser, for which `]]>` is an error, and so is everything beyond ASCII.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: ">"): false
    default: (byte >= 0x20 && byte < 0x7f) || byte == 0x0a || byte == 0x09
    }
  }

  /// A name of letters and digits, which every element of a listing has.
  mutating func name() -> Range<Int>? {
    let start = place
    while place < bytes.count, Self.isLetter(bytes[place]) || (place > start && Self.isDigit(bytes[place])) {
      place += 1
    }
    return place > start ? start..<place : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  func tag(_ name: Range<Int>) -> ListingTag? { ListingNames.tag(bytes[name]) }

  mutating func skipSpace() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0a || bytes[place] == 0x09 {
      place += 1
    }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  /// The same bytes as stand elsewhere in the document.
  mutating func take(_ other: Range<Int>) -> Bool {
    guard bytes.count - place >= other.count, let start = bytes.baseAddress,
      memcmp(start + place, start + other.lowerBound, other.count) == 0
    else { return false }
    place += other.count
    return true
  }

  mutating func take(_ text: String) -> Bool {
    var text = text
    let count = text.utf8.count
    guard bytes.count - place >= count, let start = bytes.baseAddress,
      text.withUTF8({ name in name.baseAddress.map { memcmp(start + place, $0, count) } ?? 0 }) == 0
    else { return false }
    place += count
    return true
  }

  func index(of byte: UInt8, within limit: Int) -> Int? {
    bytes[place..<min(bytes.count, place + limit)].firstIndex(of: byte)
  }
}

import Glibc
import ObjectStorage

/// The first line and the header fields of one request, as they go on the wire.
public struct HeadFields: ~Copyable {
  struct Field {
    var name: Range<Int>
    var value: Range<Int>
  }

  private var text: TextWriter
  let encodedKey: Range<Int>
  /// In the order in which they came, until they are sorted.
  private(set) var all: [Field] = []
  /// Whether every field can be signed as it is written.
  private(set) var isPlain = true

  init(method: String, pathPrefix: String, key: [UInt8]) {
    // Most heads fit, and the C library keeps pieces of up to a KiB at hand.
    var text = TextWriter(capacity: key.count + 768)
    text.add(method)
    text.add(0x20)
    text.add(pathPrefix)
    let start = text.count
    URIEncoding.addPath(key, to: &text)
    encodedKey = start..<text.count
    text.add(literal: " HTTP/1.1\r\n")
    self.text = text
    all.reserveCapacity(24)
  }

  var count: Int { text.count }

  subscript(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { text[range] }

  /// The first line, and the fields as they came, a line each.
  consuming func take() -> TextWriter { text }

  public mutating func add(_ name: String, _ value: String) {
    let start = text.count
    text.add(name)
    isPlain = isPlain && Self.isPlainName(self[start..<text.count])
    add(value, after: start)
  }

  /// The same with a name of visible ASCII without capitals.
  public mutating func add(literal name: StaticString, _ value: String) {
    let start = text.count
    text.add(literal: name)
    add(value, after: start)
  }

  mutating func add(_ name: [UInt8], _ value: String) {
    let start = text.count
    text.add(name)
    add(value, after: start)
  }

  private mutating func add(_ value: String, after start: Int) {
    let middle = text.count
    text.add(literal: ": ")
    text.add(value)
    let end = text.count
    text.add(literal: "\r\n")
    isPlain = isPlain && Self.isPlainValue(self[middle + 2..<end])
    all.append(Field(name: start..<middle, value: middle + 2..<end))
  }

  /// By name; false where a name comes twice.
  mutating func sort() -> Bool {
    for index in all.indices.dropFirst() {
      var place = index
      while place > 0 {
        let order = compare(self[all[place - 1].name], self[all[place].name])
        if order == 0 { return false }
        if order < 0 { break }
        all.swapAt(place - 1, place)
        place -= 1
      }
    }
    return true
  }

  private func compare(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let start = one.baseAddress, let otherStart = other.baseAddress else { return 0 }
    let order = memcmp(start, otherStart, min(one.count, other.count))
    return order != 0 ? order : Int32(one.count - other.count)
  }

  private static func isPlainName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in name {
      switch byte {
      case 97...122, 48...57, UInt8(ascii: "-"), UInt8(ascii: "_"): break
      default: return false
      }
    }
    return !name.isEmpty
  }

  /// Visible ASCII, with single spaces between.
  private static func isPlainValue(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    if isVisible(value) { return true }
    var last: UInt8 = 0x20
    for byte in value {
      guard byte >= 0x20, byte < 0x7f, byte != 0x20 || last != 0x20 else { return false }
      last = byte
    }
    return last != 0x20
  }

  /// Whether all bytes are visible ASCII and none is a space, as is the rule; eight of them at once.
  private static func isVisible(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let start = value.baseAddress, !value.isEmpty else { return false }
    var odd: UInt64 = 0
    var index = 0
    while index + 8 <= value.count {
      let word = UnsafeRawPointer(start + index).loadUnaligned(as: UInt64.self)
      // The highest bit of a byte is set by what is not ASCII, by what is less than 0x21, and by 0x7f.
      odd |= word | (word &- 0x2121_2121_2121_2121) | (word &+ 0x0101_0101_0101_0101)
      index += 8
    }
    while index < value.count {
      if value[index] &- 0x21 >= 0x5e { return false }
      index += 1
    }
    return odd & 0x8080_8080_8080_8080 == 0
  }
}

import Glibc

/// Text in the making, as bytes in one piece of memory: for what is made by the million.
///
/// Appending to an array asks every time whether it is shared.
public struct TextWriter: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  public private(set) var count = 0

  /// Grows where more comes than was thought.
  public init(capacity: Int) {
    self.capacity = max(64, capacity)
    start = Self.memory(self.capacity)
  }

  deinit { free(start) }

  /// Swift's own call for memory without an alignment is the C library's for one with any, which is slow.
  private static func memory(_ bytes: Int) -> UnsafeMutablePointer<UInt8> {
    guard let start = malloc(bytes) else { preconditionFailure("no memory for \(bytes) bytes of text") }
    return start.assumingMemoryBound(to: UInt8.self)
  }

  /// What is there; gone with the next change.
  public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  /// A part of it; gone with the next change.
  public subscript(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  public mutating func removeAll() { count = 0 }

  public mutating func add(_ byte: UInt8) {
    if count == capacity { grow(by: 1) }
    start[count] = byte
    count += 1
  }

  public mutating func add(_ other: UnsafeBufferPointer<UInt8>) {
    guard let from = other.baseAddress, !other.isEmpty else { return }
    if capacity - count < other.count { grow(by: other.count) }
    memcpy(start + count, from, other.count)
    count += other.count
  }

  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { add($0) } }

  public mutating func add(_ text: String) { withBytes(of: text) { add($0) } }

  /// The same for a text that stands in the program, several times as fast.
  public mutating func add(literal: StaticString) {
    add(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// So many bytes, which `fill` sets, all of them.
  mutating func add(count more: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    if capacity - count < more { grow(by: more) }
    fill(start + count)
    count += more
  }

  /// As decimal digits.
  public mutating func add(number: Int64) {
    if number < 0 { add(UInt8(ascii: "-")) }
    var rest = number.magnitude
    var digits = 1
    var limit: UInt64 = 10
    while digits < 19, rest >= limit {
      digits += 1
      limit &*= 10
    }
    if capacity - count < digits { grow(by: digits) }
    count += digits
    var end = start + count
    while rest >= 10 {
      end -= 2
      addTwoDigits(Int(rest % 100), at: end)
      rest /= 100
    }
    // Of an odd number of digits the first stands alone.
    if digits % 2 == 1 { end[-1] = UInt8(truncatingIfNeeded: 48 + rest) }
  }

  /// What stands at a place already.
  public mutating func add(again range: Range<Int>) {
    precondition(range.upperBound <= count)
    if capacity - count < range.count { grow(by: range.count) }
    memcpy(start + count, start + range.lowerBound, range.count)
    count += range.count
  }

  /// As lower-case hexadecimal digits, two a byte.
  public mutating func add(hexOf bytes: [UInt8]) {
    if capacity - count < 2 * bytes.count { grow(by: 2 * bytes.count) }
    var end = start + count
    for byte in bytes {
      end[0] = Self.digit(byte >> 4)
      end[1] = Self.digit(byte & 15)
      end += 2
    }
    count += 2 * bytes.count
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

  private mutating func grow(by more: Int) {
    let wider = max(capacity * 2, count + more)
    let moved = Self.memory(wider)
    memcpy(moved, start, count)
    free(start)
    (start, capacity) = (moved, wider)
  }
}

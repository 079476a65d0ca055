/// A number or a word of JSON that comes in pieces.
struct JSONWord: Sendable {
  private(set) var bytes: [UInt8] = []
  private static let longest = 64

  /// Whether a byte may be part of one.
  static func admits(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): true
    default: false
    }
  }

  mutating func begin(_ byte: UInt8) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(byte)
  }

  mutating func append(_ byte: UInt8) throws(ReportProblem) {
    guard bytes.count < Self.longest else {
      throw ReportProblem("the JSON has a number or a word that is too long")
    }
    bytes.append(byte)
  }

  /// Nil where it is nothing that JSON knows.
  var event: JSONEvent? {
    if bytes.elementsEqual("true".utf8) { return .yes }
    if bytes.elementsEqual("false".utf8) { return .no }
    if bytes.elementsEqual("null".utf8) { return .null }
    return isNumber ? .number : nil
  }

  private var isNumber: Bool {
    var rest = bytes[...]
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let startsWithZero = rest.first == UInt8(ascii: "0")
    let whole = Self.passDigits(&rest)
    guard whole == 1 || (whole > 1 && !startsWithZero) else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard Self.passDigits(&rest) > 0 else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard Self.passDigits(&rest) > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// Drops the digits in front; returns how many there were.
  private static func passDigits(_ rest: inout ArraySlice<UInt8>) -> Int {
    let count = rest.prefix { (48...57).contains($0) }.count
    rest = rest.dropFirst(count)
    return count
  }
}

import ObjectStorage

/// One string of JSON that comes in pieces, without its quotes and escapes.
struct JSONString: Sendable {
  private enum State {
    case plain
    case escape
    /// Digits of `\uXXXX` that are still to come.
    case unicode(Int)
    case complete
  }

  private(set) var bytes: [UInt8] = []
  private var state = State.complete
  private var unit: UInt32 = 0
  /// The first half of a pair whose second half has to follow.
  private var high: UInt32?
  private var isASCII = true
  private var longest = 0

  var isComplete: Bool { if case .complete = state { true } else { false } }

  mutating func begin(longest: Int) {
    bytes.removeAll(keepingCapacity: true)
    state = .plain
    high = nil
    isASCII = true
    self.longest = longest
  }

  /// Takes bytes up to the closing quote or the end of the piece; returns the place behind.
  mutating func take(_ piece: UnsafeRawBufferPointer, from start: Int) throws(ReportProblem) -> Int {
    var index = start
    while index < piece.count {
      switch state {
      case .plain: index = try takePlain(piece, from: index)
      case .escape:
        try takeEscape(piece[index])
        index += 1
      case .unicode(let left):
        try takeDigit(piece[index], left)
        index += 1
      case .complete: return index
      }
    }
    return index
  }

  private mutating func takePlain(_ piece: UnsafeRawBufferPointer, from start: Int) throws(ReportProblem)
    -> Int
  {
    var index = start
    var seen: UInt8 = 0
    while index < piece.count {
      let byte = piece[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      seen |= byte
      index += 1
    }
    if seen >= 0x80 { isASCII = false }
    if index > start {
      guard high == nil else { throw Self.halfPair }
      guard bytes.count + index - start <= longest else {
        throw ReportProblem("the JSON has a text that is too long")
      }
      bytes.append(contentsOf: piece[start..<index])
    }
    guard index < piece.count else { return index }
    switch piece[index] {
    case UInt8(ascii: "\""): try end()
    case UInt8(ascii: "\\"): state = .escape
    default: throw ReportProblem("the JSON has a control character in a text, where it wants an escape")
    }
    return index + 1
  }

  private mutating func end() throws(ReportProblem) {
    guard high == nil else { throw Self.halfPair }
    guard isASCII || String(validating: bytes, as: UTF8.self) != nil else {
      throw ReportProblem("the JSON has a text that is not UTF-8")
    }
    state = .complete
  }

  private mutating func takeEscape(_ byte: UInt8) throws(ReportProblem) {
    if byte == UInt8(ascii: "u") {
      unit = 0
      state = .unicode(4)
      return
    }
    guard high == nil else { throw Self.halfPair }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(8)
    case UInt8(ascii: "f"): bytes.append(12)
    case UInt8(ascii: "n"): bytes.append(10)
    case UInt8(ascii: "r"): bytes.append(13)
    case UInt8(ascii: "t"): bytes.append(9)
    default: throw ReportProblem("the JSON has the unknown escape \\\(shown([byte]))")
    }
    state = .plain
  }

  private mutating func takeDigit(_ byte: UInt8, _ left: Int) throws(ReportProblem) {
    let digit: UInt32
    switch byte {
    case 48...57: digit = UInt32(byte - 48)
    case 65...70: digit = UInt32(byte - 55)
    case 97...102: digit = UInt32(byte - 87)
    default: throw ReportProblem("the JSON has an escape \\u without four hexadecimal digits")
    }
    unit = unit << 4 | digit
    guard left == 1 else { return state = .unicode(left - 1) }
    state = .plain
    try endUnit()
  }

  private mutating func endUnit() throws(ReportProblem) {
    switch (high, unit) {
    case (nil, 0xD800...0xDBFF): high = unit
    case (let first?, 0xDC00...0xDFFF):
      high = nil
      try append(0x10000 + (first - 0xD800) << 10 + (unit - 0xDC00))
    case (nil, 0xDC00...0xDFFF), (_?, _): throw Self.halfPair
    case (nil, _): try append(unit)
    }
  }

  private mutating func append(_ value: UInt32) throws(ReportProblem) {
    guard let scalar = Unicode.Scalar(value) else { throw Self.halfPair }
    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private static let halfPair = ReportProblem(
    "the JSON has half of a surrogate pair, which is no character: the name cannot be known")
}

/// Bytes of a report, safe to show in a message.
func shown(_ bytes: some Sequence<UInt8>) -> String { ObjectKey(bytes: bytes).shown }

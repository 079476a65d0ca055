/// What a JSON text says, piece by piece.
enum JSONEvent {
  case beginObject
  case endObject
  case beginArray
  case endArray
  /// The name of a member; its value follows.
  case name
  case string
  case number
  case yes
  case no
  case null
}

/// Takes what a `JSONReader` finds.
protocol JSONConsumer {
  /// `text` is the bytes of a name, a string or a number, UTF-8 and without escapes; empty otherwise. `depth` counts
  /// the containers around the event, without the one that begins or ends; `line` counts from 1.
  mutating func take(
    _ event: JSONEvent, _ text: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem)
}

/// Reads JSON that comes in pieces, of any length in the same memory; several values may follow one another.
///
/// Strict: what RFC 8259 does not allow is a problem, and so is half of a surrogate pair, which is no character.
struct JSONReader: Sendable {
  private enum Place {
    /// Outside of all values: another one, or the end.
    case outside
    case value
    case valueOrEnd
    case name
    case nameOrEnd
    case colon
    case commaOrEnd
  }

  private enum Token {
    case none
    case string
    case word
  }

  private static let deepest = 32
  private static let longestText = 1 << 20

  /// The line that was reached, from 1.
  private(set) var line: Int64 = 1
  private var place = Place.outside
  private var token = Token.none
  private var isName = false
  private var string = JSONString()
  private var word = JSONWord()
  /// The brackets that are open, outermost first.
  private var open: [UInt8] = []

  /// Whether nothing stands open: a file may end here.
  var isOutside: Bool { place == .outside && token == .none }

  mutating func feed(
    _ bytes: UnsafeRawBufferPointer, _ consumer: inout some JSONConsumer
  ) throws(ReportProblem) {
    var index = 0
    while index < bytes.count {
      switch token {
      case .none:
        try takeBetween(bytes[index], &consumer)
        index += 1
      case .string:
        index = try string.take(bytes, from: index)
        if string.isComplete { try endString(&consumer) }
      case .word:
        guard JSONWord.admits(bytes[index]) else {
          try endWord(&consumer)
          continue
        }
        try word.append(bytes[index])
        index += 1
      }
    }
  }

  /// Says that there is no more; throws where something stands open.
  mutating func finish(_ consumer: inout some JSONConsumer) throws(ReportProblem) {
    if token == .word { try endWord(&consumer) }
    guard isOutside else { throw ReportProblem("the JSON ends too early: the file is cut; save it again") }
  }

  private mutating func takeBetween(_ byte: UInt8, _ consumer: inout some JSONConsumer) throws(ReportProblem)
  {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): return
    case UInt8(ascii: "\n"): line += 1
    case UInt8(ascii: "\""): try beginString()
    case UInt8(ascii: "{"): try begin(byte, .beginObject, then: .nameOrEnd, &consumer)
    case UInt8(ascii: "["): try begin(byte, .beginArray, then: .valueOrEnd, &consumer)
    case UInt8(ascii: "}"): try end(UInt8(ascii: "{"), .endObject, &consumer)
    case UInt8(ascii: "]"): try end(UInt8(ascii: "["), .endArray, &consumer)
    case UInt8(ascii: ":"):
      guard place == .colon else { throw unexpected(byte) }
      place = .value
    case UInt8(ascii: ","):
      guard place == .commaOrEnd else { throw unexpected(byte) }
      place = open.last == UInt8(ascii: "{") ? .name : .value
    default:
      guard isPlaceForValue, JSONWord.admits(byte) else { throw unexpected(byte) }
      word.begin(byte)
      token = .word
    }
  }

  private mutating func beginString() throws(ReportProblem) {
    isName = place == .name || place == .nameOrEnd
    guard isName || isPlaceForValue else { throw unexpected(UInt8(ascii: "\"")) }
    string.begin(longest: Self.longestText)
    token = .string
  }

  private mutating func endString(_ consumer: inout some JSONConsumer) throws(ReportProblem) {
    token = .none
    try consumer.take(isName ? .name : .string, string.bytes[...], depth: open.count, line: line)
    if isName { place = .colon } else { endValue() }
  }

  private mutating func begin(
    _ bracket: UInt8, _ event: JSONEvent, then next: Place, _ consumer: inout some JSONConsumer
  ) throws(ReportProblem) {
    guard isPlaceForValue else { throw unexpected(bracket) }
    try consumer.take(event, [], depth: open.count, line: line)
    open.append(bracket)
    guard open.count <= Self.deepest else {
      throw ReportProblem("the JSON nests deeper than \(Self.deepest) levels")
    }
    place = next
  }

  private mutating func end(
    _ bracket: UInt8, _ event: JSONEvent, _ consumer: inout some JSONConsumer
  ) throws(ReportProblem) {
    let isEmpty = bracket == UInt8(ascii: "{") ? place == .nameOrEnd : place == .valueOrEnd
    guard open.last == bracket, isEmpty || place == .commaOrEnd else {
      throw unexpected(bracket == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
    open.removeLast()
    try consumer.take(event, [], depth: open.count, line: line)
    endValue()
  }

  private mutating func endWord(_ consumer: inout some JSONConsumer) throws(ReportProblem) {
    guard let event = word.event else {
      throw ReportProblem("the JSON has \(shown(word.bytes)) where a value should be")
    }
    token = .none
    try consumer.take(event, event == .number ? word.bytes[...] : [], depth: open.count, line: line)
    endValue()
  }

  private mutating func endValue() { place = open.isEmpty ? .outside : .commaOrEnd }

  private var isPlaceForValue: Bool { place == .outside || place == .value || place == .valueOrEnd }

  private func unexpected(_ byte: UInt8) -> ReportProblem {
    ReportProblem("the JSON has \(shown([byte])) where it should not be")
  }
}

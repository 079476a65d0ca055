import SavedReports

/// Cuts a file into its JSON objects: one a line, over several lines, one behind the other or in a list.
///
/// Only the brackets are looked at; whoever decodes an object checks the rest. A cut object is given up at the next
/// place where JSON has no object, so that it takes at most its neighbour with it.
struct JSONPieces {
  enum Piece {
    case object(line: Int64, bytes: [UInt8])
    case problem(line: Int64, cause: String)
  }

  private static let longest = 1 << 20
  private static let deepest = 32

  private var bytes: [UInt8] = []
  private var line: Int64 = 0
  /// The brackets that are open, outermost first; empty between objects.
  private var open: [UInt8] = []
  private var isInString = false
  private var isEscaped = false
  /// The last byte that was neither blank nor part of a string.
  private var last: UInt8 = 0
  private var isInList = false

  mutating func read(_ line: ReportLine) -> [Piece] {
    var pieces: [Piece] = []
    for byte in line.bytes {
      if let piece = take(byte, on: line.number) {
        pieces.append(piece)
        if case .problem = piece, open.isEmpty { return pieces }
      }
    }
    if isInString { pieces.append(giveUp("a text that is not closed on its line")) }
    if !open.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    return pieces
  }

  /// Gives up the object that a lost line is part of.
  mutating func lose(line number: Int64) -> Piece {
    if open.isEmpty { line = number }
    return giveUp("a line of more than 1 MiB")
  }

  mutating func finish() -> [Piece] {
    if !open.isEmpty { return [giveUp("the object is not closed: the file is cut")] }
    return isInList ? [.problem(line: line, cause: "the list is not closed: the file is cut")] : []
  }

  private mutating func take(_ byte: UInt8, on number: Int64) -> Piece? {
    if open.isEmpty { return begin(byte, on: number) }
    if byte == UInt8(ascii: "{") && !isInString && !isPlaceForValue {
      let problem = giveUp("the object is not closed")
      _ = begin(byte, on: number)
      return problem
    }
    bytes.append(byte)
    guard bytes.count <= Self.longest else { return giveUp("an object of more than 1 MiB") }
    return isInString ? takeInString(byte) : takeBetween(byte)
  }

  private mutating func begin(_ byte: UInt8, on number: Int64) -> Piece? {
    line = number
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"): break
    case UInt8(ascii: ",") where isInList: break
    case UInt8(ascii: "[") where !isInList: isInList = true
    case UInt8(ascii: "]") where isInList: isInList = false
    case UInt8(ascii: "{"):
      bytes = [byte]
      open = [byte]
      last = byte
    default: return .problem(line: number, cause: "not a JSON object")
    }
    return nil
  }

  private mutating func takeInString(_ byte: UInt8) -> Piece? {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
    }
    return nil
  }

  private mutating func takeBetween(_ byte: UInt8) -> Piece? {
    if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { return nil }
    last = byte
    switch byte {
    case UInt8(ascii: "\""): isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      open.append(byte)
      if open.count > Self.deepest { return giveUp("an object of more than \(Self.deepest) levels") }
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      let opened = open.removeLast()
      guard opened == (byte == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")) else {
        return giveUp("brackets that do not fit")
      }
      if open.isEmpty { return .object(line: line, bytes: bytes) }
    default: break
    }
    return nil
  }

  /// Whether an object may begin here: behind a name, or in a list.
  private var isPlaceForValue: Bool {
    open.last == UInt8(ascii: "[")
      ? last == UInt8(ascii: "[") || last == UInt8(ascii: ",") : last == UInt8(ascii: ":")
  }

  private mutating func giveUp(_ cause: String) -> Piece {
    let piece = Piece.problem(line: line, cause: cause)
    bytes = []
    open = []
    isInString = false
    isEscaped = false
    return piece
  }
}

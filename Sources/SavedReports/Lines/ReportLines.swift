/// Cuts a report into its lines; the report comes in pieces of any length and is never held whole.
public struct ReportLines: Sendable {
  public enum Next: Hashable, Sendable {
    case line(ReportLine)
    /// The line of this number is longer than a line may be; it was passed over.
    case tooLong(Int64)
  }

  /// The longest line, in bytes.
  public static let longest = 1 << 20
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let terminator: UInt8
  private var buffer: [UInt8] = []
  private var position = 0
  /// No terminator stands before this place.
  private var searched = 0
  private var number: Int64 = 0
  private var isAtEnd = false
  private var isAtStart = true
  private var isSkipping = false

  public init(isZeroTerminated: Bool = false) {
    terminator = isZeroTerminated ? 0 : UInt8(ascii: "\n")
  }

  /// Takes another piece; lines that `next` gave out should be gone by then, or they cost a copy.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    buffer.removeFirst(position)
    searched -= position
    position = 0
    buffer.append(contentsOf: bytes)
  }

  /// Says that there are no more pieces: what is left is the last line.
  public mutating func end() { isAtEnd = true }

  /// The next line; nil where another piece is needed, and behind the last line.
  ///
  /// A mark of UTF-8 at the beginning is not part of the first line.
  public mutating func next() -> Next? {
    if isAtStart, !passMark() { return nil }
    if let end = buffer[searched...].firstIndex(of: terminator) {
      return take(upTo: end, andBehind: end + 1, isTerminated: true)
    }
    searched = buffer.count
    if isAtEnd {
      guard position < buffer.count || isSkipping else { return nil }
      return take(upTo: buffer.count, andBehind: buffer.count, isTerminated: false)
    }
    if isSkipping || buffer.count - position > Self.longest {
      isSkipping = true
      position = buffer.count
    }
    return nil
  }

  /// False where the first bytes are not there yet.
  private mutating func passMark() -> Bool {
    let isMark = buffer.starts(with: Self.mark)
    if !isMark, !isAtEnd, Self.mark.starts(with: buffer) { return false }
    isAtStart = false
    if isMark { (position, searched) = (Self.mark.count, Self.mark.count) }
    return true
  }

  private mutating func take(upTo end: Int, andBehind next: Int, isTerminated: Bool) -> Next {
    var bytes = buffer[position..<end]
    (position, searched) = (next, next)
    number += 1
    guard !isSkipping, bytes.count <= Self.longest else {
      isSkipping = false
      return .tooLong(number)
    }
    let hasReturn = terminator != 0 && bytes.last == UInt8(ascii: "\r")
    if hasReturn { bytes.removeLast() }
    return .line(
      ReportLine(number, bytes, endsWithCarriageReturn: hasReturn, isTerminated: isTerminated))
  }
}

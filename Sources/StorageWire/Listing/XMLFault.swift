import CLibXML2
import ObjectStorage

/// Why the parser found a document not well-formed, and where.
struct XMLFault {
  private let code: Int32
  /// Bytes before the fault; nil where the parser does not know.
  private let offset: Int?
  /// The character that XML 1.0 forbids.
  private let character: UInt32?
  private let isUnreadable: Bool

  /// To be called while the parser reports the error.
  init(_ error: xmlError, _ context: xmlParserCtxtPtr?) {
    code = error.code
    let consumed = context.map { Int(xmlByteConsumed($0)) } ?? -1
    // Bytes that are no UTF-8 come under the same code, with the bytes as its text.
    isUnreadable =
      code == XML_ERR_INVALID_ENCODING.rawValue || (code == Self.badCharacter && error.str1 != nil)
    character = code == Self.badCharacter && !isUnreadable ? UInt32(exactly: error.int1) : nil
    let back = character.map { Self.lengthOfReference(to: $0, before: context?.pointee.input?.pointee) } ?? 0
    offset = consumed >= back ? consumed - back : nil
  }

  private static let badCharacter = Int32(XML_ERR_INVALID_CHAR.rawValue)
  /// `&#x` and more zeros than anybody writes.
  private static let longestReference = 64

  /// The parser stands behind a reference, and before a character that stands there itself.
  private static func lengthOfReference(to value: UInt32, before input: xmlParserInput?) -> Int {
    guard let input, let base = input.base, let here = input.cur, here > base, here[-1] == UInt8(ascii: ";")
    else { return 0 }
    let before = UnsafeBufferPointer(start: base, count: here - base).suffix(longestReference)
    guard let start = before.lastIndex(of: UInt8(ascii: "&")) else { return 0 }
    let reference = String(decoding: before[start...].dropLast(), as: UTF8.self)
    let number =
      reference.hasPrefix("&#x")
      ? UInt32(reference.dropFirst(3), radix: 16)
      : reference.hasPrefix("&#") ? UInt32(reference.dropFirst(2)) : nil
    return number == value ? before.endIndex - start : 0
  }

  /// `isCounted` says whether the parser's bytes are the page's own.
  func words(isCounted: Bool, isLenient: Bool) -> String {
    let place = isCounted ? offset.map { " at byte \($0)" } ?? "" : ""
    if isUnreadable { return "has bytes\(place) that are not UTF-8" }
    guard let character else { return "\(Self.words(code))\(place)" }
    let hex = String(character, radix: 16, uppercase: true)
    let name = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
    // Half of a surrogate pair is no character at all, whatever the reading.
    let hint =
      isLenient || (0xd800...0xdfff).contains(character)
      ? "" : "; a saved listing can be read with --lenient-xml"
    return "has the character \(name)\(place), which XML 1.0 forbids\(hint)"
  }

  static func words(_ code: Int32) -> String { "is not well-formed XML (libxml2 code \(code))" }
}

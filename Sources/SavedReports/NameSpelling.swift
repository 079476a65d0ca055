public import ObjectStorage

/// Whether the names of a list are written as they are or percent-encoded; the first name that shows it decides.
///
/// | a name has | it shows |
/// | --- | --- |
/// | a byte that no encoder leaves, or a `%` without two digits | as they are |
/// | nothing of that, and a `%` with two digits | percent-encoded |
/// | neither | nothing: both readings are the same |
public struct NameSpelling: Sendable {
  private enum State {
    case plain
    case encoded
  }

  private var state: State?

  public init() {}

  /// The key of a name; throws where it contradicts the names before.
  public mutating func key(_ name: ArraySlice<UInt8>) throws(ReportProblem) -> ObjectKey {
    let isPlain = Self.isPlain(name)
    let hasPercent = name.contains(UInt8(ascii: "%"))
    if state == nil { state = isPlain ? .plain : hasPercent ? .encoded : nil }
    guard state == .encoded else { return ObjectKey(bytes: name) }
    return try Self.decoded(name)
  }

  /// Reads a percent-encoded name; a `+` may be a blank or itself, so that it is a problem.
  public static func decoded(_ name: ArraySlice<UInt8>) throws(ReportProblem) -> ObjectKey {
    guard !name.contains(UInt8(ascii: "+")) else {
      throw ReportProblem("a + in a percent-encoded name may be a blank or itself")
    }
    guard !isPlain(name), let text = name.text, let key = ObjectKey(percentEncoded: text), !key.bytes.isEmpty
    else { throw ReportProblem("the name is not percent-encoded, as this list's names are") }
    return key
  }

  static func isPlain(_ name: ArraySlice<UInt8>) -> Bool {
    var rest = name
    while let byte = rest.popFirst() {
      switch byte {
      case 48...57, 65...90, 97...122: continue
      case UInt8(ascii: "%"):
        guard rest.count >= 2, rest.prefix(2).allSatisfy(isHexDigit) else { return true }
      default:
        if !"-_.~/!'()*+".utf8.contains(byte) { return true }
      }
    }
    return false
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...70, 97...102: true
    default: false
    }
  }
}

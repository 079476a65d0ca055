import ObjectStorage

/// U+FFFD where a store should have written a character that XML forbids.
///
/// Some stores encode the keys of a page and take the last of them as its token as it is, so that the token is no
/// name any more. A listing that went on behind it would pass keys over.
enum ReplacedCharacters {
  static func mayBe(in text: String) -> Bool { text.unicodeScalars.contains("\u{fffd}") }

  /// The one name that looks so once its characters are replaced; nil where none does, or more than one.
  static func name(behind text: String, among names: [ObjectKey]) -> ObjectKey? {
    let found = names.filter { $0.text.map(replaced) == text }
    return found.count == 1 ? found[0] : nil
  }

  /// Whether a store that cannot write a name would write it so.
  static func isName(_ bytes: ArraySlice<UInt8>, of name: ObjectKey) -> Bool {
    guard let text = name.text.map(replaced), mayBe(in: text) else { return false }
    return bytes.elementsEqual(text.utf8)
  }

  private static func replaced(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0a, 0x0d: out.append(scalar)
      case 0..<0x20, 0xfffe, 0xffff: out.append("\u{fffd}")
      default: out.append(scalar)
      }
    }
    return String(out)
  }
}

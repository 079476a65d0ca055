/// A pattern of the shell over a key, compiled to a program that a matcher runs in one pass.
///
/// | piece | matches |
/// | --- | --- |
/// | `*` | any characters but `/`, none too |
/// | `**` | any characters, `/` among them, none too |
/// | `?` | one character but `/` |
/// | `[a-z]`, `[!a-z]` | one character of the set, or one that is neither in it nor `/` |
/// | `{a,b}` | either of the patterns |
/// | `\*` | the character behind the backslash |
/// | `/` at the start | nothing; the pattern has to match from the key's start, not from the start of any segment |
/// | `/` at the end | itself, and everything below |
///
/// A pattern matches to the end of the key. A character is one of UTF-8; a byte that belongs to none is one by itself.
/// Nothing is normalised or folded: equal characters have equal bytes.
public struct GlobPattern: Hashable, Sendable {
  /// Longer ones are refused.
  public static let longest = 4096

  /// A step of the program; the numbers are places in it.
  enum Step: Hashable, Sendable {
    case unit(UInt32)
    case set(GlobSet)
    /// One character but `/`.
    case anyInSegment
    case any
    case either(Int, Int)
    case jump(Int)
    case matched
  }

  let program: [Step]

  /// Throws `invalid-request` where the pattern is not one, and says why.
  public init(_ text: String) throws(StorageError) {
    var compiler = GlobCompiler(text)
    program = try compiler.compile()
  }
}

/// The characters of `[…]`; never `/`.
struct GlobSet: Hashable, Sendable {
  var ranges: [ClosedRange<UInt32>] = []
  var isNegated = false

  func contains(_ unit: UInt32) -> Bool {
    unit != GlobUnits.slash && ranges.contains { $0.contains(unit) } != isNegated
  }
}

/// The characters of a key as a matcher takes them.
enum GlobUnits {
  static let slash: UInt32 = 0x2F
  /// What is added to a byte that belongs to no character, above every character.
  private static let stray: UInt32 = 0x11_0000

  static func of(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
    if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.map { UInt32($0) } }
    var units: [UInt32] = []
    units.reserveCapacity(bytes.count)
    var parser = Unicode.UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var place = bytes.startIndex
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let encoded):
        units.append(Unicode.UTF8.decode(encoded).value)
        place += encoded.count
      case .error(let length):
        for byte in bytes[place..<place + length] { units.append(stray + UInt32(byte)) }
        place += length
      case .emptyInput: return units
      }
    }
  }
}

public import ObjectStorage

/// Other spellings for keys that the destination does not take; the option `--rename percent`.
///
/// A renamed key is spelt in percent-encoding: `%` always, and what stands in the way. A key that the destination takes
/// stays as it is, unless it looks like a renamed one; then it is renamed too. So no two keys become one, and every
/// spelling leads back to its key.
///
/// | key | at an OSS destination |
/// | --- | --- |
/// | `a/100%` | `a/100%` |
/// | `/a/100%` | `%2Fa/100%25` |
/// | `%2Fa/100%25` | `%252Fa/100%2525` |
public struct KeyRename: Sendable {
  /// The word for it in ledgers and options.
  public static let percent = "percent"

  private let prefix: ObjectKey
  private let isTaken: @Sendable (ObjectKey) -> Bool

  /// Below a prefix of the destination, which says by `refusal` what it does not take.
  public init(below prefix: ObjectKey, refusal: @escaping @Sendable (ObjectKey) -> String?) {
    self.prefix = prefix
    isTaken = { refusal($0) == nil }
  }

  /// What stands behind the prefix, as the destination is to have it; as it is where no spelling helps.
  func spelling(of name: [UInt8]) -> [UInt8] { needsSpelling(name) ? encoded(name) ?? name : name }

  /// Why a name that the destination takes must not land as it is; nil where it may, or has a spelling.
  func refusal(of name: [UInt8]) -> String? {
    guard takes(name), needsSpelling(name), encoded(name) == nil else { return nil }
    return "the key is the spelling of another one, and its own is longer than the destination takes"
  }

  /// The name that has a spelling; the spelling itself where no name has it.
  func name(of spelling: [UInt8]) -> [UInt8] {
    guard let name = Self.decoded(spelling), encoded(name) == spelling, needsSpelling(name) else {
      return spelling
    }
    return name
  }

  /// Whether the destination does not take a name, or takes it for the spelling of another one.
  private func needsSpelling(_ name: [UInt8]) -> Bool {
    var name = name
    // Every turn makes it shorter.
    while takes(name) {
      guard let inner = Self.decoded(name), encoded(inner) == name else { return false }
      name = inner
    }
    return true
  }

  private func takes(_ name: [UInt8]) -> Bool { isTaken(ObjectKey(bytes: prefix.bytes + name)) }

  /// The first spelling that the destination takes; nil where it takes none.
  private func encoded(_ name: [UInt8]) -> [UInt8]? {
    Reach.allCases.lazy.map { Self.encoded(name, $0, isAtSlash: isAtSlash) }.first { takes($0) }
  }

  private var isAtSlash: Bool { prefix.bytes.isEmpty || prefix.bytes.last == Self.slash }

  /// How much of a name is encoded beside `%`.
  private enum Reach: CaseIterable {
    /// Bytes that stand nowhere: zero, and those of no text.
    case bytes
    /// The first one too.
    case first
    /// Slashes that follow another one, and segments of dots.
    case segments
    case all
  }

  private static let slash = UInt8(ascii: "/")
  private static let escape = UInt8(ascii: "%")
  private static let dot = UInt8(ascii: ".")

  private static func encoded(_ name: [UInt8], _ reach: Reach, isAtSlash: Bool) -> [UInt8] {
    let isText = ObjectKey(bytes: name).isText
    var spelling: [UInt8] = []
    var isAtSlash = isAtSlash
    for (index, byte) in name.enumerated() {
      let isInTheWay =
        switch reach {
        case .bytes: false
        case .first: index == 0
        case .segments: isSegment(byte, index, in: name, isAtSlash)
        case .all: index == 0 || isSegment(byte, index, in: name, isAtSlash)
        }
      if byte == escape || byte == 0 || (byte >= 0x80 && !isText) || isInTheWay {
        spelling.append(escape)
        spelling.append(digits[Int(byte >> 4)])
        spelling.append(digits[Int(byte & 15)])
        isAtSlash = false
      } else {
        spelling.append(byte)
        isAtSlash = byte == slash
      }
    }
    return spelling
  }

  /// Whether a byte is of a segment that paths do not have.
  private static func isSegment(
    _ byte: UInt8, _ index: Int, in name: [UInt8], _ isAtSlash: Bool
  ) -> Bool {
    (byte == slash && isAtSlash) || (byte == dot && isDots(around: index, in: name))
  }

  /// Whether the segment around a place is `.` or `..`.
  private static func isDots(around index: Int, in name: [UInt8]) -> Bool {
    let start = name[..<index].lastIndex(of: slash).map { $0 + 1 } ?? 0
    let end = name[index...].firstIndex(of: slash) ?? name.count
    return end - start <= 2 && name[start..<end].allSatisfy { $0 == dot }
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Nil where nothing is encoded, or something wrongly.
  private static func decoded(_ spelling: [UInt8]) -> [UInt8]? {
    var name: [UInt8] = []
    var index = 0
    while index < spelling.count {
      guard spelling[index] == escape else {
        name.append(spelling[index])
        index += 1
        continue
      }
      guard index + 2 < spelling.count, let high = value(spelling[index + 1]),
        let low = value(spelling[index + 2])
      else { return nil }
      name.append(high << 4 | low)
      index += 3
    }
    return name.count == spelling.count ? nil : name
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    digits.firstIndex(of: digit).flatMap { UInt8(exactly: $0) }
  }
}

import AuditLedger
import ObjectStorage
import SavedReports

/// One way to read the names of a list.
struct NameReading: Hashable, Sendable {
  var spelling: ListedSpelling
  /// Whether a name is a whole key; otherwise it stands below the source's address.
  var isWhole: Bool
  /// Whether quotes around a name are those of CSV.
  var unquotes = false

  private static let longest = 4096

  /// All ways that a format allows.
  static func all(of format: ErrorListFormat, _ settings: ErrorList.Settings) -> [NameReading] {
    let spellings = settings.spelling.map { [$0] } ?? format.spellings
    var bases = format.namesAreWholeKeys.map { [$0] } ?? [true, false]
    // Without a prefix both are the same.
    if settings.prefix.bytes.isEmpty { bases = [true] }
    // Names between quotes stand in the older lists alone where they may have quotes of their own.
    let quoting = format == .classic ? [false, true] : [false]
    return spellings.flatMap { spelling in
      bases.flatMap { base in
        quoting.map { NameReading(spelling: spelling, isWhole: base, unquotes: $0) }
      }
    }
  }

  /// Whether the name can be a key below the prefix under this reading.
  func canRead(_ name: ListedName, below prefix: ObjectKey) -> Bool {
    guard name.isSimple else { return key(of: name, below: prefix) != nil }
    return (1...Self.longest).contains(name.bytes.count)
      && (!isWhole || name.bytes.starts(with: prefix.bytes))
  }

  /// Nil where the name cannot be a key below the prefix under this reading.
  func key(of name: ListedName, below prefix: ObjectKey) -> ObjectKey? {
    let written = unquotes ? name.unquoted ?? name.bytes : name.bytes
    guard let bytes = spelling.bytes(of: written[...]), (1...Self.longest).contains(bytes.count) else {
      return nil
    }
    guard isWhole else {
      let slash: [UInt8] = prefix.bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
      return ObjectKey(bytes: prefix.bytes + slash + bytes)
    }
    let key = ObjectKey(bytes: bytes)
    return key.hasPrefix(prefix) ? key : nil
  }

  var words: String {
    "\(spelling.rawValue), \(isWhole ? "whole keys" : "below the source's address")\(unquotes ? ", quoted" : "")"
  }
}

/// Rows of this tool's own error lists, whose spelling is known.
enum OwnErrorRow {
  /// The name is spelt as this tool spells, and the description begins with a class of its error list.
  static func isOne(_ row: ErrorListRow) -> Bool {
    guard let cause = row.cause?.text, let colon = cause.firstIndex(of: ":"),
      ErrorClass(rawValue: String(cause[..<colon])) != nil, let name = row.name.text
    else { return false }
    return ObjectKey(percentEncoded: name)?.percentEncoded == name
  }
}

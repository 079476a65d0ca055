import Synchronization

/// What a filter compares a key with: a glob, or a regular expression behind `regex:`.
///
/// A regular expression may match anywhere in the key's text; `^` and `$` bind it. It sees characters as they are
/// written, without normalising them, and never matches a key whose bytes are not UTF-8.
struct KeyPattern: Sendable {
  private enum Kind: Sendable {
    case glob(GlobPattern)
    case regex(SharedRegex)
  }

  private static let regexMark = "regex:"
  let text: String
  private let kind: Kind

  /// Throws `invalid-request` where the text is no pattern, and says why.
  init(_ text: String) throws(StorageError) {
    self.text = text
    kind =
      text.hasPrefix(Self.regexMark)
      ? .regex(try SharedRegex(String(text.dropFirst(Self.regexMark.count)))) : .glob(try GlobPattern(text))
  }

  func matches(_ name: FilteredName) -> Bool {
    switch kind {
    case .glob(let glob): glob.matches(name.units)
    case .regex(let regex): name.text.map(regex.matches) ?? false
    }
  }
}

/// What filters see of a key: what stands behind the address's prefix.
struct FilteredName {
  let units: [UInt32]
  private let bytes: ArraySlice<UInt8>

  /// A `/` at the start is dropped where the prefix does not end in one, so that patterns read alike for
  /// `s3://bucket/folder` and `s3://bucket/folder/`.
  init(_ key: ObjectKey, below prefix: ObjectKey) {
    var rest = key.bytes.dropFirst(prefix.bytes.count)
    let slash = UInt8(ascii: "/")
    if let last = prefix.bytes.last, last != slash, rest.first == slash { rest = rest.dropFirst() }
    bytes = rest
    units = GlobUnits.of(rest)
  }

  var text: String? { String(validating: bytes, as: UTF8.self) }
}

/// A compiled expression that tasks share; it is no value that can be sent between them.
private final class SharedRegex: Sendable {
  private let regex: Mutex<Regex<AnyRegexOutput>>

  init(_ text: String) throws(StorageError) {
    guard !text.isEmpty else {
      throw StorageError(.invalidRequest, "an empty regex: matches every key; leave it out, or write **")
    }
    let compiled: Regex<AnyRegexOutput>
    do {
      compiled = try Regex(text)
    } catch {
      throw StorageError(
        .invalidRequest,
        "the regular expression \(shownSafely(text)) cannot be used: \(shownSafely("\(error)"))")
    }
    regex = Mutex(compiled.matchingSemantics(.unicodeScalar))
  }

  func matches(_ text: String) -> Bool {
    // Only an expression with code of its own in it can fail, and text has none.
    regex.withLock { (try? $0.firstMatch(in: text)) != nil }
  }
}

extension ArraySlice<UInt8> {
  /// The bytes as text, or nil where they are not UTF-8.
  public var text: String? { String(validating: self, as: UTF8.self) }

  /// One to eighteen decimal digits as a number; nil for anything else.
  public var count64: Int64? {
    guard (1...18).contains(count), allSatisfy({ (48...57).contains($0) }) else { return nil }
    return reduce(0) { $0 * 10 + Int64($1 - 48) }
  }

  /// Without blanks and tabs at both ends.
  public var trimmed: ArraySlice<UInt8> {
    var rest = drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    while rest.last == UInt8(ascii: " ") || rest.last == UInt8(ascii: "\t") { rest.removeLast() }
    return rest
  }

  public func hasPrefix(_ text: String) -> Bool { starts(with: text.utf8) }

  public func hasSuffix(_ text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}

extension UInt8 {
  /// A blank, a tab, or an end of a line.
  public var isBlank: Bool { self == 32 || (9...13).contains(self) }
}

public import Checksums

/// An entity tag without its quotes: an opaque validator, and sometimes an MD5.
///
/// The shape alone never proves that it is an MD5: encryption and the kind of upload decide that, and only
/// HEAD or GET tell them (see `ObjectAttributes.checksums`).
public struct ETag: Hashable, Sendable {
  public let text: String

  /// Takes the header's or listing's spelling; one pair of quotes is dropped, `W/` is kept.
  public init(_ text: some StringProtocol) {
    self.init(utf8: Array(text.utf8)[...])
  }

  /// The same for a text that is here as bytes.
  public init(utf8 bytes: ArraySlice<UInt8>) {
    let quote = UInt8(ascii: "\"")
    let isQuoted = bytes.count >= 2 && bytes.first == quote && bytes.last == quote
    text = String(decoding: isQuoted ? bytes.dropFirst().dropLast() : bytes, as: UTF8.self)
  }

  /// The tag as `If-Match` wants it.
  public var quoted: String { "\"\(text)\"" }

  /// The value as an MD5, where the tag is 32 hexadecimal digits.
  ///
  /// Zeros alone are no digest: gateways give them to objects of which they know none.
  public var md5Shape: Checksum? {
    text.utf8.count == 32 && !isPlaceholder ? Checksum(.md5, hex: text) : nil
  }

  /// The value as a multipart ETag, where the tag is 32 hexadecimal digits, `-`, and a part count; zeros as above.
  public var multipartShape: Checksum? {
    guard !isPlaceholder, let partCount else { return nil }
    return Checksum(.multipartETag, hex: text.prefix(32), partCount: partCount)
  }

  /// The count behind 32 digits and a `-`, whatever the digits say.
  public var partCount: Int? {
    guard (34...38).contains(text.utf8.count) else { return nil }
    let pieces = text.split(separator: "-", omittingEmptySubsequences: false)
    guard pieces.count == 2, pieces[0].utf8.count == 32,
      pieces[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let parts = Int(pieces[1]), (1...10_000).contains(parts)
    else { return nil }
    return parts
  }

  /// Whether the tag is 32 zeros, alone or with a part count: it says nothing of the bytes, and stays when they change.
  public var isPlaceholder: Bool {
    text.utf8.count >= 32 && text.utf8.prefix(32).allSatisfy { $0 == UInt8(ascii: "0") }
      && (text.utf8.count == 32 || text.utf8.dropFirst(32).first == UInt8(ascii: "-"))
  }

  /// Whether both name the same bytes: vendors differ in the case of hexadecimal digits.
  public func isSame(as other: ETag) -> Bool {
    text == other.text || (md5Shape != nil && md5Shape == other.md5Shape)
  }
}

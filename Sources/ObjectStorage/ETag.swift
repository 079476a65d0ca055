public import Checksums

/// An entity tag without its quotes: an opaque validator, and sometimes an MD5.
///
/// The shape alone never proves that it is an MD5: encryption and the kind of upload decide that, and only
/// HEAD or GET tell them (see `ObjectAttributes.checksums`).
public struct ETag: Hashable, Sendable {
  public let text: String

  /// Takes the header's or listing's spelling; one pair of quotes is dropped, `W/` is kept.
  public init(_ text: some StringProtocol) { self.init(String(text)) }

  /// The same for a whole text.
  public init(_ text: String) {
    self.text =
      withBytes(of: text) { bytes in
        guard bytes.count >= 2, bytes.first == Self.quote, bytes.last == Self.quote else { return nil }
        return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
      } ?? text
  }

  private static let quote = UInt8(ascii: "\"")

  /// The same for a text that is here as bytes.
  public init(utf8 bytes: ArraySlice<UInt8>) {
    let isQuoted = bytes.count >= 2 && bytes.first == Self.quote && bytes.last == Self.quote
    text = String(decoding: isQuoted ? bytes.dropFirst().dropLast() : bytes, as: UTF8.self)
  }

  /// The tag as `If-Match` wants it.
  public var quoted: String { "\"\(text)\"" }

  /// What the tag looks like, told from its bytes alone.
  public enum Shape: Hashable, Sendable {
    /// 32 hexadecimal digits.
    case md5
    /// 32 hexadecimal digits, `-`, and a part count of 1 to 10,000.
    case multipart(parts: Int)
    case other
  }

  public var shape: Shape {
    withBytes(of: text) { bytes in
      guard !Self.isPlaceholder(bytes) else { return .other }
      guard (32...38).contains(bytes.count), areHexDigits(bytes.prefix(32)) else { return .other }
      guard bytes.count > 32 else { return .md5 }
      guard bytes[32] == UInt8(ascii: "-"), let parts = Self.count(bytes[33...]) else { return .other }
      return .multipart(parts: parts)
    }
  }

  private static func count(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    guard !digits.isEmpty else { return nil }
    var count = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      count = count * 10 + Int(digit - 48)
    }
    return (1...10_000).contains(count) ? count : nil
  }

  /// The value as an MD5, where the tag is 32 hexadecimal digits.
  ///
  /// Zeros alone are no digest: gateways give them to objects of which they know none.
  public var md5Shape: Checksum? { shape == .md5 ? Checksum(.md5, hex: text) : nil }

  /// The value as a multipart ETag, where the tag is 32 hexadecimal digits, `-`, and a part count; zeros as above.
  public var multipartShape: Checksum? {
    guard case .multipart(let parts) = shape else { return nil }
    return Checksum(.multipartETag, hex: text.prefix(32), partCount: parts)
  }

  /// The one of the two that the tag looks like.
  public var digestShape: Checksum? {
    switch shape {
    case .md5: Checksum(.md5, hex: text)
    case .multipart(let parts): Checksum(.multipartETag, hex: text.prefix(32), partCount: parts)
    case .other: nil
    }
  }

  /// The count behind 32 digits and a `-`, whatever the digits say.
  public var partCount: Int? {
    var text = text
    return text.withUTF8 { bytes in
      guard (34...38).contains(bytes.count), bytes[32] == UInt8(ascii: "-") else { return nil }
      return Self.count(bytes[33...])
    }
  }

  /// Whether the tag is 32 zeros, alone or with a part count: it says nothing of the bytes, and stays when they change.
  public var isPlaceholder: Bool {
    withBytes(of: text) { Self.isPlaceholder($0) }
  }

  private static func isPlaceholder(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count >= 32 && bytes.prefix(32).allSatisfy { $0 == UInt8(ascii: "0") }
      && (bytes.count == 32 || bytes[32] == UInt8(ascii: "-"))
  }

  /// Whether both name the same bytes: vendors differ in the case of hexadecimal digits.
  public func isSame(as other: ETag) -> Bool {
    text == other.text || (md5Shape != nil && md5Shape == other.md5Shape)
  }
}

/// Without a branch a byte: a listing asks this of every row.
private func areHexDigits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
  var others: UInt8 = 0
  for byte in bytes {
    let isDigit = byte &- UInt8(ascii: "0") < 10
    let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 6
    others |= isDigit || isLetter ? 0 : 1
  }
  return others == 0
}

import Checksums
import SavedReports

/// A digest and a name of one line, as they are written there.
struct ChecksumEntry {
  let checksum: Checksum
  let name: ArraySlice<UInt8>
  let isBase64: Bool

  /// Algorithms that are told apart by their length, which is all that a plain row has.
  private static let lengths: [ChecksumAlgorithm] = [.crc32, .md5, .sha1, .sha256]
  private static let tags: [(String, ChecksumAlgorithm)] = [
    ("MD5", .md5), ("SHA1", .sha1), ("SHA256", .sha256), ("SHA2-256", .sha256),
  ]
  /// The narrowest column of a digest: the Base64 of a CRC-32 takes eight characters, its digits too.
  static let narrowest = 8

  /// Reads `digest  name` and `digest *name`; the digest in hexadecimal digits or in Base64, also that for URLs.
  init?(plain bytes: ArraySlice<UInt8>) {
    let digest = bytes.prefix { $0 != UInt8(ascii: " ") }
    let rest = bytes.dropFirst(digest.count).dropFirst()
    guard rest.first == UInt8(ascii: " ") || rest.first == UInt8(ascii: "*"),
      let checksum = Self.checksum(digest)
    else { return nil }
    self.checksum = checksum
    name = rest.dropFirst()
    isBase64 = digest.last == UInt8(ascii: "=")
  }

  /// Reads `MD5 (name) = hex` and `MD5(name)= hex`, from both ends: the name may hold anything.
  init?(tagged bytes: ArraySlice<UInt8>) {
    for (tag, algorithm) in Self.tags where bytes.hasPrefix(tag) {
      var name = bytes.dropFirst(tag.utf8.count)
      if name.first == UInt8(ascii: " ") { name.removeFirst() }
      let digest = name.suffix(2 * algorithm.byteCount)
      guard name.first == UInt8(ascii: "("), let text = digest.text,
        let checksum = Checksum(algorithm, hex: text)
      else { continue }
      name = name.dropFirst().dropLast(digest.count)
      for close in [") = ", ")= "] where name.hasSuffix(close) {
        self.checksum = checksum
        self.name = name.dropLast(close.utf8.count)
        isBase64 = false
        return
      }
    }
    return nil
  }

  private static func checksum(_ digest: ArraySlice<UInt8>) -> Checksum? {
    guard let text = digest.text else { return nil }
    if let algorithm = lengths.first(where: { 2 * $0.byteCount == digest.count }),
      let checksum = Checksum(algorithm, hex: text)
    {
      return checksum
    }
    guard digest.last == UInt8(ascii: "=") else { return nil }
    let standard = String(decoding: digest.map(standardDigit), as: UTF8.self)
    return lengths.lazy.compactMap { Checksum($0, base64: standard) }.first
  }

  /// The digit of plain Base64 for one of the alphabet that is safe in URLs.
  private static func standardDigit(_ digit: UInt8) -> UInt8 {
    switch digit {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: digit
    }
  }
}

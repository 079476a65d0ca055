import CChecksums

/// A digest of bytes together with the algorithm that made it.
///
/// Two checksums are comparable only when their algorithms are equal; `ChecksumMatch` is the one way to
/// turn two of them into a statement.
public struct Checksum: Hashable, Sendable {
  public let algorithm: ChecksumAlgorithm
  /// The digest, most significant byte first.
  public let bytes: [UInt8]
  /// The number of parts that a composite value was made of; nil for a digest of the whole object.
  public let partCount: Int?

  /// Nil when the number of bytes is not the algorithm's.
  public init?(_ algorithm: ChecksumAlgorithm, bytes: [UInt8], partCount: Int? = nil) {
    guard bytes.count == algorithm.byteCount else { return nil }
    if let partCount, partCount < 1 { return nil }
    self.algorithm = algorithm
    self.bytes = bytes
    self.partCount = partCount
  }

  /// The SHA-256 of bytes that are here whole: a leaf of a tree is short, and a running digest costs more than it.
  init(sha256 message: UnsafeRawBufferPointer) {
    algorithm = .sha256
    var digest = [UInt8](repeating: 0, count: 32)
    cchecksums_sha256(message.bindMemory(to: UInt8.self).baseAddress, message.count, &digest)
    bytes = digest
    partCount = nil
  }

  /// Nil unless the text is the algorithm's number of hexadecimal digits, in either case.
  public init?(_ algorithm: ChecksumAlgorithm, hex: some StringProtocol, partCount: Int? = nil) {
    guard let bytes = decodeHex(hex) else { return nil }
    self.init(algorithm, bytes: bytes, partCount: partCount)
  }

  /// Nil unless the text is padded Base64 of the algorithm's number of bytes.
  public init?(_ algorithm: ChecksumAlgorithm, base64: some StringProtocol, partCount: Int? = nil) {
    guard let bytes = decodeBase64(base64) else { return nil }
    self.init(algorithm, bytes: bytes, partCount: partCount)
  }

  /// A CRC-64 written as an unsigned decimal number, the way OSS does.
  ///
  /// Nil unless the text is one to twenty ASCII digits that fit into 64 bits.
  public init?(crc64xzDecimal text: some StringProtocol) {
    let text = String(text)
    var value: UInt64 = 0
    var digits = 0
    for byte in text.utf8 {
      guard (48...57).contains(byte), digits < 20 else { return nil }
      let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeSum) = tenfold.addingReportingOverflow(UInt64(byte - 48))
      guard !isTooLarge, !isTooLargeSum else { return nil }
      value = sum
      digits += 1
    }
    guard digits > 0 else { return nil }
    self.init(.crc64xz, value: value)
  }

  /// A CRC of the algorithm's width from its register value; bits above the width are dropped.
  public init(_ algorithm: ChecksumAlgorithm, value: UInt64) {
    self.algorithm = algorithm
    let width = algorithm.byteCount
    var bytes = [UInt8](repeating: 0, count: width)
    for index in 0..<width {
      let shift = 8 * UInt64(width - 1 - index)
      bytes[index] = shift < 64 ? UInt8(truncatingIfNeeded: value >> shift) : 0
    }
    self.bytes = bytes
    partCount = nil
  }

  /// Lower-case hexadecimal digits; a composite value carries `-N` behind them.
  public var hex: String { withPartCount(encodeHex(bytes)) }
  public var base64: String { withPartCount(encodeBase64(bytes)) }
  /// The first eight bytes as a number: the register of a CRC.
  public var value: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
  /// The spelling that people meet at the vendor: decimal for CRC-64/XZ, hexadecimal otherwise.
  public var text: String { algorithm == .crc64xz ? String(value) : hex }

  private func withPartCount(_ text: String) -> String { partCount.map { "\(text)-\($0)" } ?? text }
}

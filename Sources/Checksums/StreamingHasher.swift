import CChecksums

/// Computes one digest over bytes that come piece by piece.
///
/// It cannot be copied, and `finish` ends it: an update afterwards does not compile.
public struct StreamingHasher: ~Copyable, Sendable {
  private let algorithm: ChecksumAlgorithm
  private var crcValue: UInt64 = 0
  /// Nil for the CRCs.
  private let context: DigestContext?

  /// Starts a digest.
  ///
  /// A multipart ETag is not a function of the bytes alone and has no streaming form; asking for it gives the MD5
  /// of the bytes, as one part of such an upload needs it.
  public init(_ algorithm: ChecksumAlgorithm) {
    self.algorithm = algorithm == .multipartETag ? .md5 : algorithm
    switch algorithm {
    case .crc64xz, .crc64nvme, .crc32, .crc32c: context = nil
    case .md5, .sha1, .sha256, .multipartETag: context = DigestContext(algorithm)
    }
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if context == nil { crcValue = crc(algorithm, crcValue, bytes) } else { context?.update(bytes) }
  }

  public consuming func finish() -> Checksum {
    context?.finish(algorithm) ?? Checksum(algorithm, value: crcValue)
  }
}

private func crc(_ algorithm: ChecksumAlgorithm, _ value: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
  guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return value }
  return switch algorithm {
  case .crc64xz: cchecksums_crc64xz(value, start, bytes.count)
  case .crc64nvme: cchecksums_crc64nvme(value, start, bytes.count)
  case .crc32: UInt64(cchecksums_crc32(UInt32(truncatingIfNeeded: value), start, bytes.count))
  case .crc32c: UInt64(cchecksums_crc32c(UInt32(truncatingIfNeeded: value), start, bytes.count))
  case .md5, .sha1, .sha256, .multipartETag: value
  }
}

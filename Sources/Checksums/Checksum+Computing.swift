import CChecksums

extension Checksum {
  /// The digest of bytes that are here whole.
  public static func of(_ bytes: UnsafeRawBufferPointer, _ algorithm: ChecksumAlgorithm) -> Checksum {
    if algorithm == .sha256 { return Checksum(sha256: bytes) }
    var hasher = StreamingHasher(algorithm)
    hasher.update(bytes)
    return hasher.finish()
  }

  /// The digest of bytes that are here whole.
  public static func of(_ bytes: some Collection<UInt8>, _ algorithm: ChecksumAlgorithm) -> Checksum {
    bytes.withContiguousStorageIfAvailable { of(UnsafeRawBufferPointer($0), algorithm) }
      ?? Array(bytes).withUnsafeBytes { of($0, algorithm) }
  }

  /// The CRC of two adjacent spans from the CRC of each, in any order of computing.
  ///
  /// Nil where the algorithms differ, cannot be combined, or a value speaks of parts.
  public func combined(with second: Checksum, secondLength: Int64) -> Checksum? {
    guard algorithm == second.algorithm, partCount == nil, second.partCount == nil, secondLength >= 0 else {
      return nil
    }
    let count = UInt64(secondLength)
    let value: UInt64
    switch algorithm {
    case .crc64xz: value = cchecksums_crc64xz_combine(self.value, second.value, count)
    case .crc64nvme: value = cchecksums_crc64nvme_combine(self.value, second.value, count)
    case .crc32:
      value = UInt64(cchecksums_crc32_combine(narrow(self), narrow(second), count))
    case .crc32c:
      value = UInt64(cchecksums_crc32c_combine(narrow(self), narrow(second), count))
    case .md5, .sha1, .sha256, .multipartETag: return nil
    }
    return Checksum(algorithm, value: value)
  }

  /// The ETag that S3 gives an upload of these parts; nil for none or for anything but MD5s.
  public static func multipartETag(ofPartMD5s parts: [Checksum]) -> Checksum? {
    guard let digest = composite(of: parts), digest.algorithm == .md5 else { return nil }
    return Checksum(.multipartETag, bytes: digest.bytes, partCount: parts.count)
  }

  /// What a store publishes of an object of these parts: an ETag over MD5s, a composite checksum over others; nil for
  /// none or for several algorithms.
  public static func over(parts: [Checksum]) -> Checksum? {
    multipartETag(ofPartMD5s: parts) ?? composite(of: parts)
  }

  /// The digest over the digests of parts, as S3 makes it for a composite checksum; nil for none or for several
  /// algorithms.
  public static func composite(of parts: [Checksum]) -> Checksum? {
    guard let algorithm = parts.first?.algorithm,
      parts.allSatisfy({ $0.algorithm == algorithm && $0.partCount == nil })
    else { return nil }
    return Checksum(algorithm, bytes: of(parts.flatMap(\.bytes), algorithm).bytes, partCount: parts.count)
  }
}

private func narrow(_ checksum: Checksum) -> UInt32 { UInt32(truncatingIfNeeded: checksum.value) }

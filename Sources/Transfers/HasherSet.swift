import Checksums

/// The hashers of one stream.
///
/// Hashers cannot be copied and so cannot stand in an array; a stream needs at most the destination's
/// algorithm, an MD5 and one of the source's.
struct HasherSet: ~Copyable {
  private var crc64xz: StreamingHasher?
  private var md5: StreamingHasher?
  private var other: StreamingHasher?

  init(_ algorithms: [ChecksumAlgorithm]) {
    crc64xz = nil
    md5 = nil
    other = nil
    for algorithm in algorithms {
      switch algorithm {
      case .crc64xz: crc64xz = StreamingHasher(algorithm)
      case .md5: md5 = StreamingHasher(algorithm)
      case .crc64nvme, .crc32, .crc32c, .sha1, .sha256: other = StreamingHasher(algorithm)
      case .multipartETag: break
      }
    }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    crc64xz?.update(bytes)
    md5?.update(bytes)
    other?.update(bytes)
  }

  mutating func finish() -> [Checksum] {
    [crc64xz.take()?.finish(), md5.take()?.finish(), other.take()?.finish()].compactMap(\.self)
  }
}

import Checksums

/// The hashers of one stream that work at once; MD5s go into lanes instead.
///
/// Hashers cannot be copied and so cannot stand in an array; a stream needs at most the destination's algorithm
/// and one or two of the source's.
struct HasherSet: ~Copyable {
  private var crc64xz: StreamingHasher?
  private var other: StreamingHasher?

  init(_ algorithms: [ChecksumAlgorithm]) {
    crc64xz = nil
    other = nil
    for algorithm in algorithms {
      switch algorithm {
      case .crc64xz: crc64xz = StreamingHasher(algorithm)
      case .crc64nvme, .crc32, .crc32c, .sha1, .sha256: other = StreamingHasher(algorithm)
      case .md5, .multipartETag: break
      }
    }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    crc64xz?.update(bytes)
    other?.update(bytes)
  }

  mutating func finish() -> [Checksum] {
    [crc64xz.take()?.finish(), other.take()?.finish()].compactMap(\.self)
  }
}

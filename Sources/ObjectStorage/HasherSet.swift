import Checksums

/// The hashers of one stream that work at once; MD5s go into lanes instead.
///
/// Hashers cannot be copied and so cannot stand in an array; a stream needs at most the destinations' algorithms
/// and one of the source's.
struct HasherSet: ~Copyable {
  private var crc64xz: StreamingHasher?
  private var crc64nvme: StreamingHasher?
  private var other: StreamingHasher?

  init(_ algorithms: [ChecksumAlgorithm]) {
    crc64xz = nil
    crc64nvme = nil
    other = nil
    for algorithm in algorithms {
      switch algorithm {
      case .crc64xz: crc64xz = StreamingHasher(algorithm)
      case .crc64nvme: crc64nvme = StreamingHasher(algorithm)
      case .crc32, .crc32c, .sha1, .sha256: other = StreamingHasher(algorithm)
      case .md5, .multipartETag: break
      }
    }
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    crc64xz?.update(bytes)
    crc64nvme?.update(bytes)
    other?.update(bytes)
  }

  mutating func finish() -> [Checksum] {
    [crc64xz.take()?.finish(), crc64nvme.take()?.finish(), other.take()?.finish()].compactMap(\.self)
  }
}

import Checksums
import ObjectStorage

/// Which digests a copy computes on its way, and which MD5 it lets the destination check.
struct DigestPlan: Sendable {
  var algorithms: [ChecksumAlgorithm]
  /// Digests of the source that are compared while the bytes pass.
  var expected: [Checksum]
  /// Sent as `Content-MD5`.
  var contentMD5: Checksum?

  /// Chooses the cheapest digests that reach the strongest proof.
  ///
  /// CRC-64/XZ always. An MD5 of the source travels as `Content-MD5`, and is computed here too unless the
  /// destination was seen to refuse a false one or another digest of the source is cheaper. A destination that
  /// speaks S3 publishes no CRC-64/XZ: the second half of the proof needs the stream's CRC-64/NVME, which Amazon
  /// computes of whatever comes, or where ETags are digests its MD5.
  init(source: [Checksum], destination: StoreLocation.Kind, contentMD5Honoured: Bool) {
    let whole = source.filter { $0.partCount == nil && $0.algorithm != .multipartETag }
    contentMD5 = whole.first { $0.algorithm == .md5 }
    let cheap = whole.first { [.crc64nvme, .crc32c, .crc32].contains($0.algorithm) }
    var algorithms: [ChecksumAlgorithm] = [.crc64xz]
    if let cheap {
      algorithms.append(cheap.algorithm)
    } else if contentMD5 != nil {
      if !contentMD5Honoured { algorithms.append(.md5) }
    } else if let slow = whole.first(where: { $0.algorithm == .sha256 || $0.algorithm == .sha1 }) {
      algorithms.append(slow.algorithm)
    }
    if destination == .s3 || destination == .memory {
      if !algorithms.contains(.crc64nvme) { algorithms.append(.crc64nvme) }
      if !algorithms.contains(.md5), contentMD5 == nil || !contentMD5Honoured { algorithms.append(.md5) }
    }
    self.algorithms = algorithms
    expected = whole.filter { algorithms.contains($0.algorithm) }
  }

  /// The digests of a span that can be combined into those of the whole object.
  var partAlgorithms: [ChecksumAlgorithm] { algorithms.filter { $0 != .sha1 && $0 != .sha256 } }
}

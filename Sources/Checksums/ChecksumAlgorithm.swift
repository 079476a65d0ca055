/// The digests that stores publish or that this tool computes.
public enum ChecksumAlgorithm: String, CaseIterable, Codable, Sendable {
  case md5
  /// CRC-64/XZ: the `crc64ecma` of Alibaba Cloud OSS.
  case crc64xz
  /// CRC-64/NVME: the default full-object checksum of Amazon S3; another polynomial than `crc64xz`.
  case crc64nvme
  case crc32
  case crc32c
  case sha1
  case sha256
  /// MD5 over the concatenated MD5s of the parts: the ETag of an S3 multipart upload.
  case multipartETag = "multipart-etag"

  public var byteCount: Int {
    switch self {
    case .crc32, .crc32c: 4
    case .crc64xz, .crc64nvme: 8
    case .md5, .multipartETag: 16
    case .sha1: 20
    case .sha256: 32
    }
  }
}

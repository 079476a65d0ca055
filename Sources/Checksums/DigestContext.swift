import COpenSSL

/// One running OpenSSL digest.
struct DigestContext: ~Copyable, Sendable {
  // The context is owned by this value alone, which cannot be copied.
  private nonisolated(unsafe) let context: OpaquePointer?

  init(_ algorithm: ChecksumAlgorithm) {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, DigestMethods.method(algorithm), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  borrowing func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  borrowing func finish(_ algorithm: ChecksumAlgorithm) -> Checksum {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &bytes, &count)
    guard let checksum = Checksum(algorithm, bytes: Array(bytes.prefix(Int(count)))) else {
      preconditionFailure("OpenSSL has no \(algorithm.rawValue)")
    }
    return checksum
  }
}

/// OpenSSL's digests, fetched once: asking by name at every start costs twice the time of a short digest.
enum DigestMethods {
  // Immutable C pointers that OpenSSL never frees while the process lives.
  private nonisolated(unsafe) static let md5 = EVP_MD_fetch(nil, "MD5", nil)
  private nonisolated(unsafe) static let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
  private nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)

  static func method(_ algorithm: ChecksumAlgorithm) -> OpaquePointer? {
    switch algorithm {
    case .md5, .multipartETag: md5
    case .sha1: sha1
    case .sha256: sha256
    case .crc64xz, .crc64nvme, .crc32, .crc32c: nil
    }
  }
}

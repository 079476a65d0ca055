import COpenSSL

/// Keyed digests of RFC 2104, for signatures.
public enum HMAC {
  public static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8] { code(.sha256, key, message) }

  public static func sha1(key: [UInt8], _ message: [UInt8]) -> [UInt8] { code(.sha1, key, message) }

  private static func code(_ algorithm: ChecksumAlgorithm, _ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    COpenSSL.HMAC(
      DigestMethods.method(algorithm), key, Int32(key.count), message, message.count, &bytes, &count)
    return Array(bytes.prefix(Int(count)))
  }
}

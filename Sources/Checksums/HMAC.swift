import CChecksums
import COpenSSL

/// Keyed digests of RFC 2104, for signatures.
public enum HMAC {
  public static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    message.withUnsafeBufferPointer { sha256(key: key, $0) }
  }

  public static func sha256(key: [UInt8], _ message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    cchecksums_hmac_sha256(key, key.count, message.baseAddress, message.count, &code)
    return code
  }

  public static func sha1(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    COpenSSL.HMAC(
      DigestMethods.method(.sha1), key, Int32(key.count), message, message.count, &bytes, &count)
    return Array(bytes.prefix(Int(count)))
  }
}

/// SHA-256 of a message that is here whole, for signatures.
public func sha256(_ message: [UInt8]) -> [UInt8] { message.withUnsafeBufferPointer { sha256($0) } }

/// The same for bytes that lie elsewhere.
public func sha256(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  cchecksums_sha256(message.baseAddress, message.count, &digest)
  return digest
}

import COpenSSL

/// A private key of RFC 8032 that signs.
public struct Ed25519PrivateKey: Sendable {
  private let key: KeyHandle

  /// A new key; nil where the system gives no random numbers.
  public static func generate() -> Ed25519PrivateKey? {
    var seed = [UInt8](repeating: 0, count: Ed25519.keyBytes)
    defer { OPENSSL_cleanse(&seed, seed.count) }
    guard RAND_priv_bytes(&seed, Int32(seed.count)) == 1 else { return nil }
    return Ed25519PrivateKey(seed: seed)
  }

  /// The key of 32 secret bytes; nil for any other number of them.
  public init?(seed: [UInt8]) {
    guard seed.count == Ed25519.keyBytes,
      let key = KeyHandle(EVP_PKEY_new_raw_private_key(Ed25519.kind, nil, seed, seed.count))
    else { return nil }
    self.key = key
  }

  /// Reads PEM as `openssl pkey` writes it; nil for anything else, a key under a pass phrase among it.
  public init?(pem: [UInt8]) {
    guard
      let key = PEM.read(
        pem,
        {
          // A pass phrase is never asked for on the terminal.
          PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in 0 }, nil)
        })
    else { return nil }
    self.key = key
  }

  /// PKCS #8 in PEM, without a pass phrase.
  public var pem: [UInt8]? {
    PEM.write { PEM_write_bio_PrivateKey($0, key.pointer, nil, nil, 0, nil, nil) }
  }

  /// The public half in PEM, as `openssl pkey -pubin` reads it.
  public var publicPEM: [UInt8]? { PEM.write { PEM_write_bio_PUBKEY($0, key.pointer) } }

  /// The 64 bytes of the signature over a message; nil where OpenSSL refuses.
  public func signature(over message: [UInt8]) -> [UInt8]? {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    var bytes = [UInt8](repeating: 0, count: Ed25519.signatureBytes)
    var count = bytes.count
    guard EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1,
      EVP_DigestSign(context, &bytes, &count, message, message.count) == 1,
      count == Ed25519.signatureBytes
    else { return nil }
    return bytes
  }
}

/// A public key of RFC 8032 that checks signatures.
public struct Ed25519PublicKey: Sendable {
  private let key: KeyHandle

  /// The key of 32 bytes; nil for any other number of them.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Ed25519.keyBytes,
      let key = KeyHandle(EVP_PKEY_new_raw_public_key(Ed25519.kind, nil, bytes, bytes.count))
    else { return nil }
    self.key = key
  }

  /// Reads a public key in PEM; nil for anything else, a private key among it.
  public init?(pem: [UInt8]) {
    guard let key = PEM.read(pem, { PEM_read_bio_PUBKEY($0, nil, { _, _, _, _ in 0 }, nil) }) else {
      return nil
    }
    self.key = key
  }

  public func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    return signature.count == Ed25519.signatureBytes
      && EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}

private enum Ed25519 {
  static let keyBytes = 32
  static let signatureBytes = 64
  static let kind = EVP_PKEY_ED25519
}

/// A key that OpenSSL holds, of Ed25519 and of nothing else.
private final class KeyHandle: Sendable {
  // Never changed after it was made, and freed with its only owner.
  nonisolated(unsafe) let pointer: OpaquePointer

  init?(_ pointer: OpaquePointer?) {
    guard let pointer else { return nil }
    guard EVP_PKEY_get_id(pointer) == Ed25519.kind else {
      EVP_PKEY_free(pointer)
      return nil
    }
    self.pointer = pointer
  }

  deinit { EVP_PKEY_free(pointer) }
}

private enum PEM {
  static func read(_ text: [UInt8], _ body: (OpaquePointer) -> OpaquePointer?) -> KeyHandle? {
    guard let count = Int32(exactly: text.count), let memory = BIO_new_mem_buf(text, count) else {
      return nil
    }
    defer {
      BIO_free(memory)
      // What could not be read is told by nil; nobody may find it later as the cause of something else.
      ERR_clear_error()
    }
    return KeyHandle(body(memory))
  }

  static func write(_ body: (OpaquePointer) -> Int32) -> [UInt8]? {
    guard let memory = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(memory) }
    guard body(memory) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = 0
    guard BIO_read_ex(memory, &bytes, bytes.count, &count) == 1 else { return nil }
    return Array(bytes.prefix(count))
  }
}

import Testing

@testable import Checksums

/// Signatures against the test vectors of RFC 8032, section 7.1.
@Suite struct Ed25519Tests {
  struct Vector: Sendable {
    var seed: String
    var publicKey: String
    var message: String
    var signature: String
  }

  static let vectors = [
    Vector(
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e"
        + "39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    Vector(
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f"
        + "3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
      signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67"
        + "f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
  ]

  @Test(
    "signatures are those of the specification, and each fits its own message and key alone",
    arguments: vectors)
  func knownAnswers(_ vector: Vector) throws {
    let message = try #require(decodeHex(vector.message))
    let key = try #require(decodeHex(vector.seed).flatMap { Ed25519PrivateKey(seed: $0) })
    let publicKey = try #require(decodeHex(vector.publicKey).flatMap { Ed25519PublicKey(bytes: $0) })
    let signature = try #require(key.signature(over: message))
    #expect(encodeHex(signature) == vector.signature)
    #expect(publicKey.isValid(signature, over: message))
    #expect(!publicKey.isValid(signature, over: message + [0]))
    #expect(!publicKey.isValid(Array(signature.dropLast()), over: message))
    var bent = signature
    bent[40] ^= 1
    #expect(!publicKey.isValid(bent, over: message))
    let others = Self.vectors.filter { $0.publicKey != vector.publicKey }
    for other in others {
      let key = try #require(decodeHex(other.publicKey).flatMap { Ed25519PublicKey(bytes: $0) })
      #expect(!key.isValid(signature, over: message))
    }
  }

  @Test("keys go through PEM and come back, and no half is taken for the other")
  func pem() throws {
    let key = try #require(Ed25519PrivateKey.generate())
    let secret = try #require(key.pem)
    let open = try #require(key.publicPEM)
    #expect(String(decoding: secret, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(String(decoding: open, as: UTF8.self).hasPrefix("-----BEGIN PUBLIC KEY-----\n"))
    let again = try #require(Ed25519PrivateKey(pem: secret))
    #expect(again.signature(over: [1, 2]) == key.signature(over: [1, 2]))
    let publicKey = try #require(Ed25519PublicKey(pem: open))
    let signature = try #require(key.signature(over: [1, 2]))
    #expect(publicKey.isValid(signature, over: [1, 2]))
    #expect(Ed25519PrivateKey(pem: open) == nil && Ed25519PublicKey(pem: secret) == nil)
    for wrong in [[], Array("-----BEGIN PUBLIC KEY-----\n".utf8), Array(open.dropLast(30))] {
      #expect(Ed25519PublicKey(pem: wrong) == nil && Ed25519PrivateKey(pem: wrong) == nil)
    }
    #expect(Ed25519PrivateKey(seed: []) == nil && Ed25519PublicKey(bytes: [1]) == nil)
    #expect(Ed25519PrivateKey.generate()?.pem != secret)
  }

  /// A key of another kind, printed by `openssl genpkey -algorithm X25519`.
  @Test("a key that cannot sign is refused")
  func otherKind() {
    let key = """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VuBCIEILCZmhuB0l0s0leFjNNlClyXtdrlHkJmdZaefcPCpJFD
      -----END PRIVATE KEY-----

      """
    #expect(Ed25519PrivateKey(pem: Array(key.utf8)) == nil)
  }
}

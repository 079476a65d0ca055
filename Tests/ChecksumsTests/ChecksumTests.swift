import Checksums
import StorageTesting
import Testing

@Suite("digests and their spellings")
struct ChecksumTests {
  /// The CRC bit by bit, as the definition has it.
  private static func bitwise(_ bytes: some Sequence<UInt8>, _ polynomial: UInt64, width: UInt64) -> UInt64 {
    let ones: UInt64 = width == 64 ? .max : (1 << width) - 1
    var crc = ones
    for byte in bytes {
      crc ^= UInt64(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
    }
    return crc ^ ones
  }

  static let algorithms: [(ChecksumAlgorithm, UInt64, UInt64)] = [
    (.crc64xz, 0xc96c_5795_d787_0f42, 64), (.crc64nvme, 0x9a6c_9329_ac4b_c9b5, 64),
    (.crc32, 0xedb8_8320, 32), (.crc32c, 0x82f6_3b78, 32),
  ]

  @Test("every length and alignment gives the bitwise CRC", arguments: algorithms)
  func lengthsAndAlignments(_ algorithm: ChecksumAlgorithm, _ polynomial: UInt64, _ width: UInt64) {
    let bytes = linearCongruentialBytes(400, seed: 11)
    for length in 0...330 {
      let offset = length % 33
      let slice = bytes[offset..<offset + length]
      #expect(Checksum.of(slice, algorithm).value(width) == Self.bitwise(slice, polynomial, width: width))
    }
  }

  @Test("a sum can be split anywhere, and its halves combined", arguments: algorithms)
  func splits(_ algorithm: ChecksumAlgorithm, _ polynomial: UInt64, _ width: UInt64) {
    let bytes = linearCongruentialBytes(1000, seed: 5)
    let whole = Checksum.of(bytes, algorithm)
    for cut in stride(from: 0, through: bytes.count, by: 37) {
      let (first, second) = (bytes[..<cut], bytes[cut...])
      var hasher = StreamingHasher(algorithm)
      Array(first).withUnsafeBytes { hasher.update($0) }
      Array(second).withUnsafeBytes { hasher.update($0) }
      #expect(hasher.finish() == whole)
      let combined = Checksum.of(first, algorithm)
        .combined(with: Checksum.of(second, algorithm), secondLength: Int64(second.count))
      #expect(combined == whole)
    }
  }

  @Test("what cannot be combined is not")
  func uncombinable() {
    let md5 = Checksum.of([1], .md5)
    let crc = Checksum.of([1], .crc64xz)
    #expect(md5.combined(with: md5, secondLength: 1) == nil)
    #expect(crc.combined(with: Checksum.of([1], .crc64nvme), secondLength: 1) == nil)
    #expect(crc.combined(with: crc, secondLength: -1) == nil)
  }

  @Test("a match exists for equal digests only")
  func matches() {
    let one = Checksum.of([1], .crc64xz)
    #expect(ChecksumMatch(one, one)?.checksum == one)
    #expect(ChecksumMatch(one, Checksum.of([2], .crc64xz)) == nil)
    #expect(ChecksumMatch(one, Checksum.of([1], .crc64nvme)) == nil)
    let parts = Checksum.multipartETag(ofPartMD5s: [Checksum.of([1], .md5)])
    let whole = Checksum(.multipartETag, bytes: parts?.bytes ?? [])
    #expect(parts.flatMap { parts in whole.flatMap { ChecksumMatch(parts, $0) } } == nil)
  }

  @Test(
    "text that is not a digest is refused",
    arguments: [
      "", "0", "zz", "d41d8cd98f00b204e9800998ecf8427", "d41d8cd98f00b204e9800998ecf8427g",
      "d41d8cd98f00b204e9800998ecf8427ee",
    ])
  func malformedHex(_ text: String) {
    #expect(Checksum(.md5, hex: text) == nil)
  }

  @Test(
    "a CRC that is not a decimal number of 64 bits is refused",
    arguments: ["", "-1", "+1", "18446744073709551616", "0x1", "1 ", "١"])
  func malformedDecimal(_ text: String) {
    #expect(Checksum(crc64xzDecimal: text) == nil)
  }

  @Test(
    "Base64 that another decoder would bend is refused",
    arguments: [
      "1B2M2Y8AsgTpgAmY7PhCfg", "1B2M2Y8AsgTpgAmY7PhCfh==", "1B2M2Y8AsgTpgAmY7PhCfg= =",
      "1B2M2Y8AsgTpgAmY7PhC-g==", "====",
    ])
  func malformedBase64(_ text: String) {
    #expect(Checksum(.md5, base64: text) == nil)
  }

  @Test("HMAC gives the values of RFC 4231 and RFC 2202")
  func hmac() {
    let key = Array("Jefe".utf8)
    let message = Array("what do ya want for nothing?".utf8)
    #expect(
      encodeHex(HMAC.sha256(key: key, message))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(encodeHex(HMAC.sha1(key: key, message)) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
    let longKey = [UInt8](repeating: 0xaa, count: 131)
    #expect(
      encodeHex(
        HMAC.sha256(key: longKey, Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    // Python's hmac.
    #expect(
      encodeHex(HMAC.sha256(key: [], []))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    #expect(encodeHex(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }
}

extension Checksum {
  fileprivate func value(_ width: UInt64) -> UInt64 { width == 64 ? value : value & 0xffff_ffff }
}

import CChecksums
import Checksums
import Testing

/// One CRC with its definition.
struct CRCDefinition: Sendable, CustomTestStringConvertible {
  let algorithm: ChecksumAlgorithm
  let number: Int32
  let polynomial: UInt64
  let ones: UInt64

  var testDescription: String { algorithm.rawValue }

  static let all = [
    CRCDefinition(.crc64xz, CCHECKSUMS_CRC64XZ, 0xc96c_5795_d787_0f42, ones: .max),
    CRCDefinition(.crc64nvme, CCHECKSUMS_CRC64NVME, 0x9a6c_9329_ac4b_c9b5, ones: .max),
    CRCDefinition(.crc32, CCHECKSUMS_CRC32, 0xedb8_8320, ones: 0xffff_ffff),
    CRCDefinition(.crc32c, CCHECKSUMS_CRC32C, 0x82f6_3b78, ones: 0xffff_ffff),
  ]

  init(_ algorithm: ChecksumAlgorithm, _ number: some BinaryInteger, _ polynomial: UInt64, ones: UInt64) {
    self.algorithm = algorithm
    self.number = Int32(number)
    self.polynomial = polynomial
    self.ones = ones
  }

  /// The value by one kernel, going on from a finished value.
  func value(_ kernel: CRCKernel, _ bytes: Slice<UnsafeBufferPointer<UInt8>>, from start: UInt64 = 0)
    -> UInt64
  {
    let bytes = UnsafeBufferPointer(rebasing: bytes)
    return cchecksums_crc_with(kernel.rawValue, number, start, bytes.baseAddress, bytes.count)
  }

  /// The values of all prefixes, bit by bit as the definition has it.
  func prefixes(_ bytes: [UInt8]) -> [UInt64] {
    var crc = ones
    var values = [crc ^ ones]
    for byte in bytes {
      crc ^= UInt64(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
      values.append(crc ^ ones)
    }
    return values
  }
}

extension CRCKernel {
  static let supported = allCases.filter(\.isSupported)
}

/// The same chance in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

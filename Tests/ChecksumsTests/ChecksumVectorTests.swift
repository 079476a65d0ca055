import Checksums
import StorageTesting
import Testing

private struct ChecksumFile: Decodable {
  struct Vector: Decodable {
    var name: String
    var length: Int
    var data_hex: String?
    var data: String
    var crc32_hex: String
    var crc32c_hex: String
    var crc64xz_oss_hex: String
    var crc64xz_oss_decimal: String
    var crc64nvme_hex: String
    var crc64nvme_b64: String
    var md5_hex: String
    var md5_b64: String
    var sha1_hex: String
    var sha256_hex: String
  }

  struct Combination: Decodable {
    var a: String
    var b: String
    var crc_a: String
    var crc_b: String
    var len_b: Int64
    var crc_ab: String
  }

  var vectors: [Vector]
  var crc64_oss_combine: [Combination]
}

private struct MultipartFile: Decodable {
  struct Vector: Decodable {
    var total: Int
    var part_size: Int
    var data: String
    var multipart_etag: String
    var single_put_etag: String
    var part_md5_hex: [String]
    var full_object_crc64nvme_b64: String
    var oss_crc64_decimal: String
  }

  var vectors: [Vector]
}

/// Reads `lcg(seed=3)` or `lcg(9,seed=7)`.
private func generated(_ text: String, length: Int?) throws -> [UInt8] {
  let numbers = text.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
  let seed = try #require(numbers.last)
  let count = try #require(numbers.count > 1 ? numbers[0] : length)
  return linearCongruentialBytes(count, seed: UInt32(seed))
}

@Suite("digests against values computed elsewhere")
struct ChecksumVectorTests {
  @Test("every algorithm gives the published value of every vector")
  func vectors() throws {
    let file = try Fixtures.decode(ChecksumFile.self, "checksums.json")
    #expect(!file.vectors.isEmpty)
    for vector in file.vectors {
      let bytes =
        vector.data == "inline"
        ? try #require(decodeHex(vector.data_hex ?? "?"))
        : try generated(vector.data, length: vector.length)
      #expect(bytes.count == vector.length)
      for (algorithm, hex) in [
        (ChecksumAlgorithm.crc32, vector.crc32_hex), (.crc32c, vector.crc32c_hex),
        (.crc64xz, vector.crc64xz_oss_hex),
        (.crc64nvme, vector.crc64nvme_hex), (.md5, vector.md5_hex), (.sha1, vector.sha1_hex),
        (.sha256, vector.sha256_hex),
      ] {
        #expect(Checksum.of(bytes, algorithm).hex == hex, "\(vector.name) \(algorithm.rawValue)")
      }
      #expect(Checksum.of(bytes, .crc64xz).text == vector.crc64xz_oss_decimal)
      #expect(Checksum(crc64xzDecimal: vector.crc64xz_oss_decimal) == Checksum.of(bytes, .crc64xz))
      #expect(Checksum(.crc64nvme, base64: vector.crc64nvme_b64) == Checksum.of(bytes, .crc64nvme))
      #expect(Checksum.of(bytes, .md5).base64 == vector.md5_b64)
    }
  }

  @Test("combining two CRCs gives the CRC of the whole")
  func combinations() throws {
    let file = try Fixtures.decode(ChecksumFile.self, "checksums.json")
    #expect(!file.crc64_oss_combine.isEmpty)
    for vector in file.crc64_oss_combine {
      let a = try #require(Checksum(.crc64xz, hex: vector.crc_a))
      let b = try #require(Checksum(.crc64xz, hex: vector.crc_b))
      #expect(Checksum.of(try generated(vector.a, length: nil), .crc64xz) == a)
      #expect(Checksum.of(try generated(vector.b, length: nil), .crc64xz) == b)
      #expect(a.combined(with: b, secondLength: vector.len_b)?.hex == vector.crc_ab)
    }
  }

  @Test("multipart ETags are rebuilt from the parts")
  func multipartETags() throws {
    let file = try Fixtures.decode(MultipartFile.self, "multipart_etag.json")
    #expect(!file.vectors.isEmpty)
    for vector in file.vectors {
      let bytes = try generated(vector.data, length: vector.total)
      var parts = stride(from: 0, to: bytes.count, by: vector.part_size).map {
        Checksum.of(bytes[$0..<min($0 + vector.part_size, bytes.count)], .md5)
      }
      if parts.isEmpty { parts = [Checksum.of([], .md5)] }
      #expect(parts.map(\.hex) == vector.part_md5_hex)
      #expect(Checksum.multipartETag(ofPartMD5s: parts)?.hex == vector.multipart_etag)
      #expect(Checksum.of(bytes, .md5).hex == vector.single_put_etag)
      #expect(Checksum.of(bytes, .crc64nvme).base64 == vector.full_object_crc64nvme_b64)
      #expect(Checksum.of(bytes, .crc64xz).text == vector.oss_crc64_decimal)
    }
  }
}

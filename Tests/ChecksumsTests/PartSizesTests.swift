import Checksums
import StorageTesting
import Testing

@Suite("how the bytes of an object are cut")
struct PartSizesTests {
  @Test("equal parts cover the object, the last one with the rest")
  func equal() throws {
    let cut = try #require(PartBoundaries(objectSize: 10, partSize: 4))
    #expect((0..<5).map { cut.size(at: $0) } == [4, 4, 2, 0, 0])
    #expect(cut.size(at: -1) == 0)
    #expect(cut.spans.map(\.offset) == [0, 4, 8] && cut.count == 3)
  }

  @Test("the same cut is equal, however it was told")
  func spelling() throws {
    let equal = try #require(PartBoundaries(objectSize: 10, partSize: 4))
    #expect(PartBoundaries(objectSize: 10, sizes: [4, 4, 2]) == equal)
    #expect(PartBoundaries(objectSize: 10, sizes: [4, 2, 4]) != equal)
    #expect(PartBoundaries(objectSize: 10, partSize: 99) == PartBoundaries(objectSize: 10, sizes: [10]))
  }

  @Test(
    "sizes that are no cut of the object are refused",
    arguments: [[], [10, 0], [11], [4, 4], [-1, 11], [.max, .max, 12], [Int64](repeating: 1, count: 10)]
      as [[Int64]])
  func refused(_ sizes: [Int64]) {
    let size: Int64 = sizes.count == 10 ? 11 : 10
    #expect(PartBoundaries(objectSize: size, sizes: sizes) == nil)
  }

  @Test("no more parts than an upload can have, and no size that overflows")
  func most() {
    #expect(PartBoundaries(objectSize: 10_000, partSize: 1)?.count == 10_000)
    #expect(PartBoundaries(objectSize: 10_001, partSize: 1) == nil)
    #expect(PartBoundaries(objectSize: 10_001, sizes: [Int64](repeating: 1, count: 10_001)) == nil)
    #expect(
      PartBoundaries(objectSize: 0, partSize: 1) == nil && PartBoundaries(objectSize: 1, partSize: 0) == nil)
    #expect(PartBoundaries(objectSize: .max, partSize: 1 << 62)?.size(at: 2) == 0)
  }
}

private struct MultipartFile: Decodable {
  struct Vector: Decodable {
    var total: Int
    var part_size: Int
    var data: String
    var multipart_etag: String
  }

  var vectors: [Vector]
}

@Suite("multipart ETags of a stream")
struct PartSizesHashingTests {
  /// Feeds pieces whose sizes have nothing to do with the parts.
  private func rebuilt(_ bytes: [UInt8], _ cuts: [PartBoundaries], piece: Int) -> [Checksum?] {
    var hasher = MultipartETagHasher(cuts)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes { hasher.update($0) }
    }
    return hasher.finish()
  }

  @Test("published vectors come out, among false cuts and for any piece of the stream")
  func vectors() throws {
    let file = try Fixtures.decode(MultipartFile.self, "multipart_etag.json")
    var tried = 0
    for vector in file.vectors where vector.total > 0 {
      let seed = try #require(
        vector.data.split(whereSeparator: { !$0.isNumber }).compactMap { UInt32($0) }.last)
      let bytes = linearCongruentialBytes(vector.total, seed: seed)
      let size = Int64(vector.total)
      let right = try #require(PartBoundaries(objectSize: size, partSize: Int64(vector.part_size)))
      let whole = try #require(PartBoundaries(objectSize: size, partSize: size))
      for piece in [vector.part_size + 1, max(1, vector.total / 7), vector.total] {
        let found = rebuilt(bytes, [whole, right, whole], piece: piece)
        #expect(found.count == 3 && found[1]?.hex == vector.multipart_etag)
        #expect(found[0] == found[2] && found[0]?.partCount == 1)
      }
      tried += 1
    }
    #expect(tried > 2)
  }

  @Test(
    "the digests of parts are those of their bytes, for any piece of the stream", arguments: [1, 7, 30, 100])
  func parts(_ piece: Int) throws {
    let bytes = patternedBytes(100)
    let cut = try #require(PartBoundaries(objectSize: 100, sizes: [30, 1, 49, 20]))
    for algorithm in [ChecksumAlgorithm.crc32, .sha1, .sha256, .md5] {
      for length in [100, 99] {
        var hasher = PartsHasher(cut, algorithm)
        for start in stride(from: 0, to: length, by: piece) {
          bytes[start..<min(start + piece, length)].withUnsafeBytes { hasher.update($0) }
        }
        let right = [0..<30, 30..<31, 31..<80, 80..<100].map { Checksum.of(bytes[$0], algorithm) }
        #expect(hasher.finish() == (length == 100 ? right : []))
      }
    }
    var longer = PartsHasher(cut, .crc32)
    (bytes + [0]).withUnsafeBytes { longer.update($0) }
    #expect(longer.finish().isEmpty)
  }

  @Test("a stream of another length has no ETag", arguments: [99, 101])
  func length(_ count: Int) throws {
    let cut = try #require(PartBoundaries(objectSize: 100, sizes: [30, 50, 20]))
    #expect(rebuilt(patternedBytes(count), [cut], piece: 7) == [nil])
    #expect(rebuilt(patternedBytes(100), [cut], piece: 7) != [nil])
  }
}

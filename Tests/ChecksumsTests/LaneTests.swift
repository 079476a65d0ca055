import Checksums
import StorageTesting
import Testing

/// CRCs put together from pieces, and every way to advance MD5s against OpenSSL.
@Suite("combined CRCs and MD5 lanes")
struct LaneTests {
  @Test("a CRC can go on at any byte, and two spans combine wherever they meet")
  func pieces() throws {
    let bytes = patternedBytes(100_000, seed: 9)
    for algorithm in [ChecksumAlgorithm.crc64xz, .crc64nvme, .crc32, .crc32c] {
      let whole = Checksum.of(bytes, algorithm)
      for cut in stride(from: 0, through: bytes.count, by: 1777) {
        let (first, second) = (bytes[..<cut], bytes[cut...])
        var hasher = StreamingHasher(algorithm)
        Array(first).withUnsafeBytes { hasher.update($0) }
        Array(second).withUnsafeBytes { hasher.update($0) }
        #expect(hasher.finish() == whole)
        #expect(
          Checksum.of(first, algorithm).combined(
            with: Checksum.of(second, algorithm), secondLength: Int64(second.count)) == whole)
      }
    }
  }

  @Test("combining does not care in which order, up to lengths that nobody can read")
  func combiningIsAssociative() throws {
    for algorithm in [ChecksumAlgorithm.crc64xz, .crc64nvme, .crc32, .crc32c] {
      let (a, b, c) = (
        Checksum(algorithm, value: 0x0123_4567_89AB_CDEF), Checksum(algorithm, value: 0xFEDC_BA98),
        Checksum(algorithm, value: 42)
      )
      for (second, third) in [(1, 1), (5 << 30, 7), (1 << 40, 123_456_789), (48_800_000_000_000, 1 << 20)]
        as [(Int64, Int64)]
      {
        let left = try #require(
          a.combined(with: b, secondLength: second)?.combined(with: c, secondLength: third))
        let right = try #require(b.combined(with: c, secondLength: third))
        #expect(a.combined(with: right, secondLength: second + third) == left)
      }
      #expect(a.combined(with: Checksum.of([UInt8](), algorithm), secondLength: 0) == a)
    }
  }

  @Test(
    "MD5 lanes give what OpenSSL gives, whatever the lengths, the pieces and the number of lanes",
    arguments: MD5Kernel.allCases.filter(\.isSupported))
  func lanes(_ kernel: MD5Kernel) {
    var random = Seeded(state: 11)
    for _ in 0..<60 {
      let streams = (0..<Int.random(in: 1...40, using: &random)).map { number in
        patternedBytes(Int.random(in: 0...1100, using: &random), seed: UInt64(number))
      }
      var lanes = MD5Lanes(kernel)
      let open = streams.map { _ in lanes.open() }
      var offsets = [Int](repeating: 0, count: streams.count)
      while zip(offsets, streams).contains(where: { $0 < $1.count }) {
        let ends = zip(offsets, streams).map { Int.random(in: $0...$1.count, using: &random) }
        update(&lanes, streams.indices.map { (open[$0], streams[$0][offsets[$0]..<ends[$0]]) })
        offsets = ends
      }
      for (lane, stream) in zip(open, streams).shuffled(using: &random) {
        #expect(lanes.finish(lane) == Checksum.of(stream, .md5))
      }
    }
  }

  @Test("the digests of RFC 1321 come out of every lane")
  func published() {
    let known = [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a"
      ),
    ]
    var lanes = MD5Lanes()
    let open = known.map { _ in lanes.open() }
    update(&lanes, zip(open, known).map { ($0, Array($1.0.utf8)[...]) })
    for (lane, (_, hex)) in zip(open, known) { #expect(lanes.finish(lane).hex == hex) }
  }

  @Test("a lane that was given back starts anew")
  func reuse() {
    var lanes = MD5Lanes()
    let first = lanes.open()
    update(&lanes, [(first, [1, 2, 3][...])])
    lanes.discard(first)
    let second = lanes.open()
    update(&lanes, [(second, [4][...])])
    #expect(lanes.finish(second) == Checksum.of([4], .md5))
  }

  private func update(_ lanes: inout MD5Lanes, _ pieces: [(MD5Lanes.Lane, ArraySlice<UInt8>)]) {
    // The bytes lie one after the other, so that every pointer lives as long as the call.
    let all = pieces.flatMap { $0.1 }
    all.withUnsafeBytes { bytes in
      var offset = 0
      lanes.update(
        pieces.map { lane, piece in
          defer { offset += piece.count }
          return MD5Lanes.Input(
            lane: lane, bytes: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + piece.count)]))
        })
    }
  }
}

/// The same chance in every run.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

import AuditLedger
import Checksums
import NIOCore
import ObjectStorage
import StorageTesting
import Testing

@testable import Transfers

@Suite("digests that run beside the ranges of a copy")
struct RunningDigestsTests {
  private static let bytes = patternedBytes(1000)
  private static let crc = Checksum.of(bytes, .crc64xz)

  private func digests(
    _ source: [Checksum], _ goal: Checksum? = nil, _ candidates: [[Int64]] = []
  ) throws -> RunningDigests? {
    let plan = DigestPlan(source: source, destination: .oss, contentMD5Honoured: false)
    let cuts = try candidates.map { try #require(PartBoundaries(objectSize: 1000, sizes: $0)) }
    let cut = goal.map { SourceCut(goal: $0, parts: KnownParts(candidates: cuts, authority: .guess)) }
    let route = PartRoute(
      size: 1000, cut: cut, CopySettings(partSize: 300), WriteLimits(minimumPart: 1, maximumPart: 1000))
    return RunningDigests(plan, route, cut)
  }

  private func feed(_ digests: RunningDigests, _ ranges: [Range<Int>]) {
    for range in ranges {
      let observer = digests.observer(from: Int64(range.lowerBound))
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 70) {
        observer.observe(ByteBuffer(bytes: Self.bytes[start..<min(start + 70, range.upperBound)]))
      }
    }
  }

  @Test("a range that is repeated, as far as it came or whole, changes nothing")
  func repeated() throws {
    for ranges in [
      [0..<300, 300..<1000], [0..<150, 0..<300, 300..<1000], [0..<300, 300..<999, 300..<1000, 300..<1000],
    ] {
      for algorithm in [ChecksumAlgorithm.md5, .sha1, .sha256] {
        let digests = try #require(try digests([Checksum.of(Self.bytes, algorithm)]))
        feed(digests, ranges)
        #expect(try digests.finish(over: Self.crc).checksums == [Checksum.of(Self.bytes, algorithm)])
      }
    }
  }

  @Test(
    "bytes that are not those of the stored parts, missing ones and parts without a CRC count for nothing")
  func otherBytes() throws {
    for (ranges, stored) in [
      ([0..<1000], Checksum.of(Self.bytes.reversed(), .crc64xz)), ([0..<1000], nil), ([0..<999], Self.crc),
      ([0..<300, 301..<1000], Self.crc), ([], Self.crc),
    ] as [([Range<Int>], Checksum?)] {
      let digests = try #require(try digests([Checksum.of(Self.bytes, .md5)]))
      feed(digests, ranges)
      let error = #expect(throws: CopyFailure.self) { _ = try digests.finish(over: stored) }
      #expect(error?.error.code == .corrupted && error?.side == .source)
    }
  }

  @Test("every cut that is tried gives its digest over parts")
  func cuts() throws {
    let sizes: [[Int64]] = [[500, 500], [999, 1]]
    let right = try sizes.map { sizes in
      try #require(
        Checksum.multipartETag(ofPartMD5s: [
          Checksum.of(Self.bytes[..<Int(sizes[0])], .md5), Checksum.of(Self.bytes[Int(sizes[0])...], .md5),
        ]))
    }
    let several = try #require(try digests([], right[1], sizes))
    feed(several, [0..<1000])
    #expect(try several.finish(over: Self.crc).rebuilt == right)
    let whole = try #require(Checksum.composite(of: [Checksum.of(Self.bytes, .sha256)]))
    let one = try #require(try digests([], whole, [[1000]]))
    feed(one, [0..<600, 0..<1000])
    #expect(try one.finish(over: Self.crc).rebuilt == [whole])
  }

  @Test("what can be put together from ranges needs no order")
  func none() throws {
    #expect(try digests([Checksum.of(Self.bytes, .crc64nvme), Checksum.of(Self.bytes, .md5)]) == nil)
    #expect(try digests([]) == nil)
  }
}

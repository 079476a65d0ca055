import ObjectStorage
import Testing

@testable import Transfers

@Suite("the requests that a copy would make")
struct CopyEstimateTests {
  private static let md5 = "0123456789abcdef0123456789abcdef"

  private func estimate(
    _ size: Int64, _ tag: String? = nil, from source: StoreLocation.Kind = .s3,
    _ limits: WriteLimits = WriteLimits(minimumPart: 100 << 10)
  ) -> CopyEstimate {
    CopyEstimate(
      ListedObject(key: ObjectKey("k"), size: size, eTag: tag.map { ETag($0) }), from: source, to: limits,
      CopySettings())
  }

  @Test(
    "one GET and one PUT up to 64 MiB, or up to 1 GiB with an MD5",
    arguments: [
      (0, nil), (1, nil), (64 << 20, nil), (64 << 20, md5), ((64 << 20) + 1, md5), (1 << 30, md5),
    ] as [(Int64, String?)])
  func onePut(_ size: Int64, _ tag: String?) {
    let found = estimate(size, tag)
    #expect((found.gets, found.puts, found.heads, found.rangedGets) == (1, 1, 0, 0))
    #expect((found.uploads, found.parts, found.partSize) == (0, 0, size))
  }

  @Test(
    "larger ones go in parts of 32 MiB, and of more where there would be too many",
    arguments: [
      ((64 << 20) + 1, nil, 3, 32 << 20), ((1 << 30) + 1, md5, 33, 32 << 20),
      // 9,000 parts of 32 MiB are 281.25 GiB; from there on parts are whole MiB, and one more than needed.
      (9000 * (32 << 20) - 1, nil, 9000, 32 << 20), (9000 * (32 << 20), nil, 8728, 33 << 20),
      (48_800_000_000_000, nil, 9090, 5 << 30),
    ] as [(Int64, String?, Int64, Int64)])
  func parts(_ size: Int64, _ tag: String?, _ count: Int64, _ partSize: Int64) {
    let found = estimate(size, tag)
    #expect((found.gets, found.puts, found.heads, found.uploads) == (0, 0, 1, 1))
    #expect((found.parts, found.rangedGets, found.partSize) == (count, count, partSize))
  }

  @Test(
    "a multipart ETag costs a HEAD where the source can be asked for its parts, and cuts along them",
    arguments: [
      // 100 MiB in 20 parts are 5 MiB each: six of them fit into 32 MiB.
      (100 << 20, 20, .s3, 2, 4, 30 << 20), (100 << 20, 20, .oss, 1, 4, 32 << 20),
      // Two parts of 64 MiB are likelier than two of 50.
      (100 << 20, 2, .s3, 2, 2, 64 << 20),
      // Of one part, nothing is asked.
      (100 << 20, 1, .s3, 1, 4, 32 << 20),
    ] as [(Int64, Int, StoreLocation.Kind, Int64, Int64, Int64)])
  func cut(
    _ size: Int64, _ count: Int, _ source: StoreLocation.Kind, _ heads: Int64, _ parts: Int64,
    _ partSize: Int64
  ) {
    let found = estimate(size, "\(Self.md5)-\(count)", from: source)
    #expect((found.heads, found.parts, found.partSize) == (heads, parts, partSize))
  }

  @Test("a small multipart object needs its HEAD too, beside the GET")
  func small() {
    let found = estimate(10, "\(Self.md5)-2")
    #expect((found.gets, found.heads, found.puts) == (1, 1, 1))
  }

  @Test("absurd sizes stop nothing")
  func absurd() {
    let found = estimate(
      .max, nil,
      WriteLimits(
        maximumPut: .max, minimumPart: 1, maximumPart: .max, maximumObject: .max, maximumParts: 10_000))
    #expect(found.parts <= 9000 && found.parts > 8000)
    // Larger than the destination takes: it is refused, and cut into nothing.
    let refused = estimate(.max, "\(Self.md5)-10000")
    #expect((refused.gets, refused.heads, refused.puts, refused.parts, refused.uploads) == (0, 0, 0, 0, 0))
  }
}

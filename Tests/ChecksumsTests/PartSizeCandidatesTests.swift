import Checksums
import Testing

@Suite("the ways in which clients usually cut an object")
struct PartSizeCandidatesTests {
  private static let mebibyte: Int64 = 1 << 20

  struct Upload: Sendable {
    let client: String
    let size: Int64
    let count: Int
    /// What the client took, in bytes.
    let partSize: Int64
    /// Where it has to stand among the candidates.
    var place = 0
  }

  static let uploads = [
    Upload(client: "aws-cli, 8 MiB", size: 100 * mebibyte, count: 13, partSize: 8 * mebibyte),
    Upload(
      client: "aws-cli, one byte more than full parts", size: 80 * mebibyte + 1, count: 11, partSize: 8 << 20),
    Upload(client: "aws-cli, just full parts", size: 80 * mebibyte, count: 10, partSize: 8 * mebibyte),
    Upload(client: "aws-cli, doubled beyond 10,000 parts", size: 100 << 30, count: 6400, partSize: 16 << 20),
    Upload(client: "MinIO, 16 MiB", size: 1 << 30, count: 64, partSize: 16 * mebibyte),
    Upload(client: "MinIO, 64 MiB", size: 1 << 30, count: 16, partSize: 64 * mebibyte),
    Upload(client: "MinIO, 128 MiB", size: 1 << 30, count: 8, partSize: 128 * mebibyte),
    Upload(client: "s3cmd, 15 MiB", size: 1 << 30, count: 69, partSize: 15 * mebibyte),
    Upload(client: "rclone, 5 MiB", size: 1 << 30, count: 205, partSize: 5 * mebibyte),
    // 60 GiB / 10,000 is 6.14 MiB.
    Upload(
      client: "rclone, whole MiB above a ten thousandth", size: 60 << 30, count: 8778, partSize: 7 << 20),
    Upload(
      client: "AWS SDK for Java, a ten thousandth", size: 123_456_789_012, count: 10_000,
      partSize: 12_345_679),
    Upload(client: "Hadoop, 100 MB", size: 5_000_000_000, count: 50, partSize: 100_000_000),
    Upload(client: "EMR, 128 MB", size: 5_000_000_000, count: 40, partSize: 128_000_000),
    Upload(client: "decimal 10 MB", size: 10_000_000_000, count: 1000, partSize: 10_000_000),
    Upload(client: "5 GiB parts", size: 5 << 40, count: 1024, partSize: 5 << 30),
    Upload(client: "an odd number of MiB", size: 1 << 30, count: 24, partSize: 43 * mebibyte),
    Upload(client: "equal thirds", size: 1_000_000_001, count: 3, partSize: 333_333_334, place: 5),
  ]

  @Test("a client's cut is among the candidates, as early as it is likely", arguments: uploads)
  func known(_ upload: Upload) throws {
    let candidates = PartSizeCandidates.of(objectSize: upload.size, partCount: upload.count)
    let cut = try #require(PartBoundaries(objectSize: upload.size, partSize: upload.partSize))
    let place = try #require(
      candidates.firstIndex(of: cut), "\(upload.client): \(candidates.map { $0.size(at: 0) })")
    #expect(place <= upload.place)
  }

  @Test(
    "every candidate gives the right number of parts, none stands twice, and they are few",
    arguments: [1, 2, 999, 5 << 20, (5 << 20) + 1, 1 << 30, 5_000_000_000, 48_800_000_000_000, .max]
      as [Int64],
    [1, 2, 3, 10, 64, 9999, 10_000])
  func sound(_ size: Int64, _ count: Int) {
    let candidates = PartSizeCandidates.of(objectSize: size, partCount: count)
    #expect(candidates.count <= PartSizeCandidates.most)
    #expect(Set(candidates).count == candidates.count)
    #expect(candidates.allSatisfy { $0.count == count && $0.objectSize == size })
    #expect(
      candidates.isEmpty
        == (PartBoundaries(objectSize: size, partSize: (size - 1) / Int64(count) + 1)?.count != count))
  }

  @Test("one part is the whole object")
  func one() throws {
    #expect(
      PartSizeCandidates.of(objectSize: 12_345, partCount: 1)
        == [try #require(PartBoundaries(objectSize: 12_345, partSize: 12_345))])
  }

  @Test(
    "what no upload can be has no candidates",
    arguments: [(0, 1), (-1, 1), (10, 0), (10, -3), (1 << 40, 10_001)])
  func none(_ size: Int64, _ count: Int) {
    #expect(PartSizeCandidates.of(objectSize: size, partCount: count).isEmpty)
  }
}

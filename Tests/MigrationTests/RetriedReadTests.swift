import AuditLedger
import Checksums
import ObjectStorage
import StorageTesting
import Testing
import Transfers

/// Reads of the source that fail on their way and are repeated, so that two tries give the bytes of one object.
@Suite("reads that are repeated")
struct RetriedReadTests {
  private static let key = ObjectKey("big")
  private static let bytes = patternedBytes(9000)

  /// What the source publishes of the whole object.
  enum Published: CaseIterable {
    case md5
    case sha256
    case sha1
    case crc64nvme
    /// An ETag over parts that nobody tells, and not the likeliest ones.
    case parts
    /// The checksum of one part, which is the whole.
    case onePart
    case nothing
  }

  private func road(_ published: Published, limit: Int64 = 1000) -> Road {
    let road = Road(limits: WriteLimits(minimumPart: 1000, maximumPart: 1 << 20), sourceDialect: .olderS3)
    road.copying = CopySettings(
      singlePutLimit: limit, singlePutLimitWithMD5: limit, partSize: 3000, parallelParts: 1)
    let algorithms: [ChecksumAlgorithm] =
      switch published {
      case .md5: [.md5]
      case .sha256: [.sha256]
      case .sha1: [.sha1]
      case .crc64nvme: [.crc64nvme]
      case .parts, .onePart, .nothing: []
      }
    switch published {
    case .md5: road.sourceStore.set(Self.key, Self.bytes)
    case .parts:
      road.sourceStore.set(
        Self.key, parts: [Array(Self.bytes[..<8999]), [Self.bytes[8999]]], tellsParts: false)
    case .onePart:
      road.sourceStore.set(Self.key, parts: [Self.bytes], isEncrypted: true, composite: .sha256)
    case .sha256, .sha1, .crc64nvme, .nothing:
      road.sourceStore.set(Self.key, Self.bytes, publishing: algorithms)
    }
    return road
  }

  @Test(
    "a read that ends early is repeated, in one PUT and in parts", arguments: Published.allCases,
    [1000, 9000])
  func cut(_ published: Published, _ limit: Int64) async throws {
    let road = road(published, limit: limit)
    road.source.faults.befall([.cutRead])
    let tally = try await road.run()
    #expect(tally.proofs == [published == .nothing ? .streamed : .endToEnd: 1])
    #expect(road.source.faults.hits(.cutRead) == 1)
    #expect(road.source.faults.requests("get") == (limit == 1000 ? 4 : 2))
  }

  @Test(
    "good bytes of a try that failed never stand for the wrong ones that are stored, and a later copy heals it",
    arguments: Published.allCases.filter { $0 != .nothing })
  func mixed(_ published: Published) async throws {
    let road = road(published)
    // The bit is flipped below the cut: a digest that passes over what it has seen would never see it.
    road.source.faults.befall([.cutRead, .flippedRead])
    let tally = try await road.run()
    #expect(tally.proofs == [.endToEnd: 1])
    #expect(road.source.faults.hits(.flippedRead) == 1)
    // The wrong bytes were not even put together at the destination.
    #expect(road.destination.faults.requests("complete") == 1)
    #expect(road.destinationStore.openUploadCount == 0)
  }

  @Test(
    "where every copy mixes two tries, the object never completes",
    arguments: Published.allCases.filter { $0 != .nothing })
  func alwaysMixed(_ published: Published) async throws {
    let road = road(published)
    let oneCopy: [FaultyStore.Fault?] = [.cutRead, .flippedRead, nil, nil]
    road.source.faults.befall(oneCopy + oneCopy + oneCopy)
    #expect(try await road.run().error == 1)
    #expect(try await road.errors() == ["big": .mismatched])
    #expect(road.destinationStore.keys.isEmpty && road.destinationStore.openUploadCount == 0)
    #expect(road.source.faults.requests("get") == 12)
  }
}

import AuditLedger
import ObjectStorage
import StorageTesting
import Testing
import Transfers

/// Sources whose only digest is a multipart ETag: it is rebuilt on the way.
@Suite("multipart ETags of the source are rebuilt while copying")
struct SourceCutTests {
  private static let key = ObjectKey("big")

  /// Copies of one object in one PUT, or in parts of 2,000 bytes at least.
  enum Way: CaseIterable {
    case whole
    case parts

    var settings: CopySettings {
      switch self {
      case .whole: CopySettings(singlePutLimit: 100_000, singlePutLimitWithMD5: 100_000)
      case .parts:
        CopySettings(singlePutLimit: 1000, singlePutLimitWithMD5: 1000, partSize: 2000, parallelParts: 3)
      }
    }
  }

  private func road(
    _ way: Way, _ sizes: [Int], _ faults: [FaultyStore.Fault: Int] = [:], tellsParts: Bool = true,
    isEncrypted: Bool = false, limits: WriteLimits = WriteLimits(minimumPart: 1000, maximumPart: 1 << 20)
  ) -> Road {
    let road = Road(faults, limits: limits, sourceDialect: .olderS3)
    road.copying = way.settings
    var offset = 0
    let bytes = patternedBytes(sizes.reduce(0, +))
    let parts = sizes.map { size in
      defer { offset += size }
      return Array(bytes[offset..<(offset + size)])
    }
    road.sourceStore.set(Self.key, parts: parts, tellsParts: tellsParts, isEncrypted: isEncrypted)
    return road
  }

  @Test(
    "equal, grouped and unequal parts reach end-to-end",
    arguments: Way.allCases,
    [
      [3000, 3000, 3000, 1500], [500, 500, 500, 500, 500, 7], [4000], [3000, 1000, 5000], [900, 8000],
      // Equal parts of the first one's size would be as many.
      [1000, 999, 1000, 500],
    ])
  func reached(_ way: Way, _ sizes: [Int]) async throws {
    let road = road(way, sizes)
    let tally = try await road.run()
    #expect(tally.proofs == [.endToEnd: 1])
    #expect(road.destinationStore.openUploadCount == 0)
  }

  @Test("one flipped bit in one read is noticed, and the object copied again", arguments: Way.allCases)
  func flipped(_ way: Way) async throws {
    let road = road(way, [3000, 3000, 3000, 1500], [.flippedRead: 1])
    let tally = try await road.run()
    #expect(road.source.faults.hits(.flippedRead) == 1)
    #expect(tally.proofs == [.endToEnd: 1])
  }

  @Test("bytes that are wrong every time never complete the object", arguments: Way.allCases)
  func alwaysFlipped(_ way: Way) async throws {
    let road = road(way, [3000, 3000, 3000, 1500], [.flippedRead: 1000])
    let tally = try await road.run()
    #expect((tally.completed, tally.error) == (0, 1))
    #expect(try await road.errors() == ["big": .mismatched])
    // Not even for the moment until the next copy.
    #expect(road.destinationStore.keys.isEmpty && road.destinationStore.openUploadCount == 0)
    #expect(road.destination.faults.requests("complete") == 0)
  }

  @Test("bytes that are wrong under a cut that was assumed wrongly are noticed too", arguments: Way.allCases)
  func flippedAndCutOtherwise(_ way: Way) async throws {
    let passing = road(way, [1000, 999, 1000, 500], [.flippedRead: 1])
    #expect(try await passing.run().proofs == [.endToEnd: 1])
    let lasting = road(way, [1000, 999, 1000, 500], [.flippedRead: 1000])
    #expect(try await lasting.run().error == 1)
    #expect(lasting.destinationStore.keys.isEmpty)
  }

  @Test("equal parts cost one request more, and no byte is read twice", arguments: Way.allCases)
  func cost(_ way: Way) async throws {
    let road = road(way, [3000, 3000, 3000, 1500])
    _ = try await road.run()
    // In parts, the attributes are asked for before.
    #expect(road.source.faults.requests("head") == (way == .whole ? 1 : 2))
    #expect(road.source.faults.requests("get") == (way == .whole ? 1 : 4))
  }

  @Test("a destination that cannot take the source's parts gets others, and the proof is less")
  func limits() async throws {
    let road = road(.parts, [9000, 9000, 100], limits: WriteLimits(minimumPart: 1000, maximumPart: 4000))
    #expect(try await road.run().proofs == [.streamed: 1])
  }

  @Test(
    "a source that tells nothing of its parts is solved where clients usually cut so", arguments: Way.allCases
  )
  func solved(_ way: Way) async throws {
    let road = road(way, [4000, 4000, 4000, 1500], tellsParts: false)
    // 3,375 bytes would be the smallest equal size and 4,499 the largest; neither is 4,000.
    #expect(try await road.run().proofs == [.streamed: 1])
    let usual = self.road(way, [5000, 5000, 5000, 5000], tellsParts: false)
    #expect(try await usual.run().proofs == [.endToEnd: 1])
  }

  @Test("an ETag that a store made up, as of one part, is no difference", arguments: Way.allCases)
  func madeUp(_ way: Way) async throws {
    let road = road(way, [1])
    road.sourceStore.set(
      Self.key, patternedBytes(9000), publishing: [], eTag: ETag("000102030405060708090a0b0c0d0e0f-1"))
    #expect(try await road.run().proofs == [.streamed: 1])
    #expect(road.destination.faults.requests(way == .whole ? "put" : "complete") == 1)
  }

  @Test("the ETag of an encrypted object is taken for nothing", arguments: Way.allCases)
  func encrypted(_ way: Way) async throws {
    let road = road(way, [3000, 3000], isEncrypted: true)
    #expect(try await road.run().proofs == [.streamed: 1])
  }
}

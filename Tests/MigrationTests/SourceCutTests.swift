import AuditLedger
import Checksums
import ObjectStorage
import StorageTesting
import Testing
import Transfers
import Verification

/// Sources that publish digests over their parts only: these are rebuilt on the way.
@Suite("digests over the source's parts are rebuilt while copying")
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
    isEncrypted: Bool = false, composite: ChecksumAlgorithm? = nil,
    limits: WriteLimits = WriteLimits(minimumPart: 1000, maximumPart: 1 << 20)
  ) -> Road {
    let road = Road(faults, limits: limits, sourceDialect: .olderS3)
    road.copying = way.settings
    var offset = 0
    let bytes = patternedBytes(sizes.reduce(0, +))
    let parts = sizes.map { size in
      defer { offset += size }
      return Array(bytes[offset..<(offset + size)])
    }
    road.sourceStore.set(
      Self.key, parts: parts, tellsParts: tellsParts, isEncrypted: isEncrypted, composite: composite)
    return road
  }

  @Test(
    "equal, grouped and unequal parts reach end-to-end",
    arguments: Way.allCases,
    [
      [3000, 3000, 3000, 1500], [500, 500, 500, 500, 500, 7], [4000], [3000, 1000, 5000], [900, 8000],
      [1000, 999, 1000, 500],
    ])
  func reached(_ way: Way, _ sizes: [Int]) async throws {
    let road = road(way, sizes)
    let tally = try await road.run()
    #expect(tally.proofs == [.endToEnd: 1])
    #expect(road.destinationStore.openUploadCount == 0)
    // Only a cut that looks equal and is not is found out by sending the bytes in vain.
    let looksEqual = [[3000, 1000, 5000], [1000, 999, 1000, 500]].contains(sizes)
    let size = Int64(sizes.reduce(0, +))
    #expect(try await road.rows()[0].bytesSent == (looksEqual ? 2 * size : size))
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

  @Test(
    "a destination that cannot take the source's parts gets others, and the source's are hashed across them",
    arguments: [ChecksumAlgorithm?.none, .sha256, .crc32c])
  func limits(_ composite: ChecksumAlgorithm?) async throws {
    func road(_ faults: [FaultyStore.Fault: Int]) -> Road {
      self.road(
        .parts, [9000, 9000, 100], faults, isEncrypted: composite != nil, composite: composite,
        limits: WriteLimits(minimumPart: 1000, maximumPart: 4000))
    }
    let good = road([:])
    #expect(try await good.run().proofs == [.endToEnd: 1])
    #expect(good.destination.faults.requests("complete") == 1)
    #expect(try await good.rows()[0].notes.isEmpty)
    #expect(try await road([.flippedRead: 1]).run().proofs == [.endToEnd: 1])
    let lasting = road([.flippedRead: 1000])
    #expect(try await lasting.run().error == 1)
    #expect(lasting.destinationStore.keys.isEmpty)
  }

  @Test(
    "composite checksums prove where the ETag says nothing, and a flipped bit is noticed",
    arguments: Way.allCases, [ChecksumAlgorithm.sha256, .sha1, .crc32c, .crc32])
  func composite(_ way: Way, _ algorithm: ChecksumAlgorithm) async throws {
    for sizes in [[3000, 3000, 3000, 1500], [3000, 1000, 5000], [4000], [500, 500, 500, 500, 500, 7]] {
      let good = road(way, sizes, isEncrypted: true, composite: algorithm)
      #expect(try await good.run().proofs == [.endToEnd: 1])
      let passing = road(way, sizes, [.flippedRead: 1], isEncrypted: true, composite: algorithm)
      #expect(try await passing.run().proofs == [.endToEnd: 1])
      let lasting = road(way, sizes, [.flippedRead: 1000], isEncrypted: true, composite: algorithm)
      #expect(try await lasting.run().error == 1)
      #expect(lasting.destinationStore.keys.isEmpty && lasting.destinationStore.openUploadCount == 0)
    }
  }

  @Test("a composite checksum whose parts nobody tells proves nothing, and is named", arguments: Way.allCases)
  func compositeOfUnknownParts(_ way: Way) async throws {
    let road = road(way, [5000, 5000], tellsParts: false, isEncrypted: true, composite: .sha256)
    #expect(try await road.run().proofs == [.streamed: 1])
    #expect(
      try await road.rows()[0].notes == [
        "the source's composite sha256 rests on part sizes that it does not tell, so a bit that changed on its way from there would not be noticed"
      ])
  }

  @Test(
    "where the source tells nothing of its parts, all cuts are tried that clients usually make",
    arguments: Way.allCases,
    [
      [5000, 5000, 5000, 5000],
      // The largest parts that give as many: another guess than the first.
      [6666, 6666, 6666, 2],
    ])
  func solved(_ way: Way, _ sizes: [Int]) async throws {
    let road = road(way, sizes, tellsParts: false)
    #expect(try await road.run().proofs == [.endToEnd: 1])
    #expect(try await road.rows()[0].notes.isEmpty)
  }

  @Test(
    "a cut that nobody tells and no client makes leaves a flipped bit unnoticed, and the outcome says so",
    arguments: Way.allCases)
  func unsolved(_ way: Way) async throws {
    // 3,375 bytes would be the smallest equal size and 4,499 the largest; neither is 4,000.
    let road = road(way, [4000, 4000, 4000, 1500], [.flippedRead: 1], tellsParts: false)
    road.mayCompleteWrongBytes = true
    #expect(try await road.run().proofs == [.streamed: 1])
    #expect(
      try await road.rows()[0].notes == [
        "the source's multipart ETag was not reached with any usual part size, so a bit that changed on its way from there would not be noticed"
      ])
    let strict = self.road(way, [4000, 4000, 4000, 1500], tellsParts: false)
    strict.required = .endToEnd
    #expect(try await strict.run().error == 1)
    #expect(try await strict.errors() == ["big": .unverifiable])
  }

  @Test("an object that is found to be there is compared under the same limits, and says so too")
  func foundEqual() async throws {
    for (sizes, proof) in [([5000, 5000], Proof.endToEnd), ([6000, 3000, 1000], .streamed)] {
      let road = road(.whole, sizes, tellsParts: false)
      road.destinationStore.set(Self.key, patternedBytes(10_000))
      let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
      let ledger = try await Ledger.open(road.ledgerPath, .create)
      try await ledger.store(page, side: .source, isLast: true)
      try await ledger.record(
        StartedTransfer(
          key: Self.key, destinationKey: Self.key,
          source: Generation(eTag: page.objects.first?.eTag, size: 10_000), upload: nil,
          startedAt: Timestamp(millisecondsSinceEpoch: 0)))
      await ledger.close()
      let tally = try await road.run()
      #expect(tally.proofs == [proof: 1] && tally.foundEqual == 1)
      let notes = try await road.rows()[0].notes
      #expect(notes.isEmpty == (proof == .endToEnd))
      #expect(notes.allSatisfy { $0.contains("was not reached with any usual part size") })
    }
  }

  @Test("objects beyond a limit get the likeliest cut only, unless the proof is asked for")
  func guessingLimit() async throws {
    for (sizes, limit, required, proof) in [
      ([6666, 6666, 6666, 2], 20_000, RequiredProof.auto, Proof.endToEnd),
      ([6666, 6666, 6666, 2], 19_999, .auto, .streamed),
      ([5000, 5000, 5000, 5000], 19_999, .auto, .endToEnd),
      ([6666, 6666, 6666, 2], 19_999, .endToEnd, .endToEnd),
    ] as [([Int], Int64, RequiredProof, Proof)] {
      let road = road(.parts, sizes, tellsParts: false)
      road.copying.guessingLimit = limit
      road.required = required
      #expect(try await road.run().proofs == [proof: 1], "\(sizes) \(limit) \(required)")
      let notes = try await road.rows()[0].notes
      #expect(notes.isEmpty == (proof == .endToEnd))
      #expect(notes.allSatisfy { $0.contains("too large to try others") })
    }
  }

  @Test("an ETag that a store made up, as of one part, is no difference", arguments: Way.allCases)
  func madeUp(_ way: Way) async throws {
    let road = road(way, [1])
    road.sourceStore.set(
      Self.key, patternedBytes(9000), publishing: [], eTag: ETag("000102030405060708090a0b0c0d0e0f-1"))
    #expect(try await road.run().proofs == [.streamed: 1])
    #expect(road.destination.faults.requests(way == .whole ? "put" : "complete") == 1)
    #expect(try await road.rows()[0].notes.first?.contains("is not that of an upload of one part") == true)
  }

  @Test("the ETag of an encrypted object is taken for nothing", arguments: Way.allCases)
  func encrypted(_ way: Way) async throws {
    let road = road(way, [3000, 3000], isEncrypted: true)
    #expect(try await road.run().proofs == [.streamed: 1])
  }
}

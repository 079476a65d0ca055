import AuditLedger
import Checksums
import ObjectStorage
import StorageTesting
import Testing
import Transfers

/// What a destination answers of what it stored: digests, and ETags that are none.
@Suite("digests of the destination")
struct DestinationDigestTests {
  private static let key = ObjectKey("big")
  private static let bytes = patternedBytes(9000)

  private func road(
    _ dialect: MemoryStore.Dialect, _ faults: [FaultyStore.Fault: Int] = [:], isWhole: Bool = false,
    encrypts: Bool = false, source: MemoryStore.Dialect = .olderS3
  ) -> Road {
    let road = Road(
      [:], faults, limits: WriteLimits(minimumPart: 1000, maximumPart: 1 << 20), sourceDialect: source,
      destinationDialect: dialect, destinationEncrypts: encrypts)
    let limit: Int64 = isWhole ? 10_000 : 1000
    road.copying = CopySettings(
      singlePutLimit: limit, singlePutLimitWithMD5: limit, partSize: 3000, parallelParts: 2)
    return road
  }

  @Test(
    "a destination that encrypts is no difference: its ETags are no digests, and its checksums prove",
    arguments: [true, false])
  func encrypted(_ isWhole: Bool) async throws {
    let road = road(.s3, isWhole: isWhole, encrypts: true)
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().proofs == [.endToEnd: 1])
    #expect(road.destination.faults.requests(isWhole ? "put" : "complete") == 1)
  }

  @Test(
    "a destination that encrypts and publishes nothing else leaves open what it stored, and is sent it once",
    arguments: [true, false])
  func encryptedAndSilent(_ isWhole: Bool) async throws {
    let road = road(.olderS3, isWhole: isWhole, encrypts: true)
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().error == 1)
    #expect(try await road.errors() == ["big": .unverifiable])
    #expect(road.destination.faults.requests(isWhole ? "put" : "complete") == 1)
  }

  @Test("an ETag that is that of the parts which were sent proves without another question")
  func plain() async throws {
    let road = road(.olderS3)
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().proofs == [.endToEnd: 1])
    #expect(road.destination.faults.requests("head") == 0)
    let destination = try await road.rows()[0].evidence.filter { $0.side == .destination }
    #expect(destination.map(\.checksum.algorithm) == [.multipartETag])
  }

  @Test(
    "an ETag of parts that differs is a difference where the answer or HEAD shows that it is a digest",
    arguments: [MemoryStore.Dialect.s3, .olderS3])
  func otherETag(_ dialect: MemoryStore.Dialect) async throws {
    let passing = road(dialect, [.wrongAssembly: 1])
    passing.sourceStore.set(Self.key, Self.bytes)
    #expect(try await passing.run().proofs == [.endToEnd: 1])
    #expect(passing.destination.faults.requests("complete") == 2)
    let lasting = road(dialect, [.wrongAssembly: 1000])
    lasting.sourceStore.set(Self.key, Self.bytes)
    #expect(try await lasting.run().error == 1)
    #expect(try await lasting.errors() == ["big": .mismatched])
  }

  @Test("an ETag in the answer that is not that of the object is taken for nothing")
  func silentAnswer() async throws {
    let road = road(.olderS3, [.wrongCompleteAnswer: 1])
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().error == 1)
    #expect(try await road.errors() == ["big": .unverifiable])
  }

  @Test(
    "a wrong digest in the answer to a PUT, to a part or to the completion never completes the object",
    arguments: [
      (FaultyStore.Fault.wrongPutAnswer, MemoryStore.Dialect.oss), (.wrongPutAnswer, .s3),
      (.wrongPartAnswer, .oss), (.wrongPartAnswer, .s3), (.wrongCompleteAnswer, .oss),
      (.wrongCompleteAnswer, .s3),
    ])
  func wrongAnswer(_ fault: FaultyStore.Fault, _ dialect: MemoryStore.Dialect) async throws {
    let lasting = road(dialect, [fault: 1000], isWhole: fault == .wrongPutAnswer)
    lasting.sourceStore.set(Self.key, Self.bytes)
    let tally = try await lasting.run()
    #expect((tally.completed, tally.error) == (0, 1))
    #expect(try await lasting.errors() == ["big": .mismatched])
    #expect(lasting.destinationStore.openUploadCount == 0)
    let passing = road(dialect, [fault: 1], isWhole: fault == .wrongPutAnswer)
    passing.sourceStore.set(Self.key, Self.bytes)
    #expect(try await passing.run().proofs == [.endToEnd: 1])
    #expect(passing.destination.faults.hits(fault) == 1)
  }

  @Test("ETags that a destination makes up for parts and object are no difference")
  func madeUp() async throws {
    let road = road(.s3, [.madeUpTags: 1000])
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().proofs == [.endToEnd: 1])
    #expect(road.destination.faults.requests("complete") == 1)
  }

  @Test("HEAD is asked where the answer has nothing to compare, and only there")
  func askedWhereNeeded() async throws {
    let told = road(.s3)
    told.sourceStore.set(Self.key, Self.bytes)
    #expect(try await told.run().proofs == [.endToEnd: 1])
    #expect(told.destination.faults.requests("head") == 0)
    let foreign = road(.s3, [.foreignDigest: 1])
    foreign.sourceStore.set(Self.key, Self.bytes)
    // Its ETag is not that of what stands there, so what HEAD says is of something else.
    #expect(try await foreign.run().error == 1)
    #expect(try await foreign.errors() == ["big": .unverifiable])
    // And once more, for what a later run may know for its own.
    #expect(foreign.destination.faults.requests("head") == 2)
  }

  @Test(
    "a completion whose answer is lost is settled by what the destination shows of the object",
    arguments: [MemoryStore.Dialect.s3, .olderS3, .oss])
  func lostCompletion(_ dialect: MemoryStore.Dialect) async throws {
    let road = road(dialect, [.lostCompleteAnswer: 1])
    road.sourceStore.set(Self.key, Self.bytes)
    #expect(try await road.run().proofs == [.endToEnd: 1])
    #expect(road.destination.faults.requests("complete") == 1)
    let stolen = self.road(dialect, [.stolenCompletion: 1])
    stolen.sourceStore.set(Self.key, Self.bytes)
    #expect(try await stolen.run().error == 1)
    #expect(stolen.destinationStore.bytes(of: Self.key) == Self.bytes.reversed())
  }

  @Test("objects of as many parts that are cut otherwise are compared by what does not depend on the cut")
  func cutOtherwise() async throws {
    func parts(_ sizes: [Int]) -> [[UInt8]] {
      var rest = Self.bytes[...]
      return sizes.map { size in
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
      }
    }
    for dialect in [MemoryStore.Dialect.s3, .olderS3] {
      let road = road(dialect)
      road.sourceStore.set(Self.key, parts: parts([3000, 3000, 3000]))
      road.destinationStore.set(Self.key, parts: parts([4000, 4000, 1000]))
      let page = try await road.sourceStore.list(prefix: ObjectKey(""), from: nil)
      let ledger = try await Ledger.open(road.ledgerPath, .create)
      try await ledger.store(page, side: .source, isLast: true)
      // Begun by a run that was killed, so the source may be read to find out whose object this is.
      try await ledger.record(
        StartedTransfer(
          key: Self.key, destinationKey: Self.key,
          source: Generation(eTag: page.objects.first?.eTag, size: 9000), upload: nil,
          startedAt: Timestamp(millisecondsSinceEpoch: 0)))
      await ledger.close()
      let tally = try await road.run()
      #expect(road.source.faults.requests("get") == 1)
      if dialect == .s3 {
        #expect(tally.proofs == [.endToEnd: 1] && tally.foundEqual == 1)
      } else {
        let message = try #require(try await road.rows().first?.message)
        #expect(message.contains("cannot be proven equal: no-common-digest"), "\(message)")
      }
    }
  }
}

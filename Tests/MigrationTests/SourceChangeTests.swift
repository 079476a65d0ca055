import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Transfers

@Suite("a source that changes while it is copied")
struct SourceChangeTests {
  static let key = ObjectKey("big")
  static let old = patternedBytes(9500, seed: 3)
  /// As long as the old one, and every byte is another.
  static let new = old.map { ~$0 }

  /// How the source was written.
  enum Way: CaseIterable { case wholeS3, partsS3, newerS3, wholeOSS, partsOSS }

  static func write(_ bytes: [UInt8], _ way: Way, to store: MemoryStore) {
    switch way {
    case .wholeS3, .newerS3, .wholeOSS: store.set(key, bytes)
    case .partsS3, .partsOSS: store.set(key, parts: cut(bytes, 1000))
    }
  }

  static func crossing(_ way: Way) -> Crossing {
    let dialect: MemoryStore.Dialect =
      switch way {
      case .wholeS3, .partsS3: .olderS3
      case .newerS3: .s3
      case .wholeOSS, .partsOSS: .oss
      }
    let crossing = Crossing(dialect, .oss)
    write(old, way, to: crossing.source.inner)
    return crossing
  }

  /// Every byte of the destination is the new one's, and the ledger says of which generation.
  static func expectNew(_ crossing: Crossing, _ bytes: [UInt8] = new) async throws {
    let arrived = crossing.destination.inner.bytes(of: key)
    #expect(arrived == bytes)
    let row = try #require(try await crossing.rows().first)
    let there = try await crossing.source.inner.head(key, part: nil)
    #expect(row.list == .completed && row.source.eTag == there.eTag && row.source.size == there.size)
    #expect(row.notes == ["the source changed after it was listed; it was copied as it is now"])
    let open = try await crossing.openUploads()
    #expect(open.isEmpty)
  }

  @Test(
    "between two parts, with as many bytes, is begun afresh and copied as it is then",
    arguments: Way.allCases, [2, 7, 10])
  func betweenParts(_ way: Way, _ part: Int) async throws {
    let crossing = Self.crossing(way)
    let source = crossing.source.inner
    crossing.source.meet { call, count, moment in
      if call == .get && count == part && moment == .before { Self.write(Self.new, way, to: source) }
      return nil
    }
    let tally = try await crossing.run()
    #expect(tally.completed == 1 && tally.proofs == [.endToEnd: 1])
    try await Self.expectNew(crossing)
    #expect(crossing.destination.count(.create) == 2 && crossing.destination.count(.complete) == 1)
  }

  @Test(
    "between the first byte and another try of a single request is copied as it is then",
    arguments: Way.allCases)
  func betweenTries(_ way: Way) async throws {
    let crossing = Self.crossing(way)
    crossing.copying.singlePutLimit = 1 << 20
    crossing.copying.singlePutLimitWithMD5 = 1 << 20
    let source = crossing.source.inner
    crossing.destination.meet { call, count, moment in
      guard call == .put && count == 1 && moment == .before else { return nil }
      Self.write(Self.new, way, to: source)
      return StorageError(.connectionLost, "the connection was reset")
    }
    #expect(try await crossing.run().completed == 1)
    try await Self.expectNew(crossing)
    #expect(crossing.destination.count(.create) == 0)
  }

  @Test(
    "to another size is copied as it is then, also in another number of parts", arguments: [1, 2000, 20_000])
  func otherSize(_ size: Int) async throws {
    let crossing = Self.crossing(.newerS3)
    let source = crossing.source.inner
    let bytes = patternedBytes(size, seed: 9)
    crossing.source.meet { call, count, moment in
      if call == .get && count == 3 && moment == .before { source.set(Self.key, bytes) }
      return nil
    }
    let tally = try await crossing.run()
    #expect(tally.completed == 1 && tally.bytesTotal == Int64(size) && tally.bytesCompleted == Int64(size))
    try await Self.expectNew(crossing, bytes)
  }

  @Test("again and again is an error, nothing is stored, and a retry takes it when it rests")
  func restless() async throws {
    let crossing = Self.crossing(.newerS3)
    let source = crossing.source.inner
    crossing.source.meet { call, count, moment in
      guard call == .get && count % 3 == 0 && moment == .before else { return nil }
      source.set(Self.key, patternedBytes(9500, seed: UInt64(count)))
      return nil
    }
    #expect(try await crossing.run().errors == [.sourceChanged: 1])
    #expect(crossing.destination.inner.keys.isEmpty)
    #expect(try await crossing.openUploads().isEmpty)
    crossing.source.meetNothing()
    #expect(try await crossing.run(.retry).completed == 1)
    let arrived = crossing.destination.inner.bytes(of: Self.key)
    #expect(arrived == source.bytes(of: Self.key))
  }

  @Test("by going away is an error of its class, and leaves no upload")
  func gone() async throws {
    let crossing = Self.crossing(.partsS3)
    let source = crossing.source.inner
    crossing.source.meet { call, count, moment in
      if call == .get && count == 4 && moment == .before { source.remove(Self.key) }
      return nil
    }
    #expect(try await crossing.run().errors == [.sourceGone: 1])
    #expect(crossing.destination.inner.keys.isEmpty)
    #expect(try await crossing.openUploads().isEmpty)
  }

  @Test("while the run is stopped is not mixed with what was sent before", arguments: Way.allCases)
  func whileStopped(_ way: Way) async throws {
    let crossing = Self.crossing(way)
    try await crossing.stop(afterPart: 5)
    Self.write(Self.new, way, to: crossing.source.inner)
    #expect(try await crossing.run().completed == 1)
    try await Self.expectNew(crossing)
    #expect(crossing.destination.count(.part) == 10)
  }
}

import AuditLedger
import Inventory
import ObjectStorage
import StorageTesting
import Testing
import Transfers

@testable import Migration

@Suite("what a migration would cost")
struct CostSheetTests {
  private static let copying = CopySettings(
    singlePutLimit: 1000, singlePutLimitWithMD5: 5000, partSize: 2000, parallelParts: 2)

  @Test("the estimate is what the copier then does, request by request")
  func asCopied() async throws {
    let limits = WriteLimits(minimumPart: 1000, maximumPart: 1 << 20)
    let road = Road(limits: limits)
    road.copying = Self.copying
    for (key, size) in [("empty", 0), ("small", 900), ("md5", 5000), ("large", 5001), ("larger", 20_000)] {
      road.sourceStore.set(ObjectKey(key), patternedBytes(size))
    }
    let tally = try await road.run()
    #expect(tally.completed == 5)
    let ledger = try await Ledger.open(road.ledgerPath, .read)
    var found: [CopyEstimate] = []
    _ = try await ledger.forEachListed(on: .source) {
      found.append(CopyEstimate($0, from: .memory, to: limits, Self.copying))
    }
    await ledger.close()
    let (source, destination) = (road.source.faults, road.destination.faults)
    #expect(Int64(source.requests("get")) == found.reduce(0) { $0 + $1.gets + $1.rangedGets })
    #expect(Int64(source.requests("head")) == found.reduce(0) { $0 + $1.heads })
    #expect(Int64(destination.requests("put")) == found.reduce(0) { $0 + $1.puts })
    #expect(Int64(destination.requests("part")) == found.reduce(0) { $0 + $1.parts })
    #expect(Int64(destination.requests("uploads")) == found.reduce(0) { $0 + $1.uploads })
    #expect(Int64(destination.requests("complete")) == found.reduce(0) { $0 + $1.uploads })
  }

  @Test("sources in parts cost what is estimated, where they are cut as clients usually cut")
  func asCopiedInParts() async throws {
    let limits = WriteLimits(minimumPart: 1000, maximumPart: 1 << 20)
    let road = Road(limits: limits, sourceDialect: .olderS3)
    road.copying = Self.copying
    for (key, sizes) in [("a", [3000, 3000, 3000, 3000]), ("b", [400, 400])] {
      road.sourceStore.set(
        ObjectKey(key), parts: sizes.map { patternedBytes($0) }, tellsParts: true, isEncrypted: false)
    }
    #expect(try await road.run().proofs == [.endToEnd: 2])
    let tags = ["a": 4, "b": 2].mapValues { ETag("0123456789abcdef0123456789abcdef-\($0)") }
    let found = [("a", 12_000), ("b", 800)].map { key, size in
      CopyEstimate(
        ListedObject(key: ObjectKey(key), size: size, eTag: tags[key]), from: .memory, to: limits,
        Self.copying)
    }
    let (source, destination) = (road.source.faults, road.destination.faults)
    #expect(Int64(source.requests("head")) == found.reduce(0) { $0 + $1.heads })
    #expect(Int64(source.requests("get")) == found.reduce(0) { $0 + $1.gets + $1.rangedGets })
    #expect(Int64(destination.requests("part")) == found.reduce(0) { $0 + $1.parts })
  }

  private func sheet(_ kind: StoreLocation.Kind, from source: StoreLocation.Kind = .s3) throws -> CostSheet {
    var sheet = CostSheet(from: source, to: try #require(Landing(anywhereIn: kind)))
    for (key, size) in [("a", 10), ("b", 100 << 20), ("c", 100 << 20)] as [(String, Int64)] {
      sheet.add(ListedObject(key: ObjectKey(key), size: size))
    }
    return sheet
  }

  @Test("requests are summed by side and kind; a directory takes none")
  func sums() throws {
    let oss = try sheet(.oss)
    #expect((oss.source.get, oss.source.head, oss.source.rangedGet) == (1, 2, 8))
    #expect(
      oss.destination
        == CostSheet.Requests(
          list: 3, put: 1, createUpload: 2, uploadPart: 8, completeUpload: 2, probe: 3))
    #expect(oss.requests == 11 + 19 && oss.objects.bytes == 10 + (200 << 20) && oss.inParts.objects == 2)
    #expect(
      oss.largest
        == CostSheet.Largest(key: ObjectKey("b"), size: 100 << 20, partSize: 32 << 20, parts: 4))
    #expect(try sheet(.directory).destination.all == 0)
    #expect(try sheet(.oss, from: .directory).source.all == 0)
  }

  @Test("time is bytes or requests by their rate")
  func time() throws {
    let sheet = try sheet(.oss)
    #expect(sheet.seconds(atBytesPerSecond: 100) == Double(10 + (200 << 20)) / 100)
    #expect(sheet.seconds(atRequestsPerSecond: 6) == 5)
    #expect(sheet.seconds(atBytesPerSecond: 0) == nil && sheet.seconds(atRequestsPerSecond: -1) == nil)
  }
}

import NIOPosix
import StorageTesting
import Testing

@testable import ObjectStorage

@Suite(.timeLimit(.minutes(10))) struct RequestMeterTests {
  static let group = MultiThreadedEventLoopGroup.singleton

  @Test(
    "a store whose requests are counted keeps every promise of a store",
    arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    try await StoreConformance(on: Self.group.next()) {
      CountedWriter(MemoryStore(pageSize: 7), RequestMeter())
    }.run(check)
  }

  @Test("requests are counted by what they ask and how they are answered")
  func counts() async throws {
    let meter = RequestMeter()
    let store = MemoryStore()
    store.set(ObjectKey("a"), [1, 2, 3])
    let counted = CountedReader(store, meter)
    _ = try await counted.head(ObjectKey("a"), part: nil)
    _ = try await counted.head(ObjectKey("a"), part: nil)
    let error = await #expect(throws: StorageError.self) { try await counted.head(ObjectKey("b"), part: nil) }
    _ = try await counted.get(ObjectKey("a"), range: nil, ifMatch: nil, on: Self.group.next())
      .body.collect(upTo: 9)
    let totals = meter.totals
    #expect(totals.map(\.operation) == [.get, .head, .head])
    #expect(totals.map(\.code) == ["ok", error?.code.rawValue, "ok"])
    #expect(totals.map(\.requests) == [1, 1, 2])
    #expect(totals.map(\.latencies.requests) == [1, 1, 2])
  }

  @Test(
    "a step holds what is up to an eighth below its end",
    arguments: [
      (-5, 0), (0, 0), (1, 1), (15, 15), (16, 17), (17, 17), (18, 19), (31, 31), (32, 35), (35, 35), (36, 39),
      (1000, 1023), (1024, 1151), (999_999, 1_048_575), (7_200_000_000, 7_516_192_767),
      (Int64.max, 7_516_192_767),
    ] as [(Int64, Int64)])
  func steps(_ microseconds: Int64, _ end: Int64) {
    #expect(LatencyHistogram.end(of: LatencyHistogram.step(of: microseconds)) == end)
    #expect(LatencyHistogram.step(of: end) == LatencyHistogram.step(of: microseconds))
  }

  @Test("ends of steps rise, and every span is in the first step that does not end before it")
  func order() {
    let last = LatencyHistogram.step(of: .max)
    for step in 1...last {
      let (before, end) = (LatencyHistogram.end(of: step - 1), LatencyHistogram.end(of: step))
      #expect(before < end)
      #expect(LatencyHistogram.step(of: before + 1) == step)
    }
    #expect(LatencyHistogram.end(of: last + 9) == LatencyHistogram.end(of: last))
  }

  @Test("shares are those of the sorted times, as far as steps tell")
  func shares() {
    var histogram = LatencyHistogram()
    #expect(histogram.microseconds(atPermille: 500) == nil)
    for microseconds in Int64(1)...10 { histogram.add(microseconds: microseconds) }
    // The rank is the smallest that has the share below or at it.
    for (permille, microseconds) in [(0, 1), (100, 1), (101, 2), (500, 5), (501, 6), (990, 10), (1000, 10)] {
      #expect(histogram.microseconds(atPermille: Int64(permille)) == Int64(microseconds))
    }
    var twice = histogram
    twice.add(histogram)
    #expect(twice.requests == 20 && twice.microseconds(atPermille: 500) == 5)
    histogram.add(.max, inStep: 3)
    histogram.add(.max, upToMicroseconds: 3)
    #expect(histogram.requests == .max && histogram.microseconds(atPermille: 500) == 3)
  }
}

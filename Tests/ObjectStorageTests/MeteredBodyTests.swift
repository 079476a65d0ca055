import Checksums
import NIOCore
import NIOPosix
import StorageTesting
import Testing

@testable import ObjectStorage

@Suite("bodies that are counted and hashed on their way")
struct MeteredBodyTests {
  private let loop = MultiThreadedEventLoopGroup.singleton.next()
  private let bytes = patternedBytes(10_000)

  private func expectation(
    _ sizes: [[Int64]] = [], _ algorithms: [ChecksumAlgorithm] = [.crc64xz, .md5], required: Checksum? = nil
  ) throws -> StreamExpectation {
    StreamExpectation(
      length: 10_000, checksums: [], algorithms: algorithms,
      boundaries: try sizes.map { try #require(PartBoundaries(objectSize: 10_000, sizes: $0)) },
      required: required)
  }

  /// The ETag from digests of the parts that are taken apart from the stream.
  private func eTag(_ sizes: [Int64]) -> Checksum? {
    var rest = bytes[...]
    return Checksum.multipartETag(
      ofPartMD5s: sizes.map { size in
        defer { rest = rest.dropFirst(Int(size)) }
        return Checksum.of(rest.prefix(Int(size)), .md5)
      })
  }

  private func passed(_ expectation: StreamExpectation, _ reading: StreamReading, chunkBytes: Int)
    async throws
    -> [UInt8]
  {
    let body = await ObjectBody.bytes(bytes, chunkBytes: chunkBytes, on: loop)
    let metered = await body.metered(expectation, into: reading, board: MD5Board())
    return [UInt8](buffer: try await metered.collect(upTo: 20_000))
  }

  @Test(
    "the ETag of one cut and the MD5s of its parts come out, whatever the chunks are",
    arguments: [
      [3000, 3000, 3000, 1000], [10_000], [1, 2, 9997], [9999, 1], [Int64](repeating: 100, count: 100),
    ], [7, 1000, 3000, 10_000])
  func oneCut(_ sizes: [Int64], _ chunkBytes: Int) async throws {
    for algorithms in [[ChecksumAlgorithm.crc64xz], [.crc64xz, .md5]] {
      let reading = StreamReading()
      #expect(try await passed(expectation([sizes], algorithms), reading, chunkBytes: chunkBytes) == bytes)
      #expect(reading.rebuilt == [try #require(eTag(sizes))])
      #expect(reading.partDigests.count == sizes.count)
      #expect(Checksum.multipartETag(ofPartMD5s: reading.partDigests) == eTag(sizes))
      #expect(reading.checksums == algorithms.map { Checksum.of(bytes, $0) })
    }
  }

  @Test(
    "a composite checksum of one cut comes out with any algorithm, whatever the chunks are",
    arguments: [ChecksumAlgorithm.sha256, .sha1, .crc32c, .crc32], [7, 3000, 10_000])
  func composite(_ algorithm: ChecksumAlgorithm, _ chunkBytes: Int) async throws {
    let digests = [0..<3000, 3000..<3001, 3001..<10_000].map { Checksum.of(bytes[$0], algorithm) }
    var expected = try expectation(
      [[3000, 1, 6999]], [.crc64xz, .md5], required: Checksum.composite(of: digests))
    expected.partAlgorithm = algorithm
    let reading = StreamReading()
    #expect(try await passed(expected, reading, chunkBytes: chunkBytes) == bytes)
    let composite = try #require(Checksum.composite(of: digests))
    #expect(reading.partDigests == digests && reading.rebuilt == [composite])
    #expect(reading.checksums == [Checksum.of(bytes, .crc64xz), Checksum.of(bytes, .md5)])
    expected.boundaries = [try #require(PartBoundaries(objectSize: 10_000, sizes: [3000, 2, 6998]))]
    let wrong = expected
    let error = await #expect(throws: StorageError.self) {
      _ = try await passed(wrong, StreamReading(), chunkBytes: chunkBytes)
    }
    #expect(error?.code == .corrupted)
  }

  @Test("several cuts are judged in one pass, in their order")
  func severalCuts() async throws {
    let cuts: [[Int64]] = [[5000, 5000], [10_000], [4000, 4000, 2000]]
    let reading = StreamReading()
    _ = try await passed(expectation(cuts), reading, chunkBytes: 999)
    #expect(reading.rebuilt.map(Optional.some) == cuts.map(eTag))
    #expect(reading.bytes == 10_000 && reading.failure == nil)
  }

  @Test("a body whose parts give another ETag ends before its last chunk")
  func required() async throws {
    let right = try #require(eTag([6000, 4000]))
    let reading = StreamReading()
    #expect(
      try await passed(expectation([[6000, 4000]], required: right), reading, chunkBytes: 4096) == bytes)
    let body = await ObjectBody.bytes(bytes, chunkBytes: 4096, on: loop)
    let metered = await body.metered(
      try expectation([[4000, 6000]], required: right), into: reading, board: MD5Board())
    #expect(await Puller.read([metered], on: loop) == [8192])
    #expect(reading.failure?.code == .corrupted)
    #expect(reading.failure?.message.contains(right.text) == true)
  }

  @Test("a required ETag that nothing rebuilds is never taken for there")
  func requiredOfNothing() async throws {
    let reading = StreamReading()
    let error = await #expect(throws: StorageError.self) {
      _ = try await passed(expectation([], required: eTag([10_000])), reading, chunkBytes: 4096)
    }
    #expect(error?.code == .corrupted && reading.checksums == nil)
  }

  @Test("a body that is given up while its chunk waits for its hash answers once, and others go on")
  func givenUp() async throws {
    let board = MD5Board()
    let given = await ObjectBody.bytes(bytes, chunkBytes: 1000, on: loop)
      .metered(try expectation([[5000, 5000]]), into: StreamReading(), board: board)
    let reading = StreamReading()
    let kept = await ObjectBody.bytes(bytes, chunkBytes: 1000, on: loop)
      .metered(try expectation([[5000, 5000]]), into: reading, board: board)
    let counts = await Puller.read([given, kept], cancelling: 0, on: loop)
    // On a busy machine its first chunk may be hashed before it is given up.
    #expect(counts[0] < 2000 && counts[1] == 10_000)
    #expect(reading.rebuilt == [try #require(eTag([5000, 5000]))])
  }

  @Test(
    "the MD5s of bodies on one loop are computed together, a chunk of each at a time", arguments: [1, 8, 16])
  func together(_ count: Int) async throws {
    let board = MD5Board()
    var bodies: [ObjectBody] = []
    var readings: [StreamReading] = []
    for _ in 0..<count {
      readings.append(StreamReading())
      let body = await ObjectBody.bytes(bytes, chunkBytes: 500, on: loop)
      bodies.append(await body.metered(try expectation(), into: readings[readings.count - 1], board: board))
    }
    #expect(await Puller.read(bodies, on: loop) == Array(repeating: 10_000, count: count))
    #expect(readings.allSatisfy { $0.checksums?.last == Checksum.of(bytes, .md5) })
    let loop = self.loop
    let tally = try await loop.submit { board.lanes(on: loop).tally }.get()
    #expect(tally.updates == 20 && tally.chunks == 20 * count)
  }
}

/// Reads several bodies, all begun in one turn of their loop.
private final class Puller {
  private let bodies: [ObjectBody]
  private var counts: [Int]
  private var open: Int
  private var finish: (([Int]) -> Void)?

  private init(_ bodies: [ObjectBody]) {
    self.bodies = bodies
    counts = Array(repeating: 0, count: bodies.count)
    open = bodies.count
  }

  /// The bytes that each body gave; one of them may be given up in the turn in which it is first asked.
  static func read(
    _ bodies: [ObjectBody], cancelling: Int? = nil, on loop: any EventLoop
  ) async -> [Int] {
    await withCheckedContinuation { continuation in
      loop.execute {
        let puller = Puller(bodies)
        puller.finish = { continuation.resume(returning: $0) }
        // Queued ahead of the flush that the first chunk asks for.
        if let cancelling { bodies[cancelling].cancel() }
        for index in bodies.indices { puller.pull(index) }
      }
    }
  }

  private func pull(_ index: Int) {
    bodies[index].next { event in
      if case .chunk(let chunk) = event {
        self.counts[index] += chunk.readableBytes
        return self.pull(index)
      }
      self.open -= 1
      if self.open == 0 { self.finish?(self.counts) }
    }
  }
}

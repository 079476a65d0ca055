import Checksums
import NIOCore
import ObjectStorage

/// What is to be computed over an object's bytes.
struct DigestRequest: Sendable {
  /// Of the whole object.
  var algorithms: [ChecksumAlgorithm]
  /// Ways to cut the object whose multipart ETags are wanted.
  var boundaries: [PartBoundaries] = []
  /// What the parts are hashed with: `md5` for a multipart ETag, another one for that composite checksum.
  var partAlgorithm = ChecksumAlgorithm.md5
}

/// What reading an object gave.
struct DigestReading: Sendable {
  /// Of the whole object.
  var checksums: [Checksum]
  /// Multipart ETags or composite checksums, one a way to cut, in the order of the request.
  var rebuilt: [Checksum]
  /// Repeats included.
  var bytes: Int64
}

/// Reads an object's bytes for nothing but their digests, in bounded memory.
struct DigestReader: Sendable {
  let retrying: Retrying
  let memory: ByteBudget
  let eventLoops: any EventLoopGroup
  private let board: MD5Board

  /// Memory that a stream can hold: one read, which is hashed before the next.
  ///
  /// Fewer streams would leave lanes of MD5 without work.
  private static let streamMemory: Int64 = 2 << 20
  /// Objects from this size on are read in several ranges at a time, where their digests can be put together.
  private static let parallelSize: Int64 = 64 << 20
  private static let parallelRanges = 8

  init(retrying: Retrying, memory: ByteBudget, eventLoops: any EventLoopGroup) {
    self.retrying = retrying
    self.memory = memory
    self.eventLoops = eventLoops
    board = MD5Board()
  }

  /// Reads the generation that the attributes name; another one is refused by the store, or noticed.
  func read(
    _ store: any ObjectReader, _ key: ObjectKey, _ attributes: ObjectAttributes, _ request: DigestRequest
  ) async throws(StorageError) -> DigestReading {
    let canBeJoined = request.algorithms.allSatisfy { [.crc64xz, .crc64nvme, .crc32, .crc32c].contains($0) }
    let isComposite = request.partAlgorithm != .md5 && !request.boundaries.isEmpty
    if isComposite || attributes.size >= Self.parallelSize, canBeJoined, request.boundaries.count <= 1 {
      let cut = request.boundaries.first ?? PartBoundaries(objectSize: attributes.size, partSize: 32 << 20)
      if let cut {
        return try await readInRanges(store, key, attributes, request, cut)
      }
    }
    return try await readStream(store, key, attributes, range: nil, request)
  }

  private func readStream(
    _ store: any ObjectReader, _ key: ObjectKey, _ attributes: ObjectAttributes, range: ByteRange?,
    _ request: DigestRequest
  ) async throws(StorageError) -> DigestReading {
    let length = range?.length ?? attributes.size
    var bytes: Int64 = 0
    var tries = 1
    while true {
      let reading = StreamReading()
      do throws(StorageError) {
        try await memory.holding(min(length, Self.streamMemory)) { () throws(StorageError) in
          let download = try await store.get(
            key, range: range, ifMatch: attributes.eTag, on: eventLoops.next())
          do throws(StorageError) {
            try requireSame(attributes, download.attributes, key)
          } catch {
            download.body.cancel()
            throw error
          }
          let expectation = StreamExpectation(
            length: length, checksums: [], algorithms: request.algorithms, boundaries: request.boundaries)
          _ = try await download.body.metered(expectation, into: reading, board: board).drain()
        }
        return DigestReading(
          checksums: reading.checksums ?? [], rebuilt: reading.rebuilt, bytes: bytes + reading.bytes
        )
      } catch {
        bytes += reading.bytes
        try await retrying.wait(afterTry: tries, error)
        tries += 1
      }
    }
  }

  /// Stores that take no condition answer with what stands there now.
  private func requireSame(
    _ known: ObjectAttributes, _ answered: ObjectAttributes, _ key: ObjectKey
  ) throws(StorageError) {
    let isSameTag =
      if let one = known.eTag, let other = answered.eTag { one.isSame(as: other) } else { true }
    guard known.size == answered.size, isSameTag else {
      throw StorageError(.preconditionFailed, "the object changed while it was verified", key: key)
    }
  }

  private func readInRanges(
    _ store: any ObjectReader, _ key: ObjectKey, _ attributes: ObjectAttributes, _ request: DigestRequest,
    _ cut: PartBoundaries
  ) async throws(StorageError) -> DigestReading {
    var partRequest = request
    partRequest.boundaries = []
    if !request.boundaries.isEmpty, !partRequest.algorithms.contains(request.partAlgorithm) {
      partRequest.algorithms.append(request.partAlgorithm)
    }
    let ranges = Array(cut.spans)
    let wanted = partRequest
    let result: Result<[DigestReading], StorageError> = await withTaskGroup(
      of: (Int, Result<DigestReading, StorageError>).self
    ) { group in
      var parts = [DigestReading?](repeating: nil, count: ranges.count)
      var started = 0
      func start(_ group: inout TaskGroup<(Int, Result<DigestReading, StorageError>)>) {
        guard started < ranges.count else { return }
        let (index, span) = (started, ranges[started])
        group.addTask {
          guard let range = ByteRange(offset: span.offset, length: span.length) else {
            return (index, .failure(StorageError(.malformedAnswer, "an empty part", key: key)))
          }
          do throws(StorageError) {
            return (index, .success(try await readStream(store, key, attributes, range: range, wanted)))
          } catch {
            return (index, .failure(error))
          }
        }
        started += 1
      }
      for _ in 0..<Self.parallelRanges { start(&group) }
      for await (index, answer) in group {
        switch answer {
        case .success(let reading): parts[index] = reading
        case .failure(let error):
          group.cancelAll()
          return .failure(error)
        }
        start(&group)
      }
      return .success(parts.compactMap(\.self))
    }
    return joined(try result.get(), ranges.map(\.length), request)
  }

  private func joined(
    _ parts: [DigestReading], _ lengths: [Int64], _ request: DigestRequest
  ) -> DigestReading {
    var whole: [Checksum] = []
    for algorithm in request.algorithms {
      var sum: Checksum?
      for (part, length) in zip(parts, lengths) {
        guard let next = part.checksums.first(where: { $0.algorithm == algorithm }) else { continue }
        sum = sum.map { $0.combined(with: next, secondLength: length) } ?? next
      }
      whole += [sum].compactMap(\.self)
    }
    let digests = parts.compactMap { part in part.checksums.first { $0.algorithm == request.partAlgorithm } }
    let rebuilt = request.boundaries.isEmpty ? nil : Checksum.over(parts: digests)
    return DigestReading(
      checksums: whole, rebuilt: [rebuilt].compactMap(\.self), bytes: parts.reduce(0) { $0 + $1.bytes })
  }
}

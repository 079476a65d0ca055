public import Checksums
public import NIOCore
import Synchronization

/// What a metered body turned out to be; complete once the body has ended.
public final class StreamReading: Sendable {
  private struct State {
    var bytes: Int64 = 0
    var checksums: [Checksum]?
    var rebuilt: [Checksum] = []
    var partDigests: [Checksum] = []
    var failure: StorageError?
  }

  private let state = Mutex(State())

  public init() {}

  /// Bytes that came out of the sender's socket.
  public var bytes: Int64 { state.withLock { $0.bytes } }
  /// Digests over all bytes; nil until the last one came.
  public var checksums: [Checksum]? { state.withLock { $0.checksums } }
  /// The digests over the parts of the ways to cut that were asked for, in their order; empty until the last byte came.
  public var rebuilt: [Checksum] { state.withLock { $0.rebuilt } }
  /// The digest of every part, where one way to cut was asked for; empty until the last byte came.
  public var partDigests: [Checksum] { state.withLock { $0.partDigests } }
  /// Why the body ended early, where the sender's side was the cause.
  public var failure: StorageError? { state.withLock { $0.failure } }

  func add(_ count: Int) { state.withLock { $0.bytes += Int64(count) } }

  func finish(_ digests: MeterDigests) {
    state.withLock {
      $0.checksums = digests.checksums
      $0.rebuilt = digests.rebuilt
      $0.partDigests = digests.partDigests
    }
  }

  func fail(_ error: StorageError) { state.withLock { $0.failure = error } }
}

/// What has to be known of a stream before its last byte may be passed on.
public struct StreamExpectation: Sendable {
  /// In bytes.
  public var length: Int64
  /// Digests that the sender publishes for exactly these bytes.
  public var checksums: [Checksum]
  /// What to compute; an algorithm of `checksums` that is not named here is not compared.
  public var algorithms: [ChecksumAlgorithm]
  /// Ways to cut the bytes whose digests over parts are to be rebuilt; each must be of `length` bytes.
  public var boundaries: [PartBoundaries]
  /// What the parts are hashed with: `md5` for a multipart ETag, another one for that composite checksum, which is
  /// rebuilt for one way to cut only.
  public var partAlgorithm: ChecksumAlgorithm
  /// The digest that has to be among the rebuilt ones; nil where the cut is not known for sure.
  public var required: Checksum?

  public init(
    length: Int64, checksums: [Checksum], algorithms: [ChecksumAlgorithm],
    boundaries: [PartBoundaries] = [], partAlgorithm: ChecksumAlgorithm = .md5, required: Checksum? = nil
  ) {
    self.length = length
    self.checksums = checksums
    self.algorithms = algorithms
    self.boundaries = boundaries
    self.partAlgorithm = partAlgorithm
    self.required = required
  }
}

extension StreamExpectation {
  /// Reads bytes that came whole; the reading has digests, or a failure.
  ///
  /// Digests over parts are not rebuilt.
  public func read(_ bytes: ByteBuffer) -> StreamReading {
    let reading = StreamReading()
    reading.add(bytes.readableBytes)
    guard bytes.readableBytes == length else {
      reading.fail(Self.wrongLength(length, Int64(bytes.readableBytes)))
      return reading
    }
    let checksums = bytes.withUnsafeReadableBytes { bytes in
      var hashers = HasherSet(algorithms)
      hashers.update(bytes)
      var checksums = hashers.finish()
      if algorithms.contains(.md5) {
        var hasher = StreamingHasher(.md5)
        hasher.update(bytes)
        checksums.append(hasher.finish())
      }
      return checksums
    }
    if let error = difference(from: checksums) {
      reading.fail(error)
    } else {
      reading.finish(MeterDigests(checksums: checksums, rebuilt: [], partDigests: []))
    }
    return reading
  }

  /// What is wrong where a digest of the bytes is not the sender's.
  fileprivate func difference(from found: [Checksum]) -> StorageError? {
    for expected in checksums {
      guard let found = found.first(where: { $0.algorithm == expected.algorithm }), found != expected
      else { continue }
      return Self.differs(expected, found)
    }
    return nil
  }

  fileprivate static func differs(_ expected: Checksum, _ found: Checksum?) -> StorageError {
    StorageError(
      .corrupted,
      "the source publishes \(expected.algorithm.rawValue) \(expected.text), the bytes that came have \(found?.text ?? "none")"
    )
  }

  fileprivate static func wrongLength(_ announced: Int64, _ count: Int64) -> StorageError {
    StorageError(.lengthDiffers, "\(announced) bytes were announced, \(count) came")
  }
}

extension ObjectBody {
  /// The same body, counted and hashed on its way.
  ///
  /// The last bytes are passed on only when the length and every digest fit: a receiver that stores an object
  /// only when its body came whole never stores a wrong one. Bodies that share a board and a loop have their MD5s
  /// advanced together.
  public func metered(
    _ expectation: StreamExpectation, into reading: StreamReading, board: MD5Board
  ) async -> ObjectBody {
    let inner = self
    return await eventLoop.flatSubmitting {
      ObjectBody(
        eventLoop: inner.eventLoop, length: expectation.length,
        source: StreamMeter(inner, expectation, reading, board.lanes(on: inner.eventLoop)))
    }
  }
}

extension EventLoop {
  /// Runs a closure that cannot fail on the loop.
  func flatSubmitting<Value: Sendable>(_ action: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      execute { continuation.resume(returning: action()) }
    }
  }
}

/// Counts, hashes and checks the chunks of a body before they go on.
private final class StreamMeter: BodySource {
  private let inner: ObjectBody
  private let expectation: StreamExpectation
  private let reading: StreamReading
  private let hashers: MeterHashers
  private var count: Int64 = 0
  private var isOver = false
  /// Who waits for a chunk that is being hashed.
  private var waiting: ((BodyEvent) -> Void)?

  init(
    _ inner: ObjectBody, _ expectation: StreamExpectation, _ reading: StreamReading, _ lanes: LoopMD5
  ) {
    self.inner = inner
    self.expectation = expectation
    self.reading = reading
    hashers = MeterHashers(expectation, lanes)
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    inner.next { self.take($0, deliver) }
  }

  func cancel() {
    end()
    // Its chunk is hashed no more, and every question gets its one answer.
    waiting.take()?(.failure(Self.givenUp))
  }

  private func end() {
    isOver = true
    hashers.discard()
    inner.cancel()
  }

  private func take(_ event: BodyEvent, _ deliver: @escaping (BodyEvent) -> Void) {
    guard !isOver else { return deliver(.failure(reading.failure ?? Self.givenUp)) }
    switch event {
    case .chunk(let chunk):
      count += Int64(chunk.readableBytes)
      reading.add(chunk.readableBytes)
      guard count <= expectation.length else { return deliver(failed(wrongLength)) }
      waiting = deliver
      hashers.update(chunk) {
        guard let deliver = self.waiting.take() else { return }
        deliver(self.count == self.expectation.length ? self.settled(event) : event)
      }
    case .end:
      guard count == expectation.length else { return deliver(failed(wrongLength)) }
      deliver(count == 0 ? settled(event) : event)
    case .failure(let error):
      deliver(failed(error))
    }
  }

  private func settled(_ event: BodyEvent) -> BodyEvent {
    let digests = hashers.finish()
    if let error = expectation.difference(from: digests.checksums) { return failed(error) }
    if let required = expectation.required, !digests.rebuilt.contains(required) {
      return failed(StreamExpectation.differs(required, digests.rebuilt.first))
    }
    reading.finish(digests)
    return event
  }

  private func failed(_ error: StorageError) -> BodyEvent {
    reading.fail(error)
    end()
    return .failure(error)
  }

  private static var givenUp: StorageError { StorageError(.cancelled, "the body was given up") }

  private var wrongLength: StorageError { StreamExpectation.wrongLength(expectation.length, count) }
}

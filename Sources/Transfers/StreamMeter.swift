import Checksums
import NIOCore
import ObjectStorage
import Synchronization

/// What a metered body turned out to be; complete once the body has ended.
final class StreamReading: Sendable {
  private struct State {
    var bytes: Int64 = 0
    var checksums: [Checksum]?
    var failure: StorageError?
  }

  private let state = Mutex(State())

  /// Bytes that came out of the sender's socket.
  var bytes: Int64 { state.withLock { $0.bytes } }
  /// Digests over all bytes; nil until the last one came.
  var checksums: [Checksum]? { state.withLock { $0.checksums } }
  /// Why the body ended early, where the sender's side was the cause.
  var failure: StorageError? { state.withLock { $0.failure } }

  fileprivate func add(_ count: Int) { state.withLock { $0.bytes += Int64(count) } }
  fileprivate func finish(_ checksums: [Checksum]) { state.withLock { $0.checksums = checksums } }
  fileprivate func fail(_ error: StorageError) { state.withLock { $0.failure = error } }
}

/// What has to be known of a stream before its last byte may be passed on.
struct StreamExpectation: Sendable {
  /// In bytes.
  var length: Int64
  /// Digests that the sender publishes for exactly these bytes.
  var checksums: [Checksum]
  /// What to compute; an algorithm of `checksums` that is not named here is not compared.
  var algorithms: [ChecksumAlgorithm]
}

extension ObjectBody {
  /// The same body, counted and hashed on its way.
  ///
  /// The last bytes are passed on only when the length and every digest fit: a receiver that stores an object
  /// only when its body came whole never stores a wrong one.
  func metered(_ expectation: StreamExpectation, into reading: StreamReading) async -> ObjectBody {
    let inner = self
    return await eventLoop.flatSubmitting {
      ObjectBody(
        eventLoop: inner.eventLoop, length: expectation.length,
        source: StreamMeter(inner, expectation, reading))
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
  private var hashers: HasherSet
  private var count: Int64 = 0

  init(_ inner: ObjectBody, _ expectation: StreamExpectation, _ reading: StreamReading) {
    self.inner = inner
    self.expectation = expectation
    self.reading = reading
    hashers = HasherSet(expectation.algorithms)
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    inner.next { deliver(self.checked($0)) }
  }

  func cancel() { inner.cancel() }

  private func checked(_ event: BodyEvent) -> BodyEvent {
    switch event {
    case .chunk(let chunk):
      count += Int64(chunk.readableBytes)
      reading.add(chunk.readableBytes)
      guard count <= expectation.length else { return failed(wrongLength) }
      chunk.withUnsafeReadableBytes { hashers.update($0) }
      return count == expectation.length ? settled(event) : event
    case .end:
      guard count == expectation.length else { return failed(wrongLength) }
      return count == 0 ? settled(event) : event
    case .failure(let error):
      return failed(error)
    }
  }

  private func settled(_ event: BodyEvent) -> BodyEvent {
    let checksums = hashers.finish()
    for expected in expectation.checksums {
      guard let found = checksums.first(where: { $0.algorithm == expected.algorithm }), found != expected
      else {
        continue
      }
      return failed(
        StorageError(
          .corrupted,
          "the source publishes \(expected.algorithm.rawValue) \(expected.text), the bytes that came have \(found.text)"
        ))
    }
    reading.finish(checksums)
    return event
  }

  private func failed(_ error: StorageError) -> BodyEvent {
    reading.fail(error)
    inner.cancel()
    return .failure(error)
  }

  private var wrongLength: StorageError {
    StorageError(.lengthDiffers, "\(expectation.length) bytes were announced, \(count) came")
  }
}

public import NIOCore

/// What a body gives when it is asked for its next piece.
public enum BodyEvent {
  case chunk(ByteBuffer)
  /// The body ended where its sender said it would.
  case end
  case failure(StorageError)
}

/// Where the bytes of a body come from.
///
/// Every call happens on the body's event loop.
public protocol BodySource: AnyObject {
  /// Delivers exactly one event, at once or later, on the event loop; called again only after it has.
  ///
  /// After `end` or `failure` it is not called again.
  func next(_ deliver: @escaping (BodyEvent) -> Void)
  /// The rest is not wanted; whatever holds it is freed.
  ///
  /// May be called at any time and more than once.
  func cancel()
}

/// Sees every chunk of a body once, in order, on the event loop, before the receiver does.
public protocol BodyObserver: Sendable {
  func observe(_ chunk: ByteBuffer)
}

/// Bytes on their way from one place to another, pulled chunk by chunk on one event loop.
///
/// Pulling is the back pressure: a receiver that is slow does not ask, and the sender's socket fills up.
/// A body can be read once.
public struct ObjectBody: Sendable {
  public let eventLoop: any EventLoop
  /// The announced number of bytes; nil where the sender announced none.
  public let length: Int64?
  private let source: NIOLoopBound<any BodySource>
  private var observers: [any BodyObserver] = []

  /// Must be called on the event loop.
  public init(eventLoop: any EventLoop, length: Int64?, source: any BodySource) {
    self.eventLoop = eventLoop
    self.length = length
    self.source = NIOLoopBound(source, eventLoop: eventLoop)
  }

  /// The same body, seen by one more observer.
  public func observed(by observer: any BodyObserver) -> ObjectBody {
    var body = self
    body.observers.append(observer)
    return body
  }

  /// Asks for the next event; on the event loop only.
  public func next(_ deliver: @escaping (BodyEvent) -> Void) {
    guard !observers.isEmpty else { return source.value.next(deliver) }
    let observers = self.observers
    source.value.next { event in
      if case .chunk(let chunk) = event { for observer in observers { observer.observe(chunk) } }
      deliver(event)
    }
  }

  /// Gives the rest up; from any thread.
  public func cancel() {
    eventLoop.execute { source.value.cancel() }
  }
}

extension ObjectBody {
  /// A body of bytes that are already here.
  public static func bytes(_ buffer: ByteBuffer, on eventLoop: any EventLoop) async -> ObjectBody {
    let made = eventLoop.submit {
      ObjectBody(
        eventLoop: eventLoop, length: Int64(buffer.readableBytes), source: BufferSource(buffer: buffer))
    }
    do {
      return try await made.get()
    } catch {
      // The closure throws nothing, so only an event loop that is shut down ends here.
      preconditionFailure("the event loop was shut down while in use: \(error)")
    }
  }

  /// Reads the body whole, up to a limit in bytes.
  ///
  /// Throws what the sender's side reports, and `malformed-answer` where the body is longer than the limit.
  public func collect(upTo limit: Int) async throws(StorageError) -> ByteBuffer {
    let result: Result<ByteBuffer, StorageError> = await withCheckedContinuation { continuation in
      eventLoop.execute {
        Collector(body: self, limit: limit) { continuation.resume(returning: $0) }.pull()
      }
    }
    return try result.get()
  }

  /// Reads the body to its end, keeping nothing; returns the number of bytes.
  public func drain() async throws(StorageError) -> Int64 {
    let result: Result<Int64, StorageError> = await withCheckedContinuation { continuation in
      eventLoop.execute {
        Drain(body: self) { continuation.resume(returning: $0) }.pull()
      }
    }
    return try result.get()
  }
}

private final class BufferSource: BodySource {
  private var buffer: ByteBuffer?

  init(buffer: ByteBuffer) {
    self.buffer = buffer.readableBytes > 0 ? buffer : nil
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    guard let buffer else { return deliver(.end) }
    self.buffer = nil
    deliver(.chunk(buffer))
  }

  func cancel() { buffer = nil }
}

private final class Collector {
  private let body: ObjectBody
  private let limit: Int
  private var collected = ByteBuffer()
  private let finish: (Result<ByteBuffer, StorageError>) -> Void

  init(body: ObjectBody, limit: Int, finish: @escaping (Result<ByteBuffer, StorageError>) -> Void) {
    self.body = body
    self.limit = limit
    self.finish = finish
    if let length = body.length, length <= limit { collected.reserveCapacity(Int(length)) }
  }

  func pull() { body.next(receive) }

  private func receive(_ event: BodyEvent) {
    switch event {
    case .chunk(var chunk):
      guard collected.readableBytes + chunk.readableBytes <= limit else {
        body.cancel()
        return finish(.failure(StorageError(.malformedAnswer, "the answer is longer than \(limit) bytes")))
      }
      collected.writeBuffer(&chunk)
      pull()
    case .end: finish(.success(collected))
    case .failure(let error): finish(.failure(error))
    }
  }
}

private final class Drain {
  private let body: ObjectBody
  private var count: Int64 = 0
  private let finish: (Result<Int64, StorageError>) -> Void

  init(body: ObjectBody, finish: @escaping (Result<Int64, StorageError>) -> Void) {
    self.body = body
    self.finish = finish
  }

  func pull() { body.next(receive) }

  private func receive(_ event: BodyEvent) {
    switch event {
    case .chunk(let chunk):
      count += Int64(chunk.readableBytes)
      pull()
    case .end: finish(.success(count))
    case .failure(let error): finish(.failure(error))
    }
  }
}

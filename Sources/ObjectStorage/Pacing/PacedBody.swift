import NIOCore

extension ObjectBody {
  /// The same body, given out no faster than a limit allows.
  ///
  /// While it waits it does not pull: the sender's socket fills up, and nothing is held but one chunk.
  public func paced(by limiter: RateLimiter) async -> ObjectBody {
    let inner = self
    return await eventLoop.flatSubmitting {
      ObjectBody(
        eventLoop: inner.eventLoop, length: inner.length,
        source: PacedBody(inner, limiter))
    }
  }
}

/// Cuts the chunks of a body so small that every body of a slow run moves every few seconds: a peer that hears
/// nothing for a minute closes its connection.
private final class PacedBody: BodySource {
  private let inner: ObjectBody
  private let limiter: RateLimiter
  /// What came and was not asked for yet.
  private var rest: ByteBuffer?
  private var paying: (ticket: RateLimiter.Ticket, slice: ByteBuffer, deliver: (BodyEvent) -> Void)?
  private var isOver = false

  private static let slicesASecond: Int64 = 64
  private static let smallestSlice: Int64 = 1024

  init(_ inner: ObjectBody, _ limiter: RateLimiter) {
    self.inner = inner
    self.limiter = limiter
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    if let rest { return pay(for: rest, deliver) }
    inner.next { event in
      guard case .chunk(let chunk) = event, chunk.readableBytes > 0 else { return deliver(event) }
      self.pay(for: chunk, deliver)
    }
  }

  func cancel() {
    isOver = true
    rest = nil
    inner.cancel()
    guard let paying = paying.take() else { return }
    limiter.cancel(paying.ticket)
    // Every question gets its one answer.
    paying.deliver(.failure(Self.givenUp))
  }

  private func pay(for chunk: ByteBuffer, _ deliver: @escaping (BodyEvent) -> Void) {
    guard !isOver else { return deliver(.failure(Self.givenUp)) }
    var chunk = chunk
    let size = min(sliceBytes ?? .max, Int64(chunk.readableBytes))
    guard let slice = chunk.readSlice(length: Int(size)) else { return deliver(.end) }
    rest = chunk.readableBytes > 0 ? chunk : nil
    let (loop, bound) = (inner.eventLoop, NIOLoopBound(self, eventLoop: inner.eventLoop))
    let ticket = limiter.take(size) { loop.execute { bound.value.paid() } }
    guard let ticket else { return deliver(.chunk(slice)) }
    paying = (ticket, slice, deliver)
  }

  private func paid() {
    guard let paying = paying.take() else { return }
    paying.deliver(.chunk(paying.slice))
  }

  private var sliceBytes: Int64? {
    limiter.rate.map { max(Self.smallestSlice, $0 / Self.slicesASecond) }
  }

  private static var givenUp: StorageError { StorageError(.cancelled, "the body was given up") }
}

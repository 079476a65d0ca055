import NIOCore
import ObjectStorage

/// The body of an answer: what arrived and was not asked for yet, and who asks.
///
/// Reads from the socket only while somebody asks and nothing is left: that is the back pressure.
final class AnswerBody: BodySource {
  private var arrived: CircularBuffer<ByteBuffer> = []
  private var ending: BodyEvent?
  private var asking: ((BodyEvent) -> Void)?
  private var isDelivering = false
  private(set) var receivedBytes: Int64 = 0
  private weak var exchange: Exchange?

  init(exchange: Exchange) {
    self.exchange = exchange
  }

  var isAsked: Bool { asking != nil }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    asking = deliver
    // A receiver that asks from inside a delivery is served by the loop that delivers.
    guard !isDelivering else { return }
    serve()
    if isAsked { exchange?.wantsMore() }
  }

  func cancel() {
    let isOver = ending != nil
    arrived.removeAll()
    // What is thrown away here is missing from the body, even where its end had come already.
    ending = .failure(StorageError(.cancelled, "the transfer was cancelled"))
    serve()
    if !isOver { exchange?.abandon() }
  }

  func append(_ chunk: ByteBuffer) {
    guard ending == nil, chunk.readableBytes > 0 else { return }
    receivedBytes += Int64(chunk.readableBytes)
    arrived.append(chunk)
    serve()
  }

  func end(_ event: BodyEvent) {
    if ending == nil { ending = event }
    serve()
  }

  private func serve() {
    guard !isDelivering else { return }
    isDelivering = true
    defer { isDelivering = false }
    while let deliver = asking {
      if let chunk = arrived.popFirst() {
        asking = nil
        deliver(.chunk(chunk))
      } else if let ending {
        asking = nil
        return deliver(ending)
      } else {
        return
      }
    }
  }
}

import NIOCore
import ObjectStorage

/// How much arrived on a connection without making an answer grow.
///
/// Shared by the handlers of one connection, on its event loop.
final class ArrivalCount {
  var bytesWithoutGrowth = 0
  var isAnyByteOfAnswerSeen = false

  /// A head, a piece of the body or an end was read from what arrived.
  func grew() { bytesWithoutGrowth = 0 }

  func startedRequest() {
    bytesWithoutGrowth = 0
    isAnyByteOfAnswerSeen = false
  }
}

/// Stands before the HTTP decoder and stops a peer that sends heads, trailers or chunk headers without end.
final class AnswerGuard: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let count: ArrivalCount
  private let limit: Int
  private var isStopped = false

  init(count: ArrivalCount, limit: Int) {
    self.count = count
    self.limit = limit
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isStopped else { return }
    let buffer = unwrapInboundIn(data)
    guard count.isAnyByteOfAnswerSeen || !Self.isAlert(buffer) else {
      isStopped = true
      context.fireErrorCaught(
        StorageError(.malformedAnswer, "the peer speaks TLS and was asked in plain http; write https://"))
      return
    }
    count.isAnyByteOfAnswerSeen = true
    count.bytesWithoutGrowth += buffer.readableBytes
    context.fireChannelRead(wrapInboundOut(buffer))
    guard count.bytesWithoutGrowth > limit else { return }
    isStopped = true
    context.fireErrorCaught(
      StorageError(.malformedAnswer, "the head of the answer is longer than \(limit) bytes"))
  }

  /// The first bytes of an alert: how a server of TLS answers a request in plain text.
  private static func isAlert(_ buffer: ByteBuffer) -> Bool {
    buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) == 0x1503
  }
}

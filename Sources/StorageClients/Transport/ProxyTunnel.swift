import NIOCore
import ObjectStorage

/// Stands first in the pipeline of a connection to a proxy and asks it for a tunnel to the origin.
///
/// What follows in the pipeline sees a connection that is active once the tunnel is there: TLS is then made with the
/// origin, and verified against its name.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let longestHead = 16 << 10

  private let proxy: ProxyServer
  private let origin: HTTPOrigin
  private var head: [UInt8] = []
  private var isOver = false

  init(through proxy: ProxyServer, to origin: HTTPOrigin) {
    self.proxy = proxy
    self.origin = origin
  }

  func channelActive(context: ChannelHandlerContext) {
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    var text = "CONNECT \(host):\(origin.port) HTTP/1.1\r\nHost: \(host):\(origin.port)\r\n"
    if let authorization = proxy.authorization { text += "Proxy-Authorization: \(authorization)\r\n" }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return context.fireChannelRead(data) }
    head += unwrapInboundIn(data).readableBytesView
    guard let end = head.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else {
      if head.count > Self.longestHead { fail(context, malformed("its head does not end")) }
      return
    }
    let line = head.prefix { $0 != 0x0d }
    let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
      (200...599).contains(status)
    else { return fail(context, malformed("it is not HTTP")) }
    guard (200...299).contains(status) else { return fail(context, refusal(status)) }
    // The origin speaks second in TLS: whoever speaks first is not the origin.
    guard end == head.count else { return fail(context, malformed("something follows it")) }
    isOver = true
    head = []
    context.fireChannelActive()
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if isOver { context.fireChannelReadComplete() } else { context.read() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isOver {
      fail(
        context,
        StorageError(
          .unreachable, "the proxy \(proxy) closed the connection instead of making a tunnel to \(origin.url)"
        ))
    }
    context.fireChannelInactive()
  }

  private func fail(_ context: ChannelHandlerContext, _ error: StorageError) {
    isOver = true
    context.fireErrorCaught(error)
  }

  private func malformed(_ cause: String) -> StorageError {
    StorageError(.malformedAnswer, "the answer of the proxy \(proxy) is not valid: \(cause)")
  }

  private func refusal(_ status: Int) -> StorageError {
    guard status != 407 else { return proxy.refusal }
    return StorageError(
      .unreachable,
      "the proxy \(proxy) makes no tunnel to \(origin.url): HTTP \(status); ask for it, or put the host into NO_PROXY",
      httpStatus: status)
  }
}

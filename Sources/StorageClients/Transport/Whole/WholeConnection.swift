import Glibc
import NIOCore
import NIOTLS
import ObjectStorage

/// A connection for requests that leave at once, and whose answers are taken when they are here whole.
///
/// The last handler of its pipeline, used on its event loop only.
final class WholeConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limits: TransportLimits
  private var context: ChannelHandlerContext?
  private var exchange: WholeExchange?
  /// What came of an answer that is not whole yet, and how much there has to be to look at it again.
  private var arrived: (bytes: ByteBuffer, enough: Int)?
  private var isReady: Bool
  private var onReady: ((Bool) -> Void)?
  private(set) var idleSince = NIODeadline.now()
  /// Whether it has carried a request before the one under way.
  private(set) var isReused = false

  /// Over TLS it is ready once that is established.
  init(isSecure: Bool, limits: TransportLimits) {
    self.limits = limits
    isReady = !isSecure
  }

  /// Whether it was made and is not known to have ended.
  private(set) var isActive = false

  /// Calls back once the connection can carry a request, or has failed.
  func whenReady(_ done: @escaping (Bool) -> Void) {
    if isReady || context == nil { return done(isReady) }
    onReady = done
  }

  /// Sends a request whose answer goes to the exchange.
  func send(_ exchange: WholeExchange) {
    guard let context else { return exchange.end(.unusual, over: self) }
    self.exchange = exchange
    let pipeline = context.pipeline.syncOperations
    pipeline.write(NIOAny(exchange.request.head), promise: nil)
    if let rest = exchange.request.rest { pipeline.write(NIOAny(rest), promise: nil) }
    pipeline.flush()
  }

  func rest() {
    idleSince = .now()
    isReused = true
  }

  func close() {
    isActive = false
    exchange = nil
    context?.close(promise: nil)
  }

  /// Ends the connection so that no peer can take what it has of a body for the whole of it; see `Connection.reset`.
  func reset() {
    exchange = nil
    guard let provider = context?.channel as? any SocketOptionProvider else { return close() }
    provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in self.close() }
  }

  /// Whether everything that was sent has left: the channel is writable only while nothing waits.
  private var isSent: Bool { context?.channel.isWritable ?? false }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted = event { becomeReady(true) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let exchange else { return close() }
    var bytes = unwrapInboundIn(data)
    exchange.heard()
    if var arrived {
      self.arrived = nil
      arrived.bytes.writeBuffer(&bytes)
      guard arrived.bytes.readableBytes >= arrived.enough else { return self.arrived = arrived }
      bytes = arrived.bytes
    }
    switch WholeAnswer.read(bytes, maximumBody: exchange.request.maximumBody, limits: limits) {
    case .more(let enough): arrived = (bytes, enough ?? bytes.readableBytes + 1)
    case .unusual: finish(.unusual)
    case .answer(let answer):
      // A success before the store had the whole body is none; a refusal then is final.
      let isEarly = answer.status < 300 && exchange.request.hasBody && !isSent
      finish(isEarly ? .unusual : .answer(answer))
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    isActive = false
    lost(error)
    context.close(promise: nil)
  }

  func channelActive(context: ChannelHandlerContext) {
    isActive = true
    context.channel.sendWithoutPacingOnLoopback()
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isActive = false
    lost(ChannelError.eof)
    context.fireChannelInactive()
  }

  private func lost(_ error: any Error) {
    becomeReady(false)
    finish(.lost(error))
  }

  private func finish(_ ending: WholeExchange.Ending) {
    arrived = nil
    guard let exchange else { return }
    self.exchange = nil
    exchange.end(ending, over: self)
  }

  private func becomeReady(_ isReady: Bool) {
    self.isReady = isReady
    onReady.take()?(isReady)
  }
}

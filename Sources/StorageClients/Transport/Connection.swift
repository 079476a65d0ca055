import Glibc
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import ObjectStorage

/// One connection: the last handler of its pipeline, which hands what arrives to the exchange in progress.
///
/// Used on its event loop only.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  let origin: HTTPOrigin
  /// The proxy that requests are made to in plain text; nil where they go to the origin, if need be by a tunnel.
  let proxy: ProxyServer?
  let arrivals = ArrivalCount()
  private let limits: TransportLimits
  private var channel: (any Channel)?
  private var exchange: Exchange?
  private var readiness: Readiness
  private var onReady: ((Result<Void, any Error>) -> Void)?
  private var hasDeferredEnd = false
  private var readsLargePieces = false
  private var writesLargePieces = false
  private(set) var isReused = false
  private(set) var idleSince = NIODeadline.now()

  private enum Readiness {
    case waitingForTLS
    case ready
    case failed(any Error)
  }

  init(origin: HTTPOrigin, proxy: ProxyServer?, limits: TransportLimits) {
    self.origin = origin
    self.proxy = proxy
    self.limits = limits
    readiness = origin.scheme == .https ? .waitingForTLS : .ready
  }

  var isActive: Bool { channel?.isActive ?? false }
  var isWritable: Bool { channel?.isWritable ?? false }

  /// Calls back once the connection can carry a request.
  func whenReady(_ done: @escaping (Result<Void, any Error>) -> Void) {
    switch readiness {
    case .ready: done(.success(()))
    case .failed(let error): done(.failure(error))
    case .waitingForTLS: onReady = done
    }
  }

  func start(_ exchange: Exchange) {
    self.exchange = exchange
    arrivals.startedRequest()
  }

  /// The exchange is over and the connection may carry another.
  func rest() {
    exchange = nil
    isReused = true
    idleSince = .now()
    readPieces(large: false)
    writePieces(large: false)
    // An outstanding read is what shows that the server closed the connection.
    read()
  }

  /// Queues what leaves with the next `flush`.
  func send(_ part: HTTPClientRequestPart, promise: EventLoopPromise<Void>? = nil) {
    channel?.pipeline.syncOperations.write(NIOAny(part), promise: promise)
  }

  func flush() { channel?.pipeline.syncOperations.flush() }

  /// A promise that is kept when what is sent with it has left for the network.
  func writePromise() -> EventLoopPromise<Void>? { channel?.eventLoop.makePromise() }

  func read() { channel?.pipeline.syncOperations.read() }

  func close() {
    exchange = nil
    channel?.close(promise: nil)
  }

  /// Ends the connection so that no peer can take what it has of a body for the whole of it.
  ///
  /// Some stores keep what came before an orderly end, SeaweedFS 4.48 even an empty object; a reset they all
  /// read as a failure.
  func reset() {
    guard let provider = channel as? any SocketOptionProvider else { return close() }
    provider.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in self.close() }
  }

  /// Buffers follow the size of the body that comes.
  func readPieces(large: Bool) {
    guard large != readsLargePieces, let options = channel?.syncOptions else { return }
    readsLargePieces = large
    let capacity = large ? limits.largeBuffer : limits.smallBuffer
    // Options fail only on a closed channel, which is about to report that itself.
    try? options.setOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: capacity))
  }

  /// What may wait to be written follows the size of the body that is sent.
  func writePieces(large: Bool) {
    guard large != writesLargePieces, let options = channel?.syncOptions else { return }
    writesLargePieces = large
    let high = large ? limits.writeHighWatermark : 64 << 10
    try? options.setOption(.writeBufferWaterMark, value: .init(low: high / 2, high: high))
  }

  // The pipeline's calls, in the order of a connection's life.

  func handlerAdded(context: ChannelHandlerContext) {
    channel = context.channel
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    channel = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    context.channel.sendWithoutPacingOnLoopback()
    context.read()
    context.fireChannelActive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted = event { becomeReady(.success(())) }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    arrivals.grew()
    guard let exchange else { return close() }
    switch unwrapInboundIn(data) {
    case .head(let head): exchange.received(head)
    case .body(let chunk): exchange.received(chunk)
    case .end:
      // Bytes behind the end in the same read show up as an error before the read completes.
      hasDeferredEnd = true
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    deliverEnd()
    exchange?.readCompleted()
    if exchange == nil { read() }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    exchange?.writabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    hasDeferredEnd = false
    becomeReady(.failure(explained(error, context)))
    let failed = exchange
    exchange = nil
    context.close(promise: nil)
    failed?.connectionFailed(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    deliverEnd()
    becomeReady(.failure(ChannelError.eof))
    let failed = exchange
    exchange = nil
    failed?.connectionFailed(ChannelError.eof)
    context.fireChannelInactive()
  }

  /// The handler of TLS forgets what the peer showed as soon as the connection is closed.
  private func explained(_ error: any Error, _ context: ChannelHandlerContext) -> any Error {
    guard case .waitingForTLS = readiness, error is NIOSSLError || error is NIOSSLExtraError else {
      return error
    }
    let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
    return RefusedHandshake(cause: error, certificate: certificate)
  }

  private func deliverEnd() {
    guard hasDeferredEnd else { return }
    hasDeferredEnd = false
    exchange?.receivedEnd()
  }

  private func becomeReady(_ result: Result<Void, any Error>) {
    guard case .waitingForTLS = readiness else { return }
    switch result {
    case .success: readiness = .ready
    case .failure(let error): readiness = .failed(error)
    }
    onReady?(result)
    onReady = nil
  }
}

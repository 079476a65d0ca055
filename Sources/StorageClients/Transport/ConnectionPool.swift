import NIOCore
import NIOHTTP1
import NIOPosix
import ObjectStorage

/// The connections of one event loop; used on that loop only.
final class ConnectionPool {
  typealias Delivery = (Result<Connection, StorageError>) -> Void

  private struct Place {
    var idle: [Connection] = []
    var open = 0
    var waiting: CircularBuffer<(Deadlines, Delivery)> = []
  }

  let eventLoop: any EventLoop
  let limits: TransportLimits
  private let security: TransportSecurity
  private let proxies: ProxyRules
  private var places: [HTTPOrigin: Place] = [:]
  private var isShutDown = false

  init(
    eventLoop: any EventLoop, limits: TransportLimits, security: TransportSecurity, proxies: ProxyRules
  ) {
    self.eventLoop = eventLoop
    self.proxies = proxies
    self.limits = limits
    self.security = security
  }

  /// Gives a connection that rests, or a new one; waits where the origin has as many as it may.
  ///
  /// `fresh` asks for a new one: those that rest may have died like the one before.
  func take(_ origin: HTTPOrigin, fresh: Bool, _ deadlines: Deadlines, _ deliver: @escaping Delivery) {
    guard !isShutDown else {
      return deliver(.failure(StorageError(.cancelled, "the transport was shut down")))
    }
    if fresh { closeIdle(origin) }
    while let connection = places[origin]?.idle.popLast() {
      if connection.isActive, connection.idleSince + limits.idleLifetime.timeAmount > .now() {
        return deliver(.success(connection))
      }
      connection.close()
    }
    guard places[origin, default: Place()].open < limits.connectionsPerOrigin else {
      places[origin, default: Place()].waiting.append((deadlines, deliver))
      return
    }
    connect(origin, deadlines, deliver)
  }

  /// Takes a connection back that can carry another request.
  func giveBack(_ connection: Connection) {
    connection.rest()
    guard connection.isActive, !isShutDown else { return connection.close() }
    if let (_, deliver) = places[connection.origin]?.waiting.popFirst() {
      deliver(.success(connection))
    } else {
      places[connection.origin]?.idle.append(connection)
    }
  }

  /// Closes what rests and gives nothing out any more.
  func shutDown() {
    isShutDown = true
    for origin in places.keys { closeIdle(origin) }
  }

  private func closeIdle(_ origin: HTTPOrigin) {
    let idle = places[origin]?.idle ?? []
    places[origin]?.idle = []
    for connection in idle { connection.close() }
  }

  private func connect(_ origin: HTTPOrigin, _ deadlines: Deadlines, _ deliver: @escaping Delivery) {
    places[origin, default: Place()].open += 1
    let proxy = proxies.proxy(for: origin)
    let peer = proxy?.origin ?? origin
    let connecting = bootstrap(origin, proxy, deadlines).connect(host: peer.host, port: peer.port)
    connecting.assumeIsolated().whenComplete { result in
      switch result {
      case .success(let channel): self.connected(channel, origin, deadlines, deliver)
      case .failure(let error):
        self.wentAway(origin)
        deliver(.failure(TransportFault.connecting(error, to: peer, isProxy: proxy != nil)))
      }
    }
  }

  private func connected(
    _ channel: any Channel, _ origin: HTTPOrigin, _ deadlines: Deadlines, _ deliver: @escaping Delivery
  ) {
    channel.closeFuture.assumeIsolated().whenComplete { _ in self.wentAway(origin) }
    do {
      let connection = try channel.pipeline.syncOperations.handler(type: Connection.self)
      channel.closeFuture.assumeIsolated().whenComplete { _ in
        self.places[origin]?.idle.removeAll { $0 === connection }
      }
      // A peer that never ends its handshake would hold a place for ever.
      let timer = eventLoop.assumeIsolated().scheduleTask(in: deadlines.connect.timeAmount) {
        connection.close()
      }
      connection.whenReady { result in
        timer.cancel()
        deliver(
          result.map { connection }.mapError { error in
            connection.close()
            return TransportFault.connecting(error, to: origin)
          })
      }
    } catch {
      // The handler is gone only where the connection died in the meantime.
      deliver(.failure(TransportFault.connecting(error, to: origin)))
    }
  }

  private func wentAway(_ origin: HTTPOrigin) {
    places[origin]?.open -= 1
    if let (deadlines, deliver) = places[origin]?.waiting.popFirst() { connect(origin, deadlines, deliver) }
  }

  private func bootstrap(
    _ origin: HTTPOrigin, _ proxy: ProxyServer?, _ deadlines: Deadlines
  ) -> ClientBootstrap {
    let (limits, security) = (self.limits, self.security)
    return ClientBootstrap(group: eventLoop)
      .connectTimeout(deadlines.connect.timeAmount)
      .channelOption(.autoRead, value: false)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.smallBuffer))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try Self.fill(channel.pipeline.syncOperations, origin, proxy, limits, security)
        }
      }
  }

  private static func fill(
    _ pipeline: ChannelPipeline.SynchronousOperations, _ origin: HTTPOrigin, _ proxy: ProxyServer?,
    _ limits: TransportLimits, _ security: TransportSecurity
  ) throws {
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldCount = limits.maximumFields
    decoding.maxHeaderListSize = limits.maximumHeadBytes
    decoding.maxHeaderFieldSize = limits.maximumHeadBytes
    let connection = Connection(
      origin: origin, proxy: origin.scheme == .http ? proxy : nil, limits: limits)
    if let proxy, origin.scheme == .https {
      try pipeline.addHandler(ProxyTunnel(through: proxy, to: origin))
    }
    if origin.scheme == .https { try pipeline.addHandler(security.handler(for: origin)) }
    try pipeline.addHandler(AnswerGuard(count: connection.arrivals, limit: limits.maximumHeadBytes))
    try pipeline.addHandler(HTTPRequestEncoder())
    let decoder = HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
    try pipeline.addHandler(ByteToMessageHandler(decoder))
    try pipeline.addHandler(connection)
  }
}

extension Duration {
  /// The nearest duration of NIO; what does not fit becomes the longest.
  var timeAmount: TimeAmount {
    let (seconds, attoseconds) = components
    let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow, nanoseconds < .max / 4 else { return .nanoseconds(.max / 4) }
    return .nanoseconds(nanoseconds + attoseconds / 1_000_000_000)
  }
}

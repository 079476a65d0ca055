import NIOCore
import NIOPosix
import ObjectStorage

/// The connections of one event loop for whole requests; used on that loop only.
final class WholePool {
  let eventLoop: any EventLoop
  private let limits: TransportLimits
  private let security: TransportSecurity
  private var idle: [HTTPOrigin: [WholeConnection]] = [:]
  private var underWay: [WholeExchange] = []
  private var watch: Scheduled<Void>?
  private var isShutDown = false

  init(eventLoop: any EventLoop, limits: TransportLimits, security: TransportSecurity) {
    self.eventLoop = eventLoop
    self.limits = limits
    self.security = security
  }

  func send(_ request: WholeRequest, _ deliver: @escaping (WholeEnding) -> Void) -> WholeExchange? {
    guard !isShutDown else { return nil }
    let exchange = WholeExchange(request, pool: self, deliver)
    exchange.place = underWay.count
    underWay.append(exchange)
    watchDeadlines(request.deadlines)
    while let connection = idle[request.origin]?.popLast() {
      if connection.isActive, connection.idleSince + limits.idleLifetime.timeAmount > .now() {
        exchange.start(over: connection)
        return exchange
      }
      connection.close()
    }
    connect(exchange)
    return exchange
  }

  func giveBack(_ connection: WholeConnection, isReusable: Bool, to origin: HTTPOrigin) {
    guard isReusable, connection.isActive, !isShutDown else { return connection.close() }
    connection.rest()
    idle[origin, default: []].append(connection)
  }

  /// The exchange is over; the last one takes its place.
  func leave(_ exchange: WholeExchange) {
    let place = exchange.place
    guard place < underWay.count, underWay[place] === exchange else { return }
    underWay[place] = underWay[underWay.count - 1]
    underWay[place].place = place
    underWay.removeLast()
  }

  /// Closes what rests and takes no request any more; those under way end with their answers.
  func shutDown() {
    isShutDown = true
    watch?.cancel()
    for connection in idle.values.joined() { connection.close() }
    idle = [:]
  }

  private func connect(_ exchange: WholeExchange) {
    let (origin, deadlines) = (exchange.request.origin, exchange.request.deadlines)
    let (limits, security) = (self.limits, self.security)
    let connecting = ClientBootstrap(group: eventLoop)
      .connectTimeout(deadlines.connect.timeAmount)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: limits.wholeBuffer))
      // Writable is what has nothing to write any more.
      .channelOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if origin.scheme == .https { try pipeline.addHandler(security.handler(for: origin)) }
          try pipeline.addHandler(WholeConnection(isSecure: origin.scheme == .https, limits: limits))
        }
      }
      .connect(host: origin.host, port: origin.port)
    connecting.assumeIsolated().whenComplete { result in
      switch result {
      case .success(let channel): self.connected(channel, exchange)
      case .failure(let error): exchange.fail(TransportFault.connecting(error, to: origin))
      }
    }
  }

  private func connected(_ channel: any Channel, _ exchange: WholeExchange) {
    let origin = exchange.request.origin
    guard let connection = try? channel.pipeline.syncOperations.handler(type: WholeConnection.self) else {
      // The handler is gone only where the connection died in the meantime.
      return exchange.fail(TransportFault.connecting(ChannelError.eof, to: origin))
    }
    channel.closeFuture.assumeIsolated().whenComplete { _ in
      self.idle[origin]?.removeAll { $0 === connection }
    }
    // A peer that never ends its handshake would hold the exchange for ever.
    let timer = eventLoop.assumeIsolated().scheduleTask(in: exchange.request.deadlines.connect.timeAmount) {
      connection.close()
    }
    connection.whenReady { isReady in
      timer.cancel()
      // Why a handshake failed is told by ordinary calls.
      if isReady { exchange.start(over: connection) } else { exchange.end(.unusual, over: connection) }
    }
  }

  /// One timer for all, however many pass; none while nothing is under way.
  private func watchDeadlines(_ deadlines: Deadlines) {
    guard watch == nil else { return }
    let silence = min(deadlines.idle, limits.longestSilence ?? deadlines.idle)
    let pause = max(.milliseconds(10), min(.seconds(1), silence / 8))
    watch = eventLoop.assumeIsolated().scheduleTask(in: pause.timeAmount) {
      self.watch = nil
      let now = NIODeadline.now()
      for exchange in self.underWay { exchange.check(now, longestSilence: self.limits.longestSilence) }
      if !self.underWay.isEmpty { self.watchDeadlines(deadlines) }
    }
  }
}

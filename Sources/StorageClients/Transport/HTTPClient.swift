import NIOConcurrencyHelpers
public import NIOCore
public import ObjectStorage

/// HTTP/1.1 over TCP and TLS on event loops given from outside, with connections that are kept and used again.
public final class HTTPClient: HTTPTransport {
  private let group: any EventLoopGroup
  private let limits: TransportLimits
  private let security: TransportSecurity
  private let proxies: ProxyRules
  private let wholePools = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBoundBox<WholePool>]>([:])
  private let pools = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBoundBox<ConnectionPool>]>([:])

  public init(
    group: any EventLoopGroup, limits: TransportLimits = TransportLimits(), security: TransportSecurity,
    proxies: ProxyRules = .none
  ) {
    self.group = group
    self.limits = limits
    self.security = security
    self.proxies = proxies
  }

  public func anyEventLoop() -> any EventLoop { group.next() }

  public func send(
    _ request: HTTPRequest, on eventLoop: (any EventLoop)?
  ) async throws(StorageError) -> HTTPResponse {
    let eventLoop = request.body?.eventLoop ?? eventLoop ?? group.next()
    let pool = pool(of: eventLoop)
    let call = NIOLoopBoundBox.makeBoxSendingValue(Call.notStarted, eventLoop: eventLoop)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation {
        (continuation: CheckedContinuation<Result<HTTPResponse, StorageError>, Never>) in
        eventLoop.execute {
          let exchange = Exchange(request, pool: pool.value) { continuation.resume(returning: $0) }
          call.value.start(exchange)
        }
      }
    } onCancel: {
      eventLoop.execute { call.value.cancel() }
    }
    return try result.get()
  }

  /// Closes the connections that rest; those in use end with their answers.
  public func shutDown() {
    for pool in pools.withLockedValue({ Array($0.values) }) {
      pool.eventLoop.execute { pool.value.shutDown() }
    }
    for pool in wholePools.withLockedValue({ Array($0.values) }) {
      pool.eventLoop.execute { pool.value.shutDown() }
    }
  }

  private func pool(of eventLoop: any EventLoop) -> NIOLoopBoundBox<ConnectionPool> {
    pools.withLockedValue { pools in
      if let pool = pools[ObjectIdentifier(eventLoop)] { return pool }
      let pool = ConnectionPool(
        eventLoop: eventLoop, limits: limits, security: security, proxies: proxies)
      let box = NIOLoopBoundBox.makeBoxSendingValue(pool, eventLoop: eventLoop)
      pools[ObjectIdentifier(eventLoop)] = box
      return box
    }
  }
}

extension HTTPClient: WholeTransport {
  func send(
    _ request: WholeRequest, on eventLoop: any EventLoop, _ deliver: @escaping (WholeEnding) -> Void
  ) -> (any WholeCall)? {
    guard proxies.proxy(for: request.origin) == nil else { return nil }
    let pool = wholePools.withLockedValue { pools in
      if let pool = pools[ObjectIdentifier(eventLoop)] { return pool }
      let box = NIOLoopBoundBox.makeBoxSendingValue(
        WholePool(eventLoop: eventLoop, limits: limits, security: security), eventLoop: eventLoop)
      pools[ObjectIdentifier(eventLoop)] = box
      return box
    }
    return pool.value.send(request, deliver)
  }
}

/// Whether a call was started or cancelled first.
private enum Call {
  case notStarted
  case started(Exchange)
  case cancelled

  mutating func start(_ exchange: Exchange) {
    if case .cancelled = self { return exchange.abandon() }
    self = .started(exchange)
    exchange.start()
  }

  mutating func cancel() {
    if case .started(let exchange) = self { exchange.abandonUnlessAnswered() }
    self = .cancelled
  }
}

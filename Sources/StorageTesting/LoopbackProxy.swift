import NIOCore
import NIOPosix
import Synchronization

/// A proxy on 127.0.0.1 that makes tunnels, all to one port of this machine whatever host they are asked for.
public final class LoopbackProxy: Sendable {
  public let port: Int
  private let listener: any Channel
  private let received: ProxyHeads

  /// The heads of the requests that came, in order.
  public var heads: [String] { received.all }

  /// `answer` is the head that answers a request; one that does not say 200 makes no tunnel.
  public static func start(
    to target: Int, answer: String = "HTTP/1.1 200 Connection established\r\n\r\n"
  ) async throws -> LoopbackProxy {
    let heads = ProxyHeads()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ProxyPeer(target: target, answer: answer, heads: heads))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return LoopbackProxy(listener, heads)
  }

  private init(_ listener: any Channel, _ heads: ProxyHeads) {
    self.listener = listener
    received = heads
    port = listener.localAddress?.port ?? 0
  }

  public func stop() async throws { try await listener.close() }
}

/// What clients asked for.
private final class ProxyHeads: Sendable {
  private let heads = Mutex<[String]>([])

  var all: [String] { heads.withLock { $0 } }
  func add(_ head: String) { heads.withLock { $0.append(head) } }
}

/// The side of a client: takes a head, answers it, and passes bytes on.
private final class ProxyPeer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let target: Int
  private let answer: String
  private let heads: ProxyHeads
  private var head: [UInt8] = []
  private var origin: (any Channel)?

  init(target: Int, answer: String, heads: ProxyHeads) {
    self.target = target
    self.answer = answer
    self.heads = heads
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    if let origin { return origin.writeAndFlush(bytes, promise: nil) }
    head += bytes.readableBytesView
    guard head.suffix(4).elementsEqual("\r\n\r\n".utf8) else { return }
    heads.add(String(decoding: head, as: UTF8.self))
    let reply = wrapOutboundOut(ByteBuffer(string: answer))
    guard answer.hasPrefix("HTTP/1.1 200") else {
      context.writeAndFlush(reply, promise: nil)
      return
    }
    let client = context.channel
    let isolated = NIOLoopBound(context, eventLoop: context.eventLoop)
    ClientBootstrap(group: context.eventLoop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ProxyReturn(client))
        }
      }
      .connect(host: "127.0.0.1", port: target).assumeIsolated().whenComplete { result in
        switch result {
        case .success(let origin):
          self.origin = origin
          isolated.value.writeAndFlush(reply, promise: nil)
        case .failure: isolated.value.close(promise: nil)
        }
      }
  }

  func channelInactive(context: ChannelHandlerContext) { origin?.close(promise: nil) }
}

/// The side of the origin: passes bytes back.
private final class ProxyReturn: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let client: any Channel

  init(_ client: any Channel) { self.client = client }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    client.writeAndFlush(unwrapInboundIn(data), promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
}

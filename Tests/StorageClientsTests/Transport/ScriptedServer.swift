import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import Testing

/// A server that writes exactly the bytes that a test gives it.
final class ScriptedServer: Sendable {
  enum Action: Sendable {
    case send(String)
    case close
    case reset
    /// As many zero bytes as the peer takes; `stalledAt` says where it stopped taking.
    case flood(Int64)
  }

  struct Request: Sendable {
    /// Counted from 1 over all connections.
    var ordinal: Int
    /// Counted from 1.
    var connection: Int
    var head: String
    var bodyBytes: Int
  }

  enum Moment: Sendable {
    case afterHead
    case afterRequest
    /// Reads the head and nothing more.
    case neverReadsBody
  }

  struct Log: Sendable {
    var requests: [Request] = []
    var connections = 0
    var closed = 0
  }

  let log = NIOLockedValueBox(Log())
  let stalledAt: EventLoopFuture<Int64>
  let port: Int
  private let channel: any Channel

  private init(
    group: any EventLoopGroup, moment: Moment, tls: NIOSSLContext?,
    script: @escaping @Sendable (Request) -> [Action]
  ) async throws {
    let log = self.log
    let stall = group.next().makePromise(of: Int64.self)
    stalledAt = stall.futureResult
    channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
          try channel.pipeline.syncOperations.addHandler(
            ScriptedPeer(log: log, moment: moment, stall: stall, script: script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
    channel.closeFuture.whenComplete { _ in stall.fail(ChannelError.eof) }
  }

  /// Runs a test against a server and ends the server after it.
  static func run<Value>(
    _ moment: Moment = .afterRequest, tls: NIOSSLContext? = nil,
    script: @escaping @Sendable (Request) -> [Action],
    test: (ScriptedServer) async throws -> Value
  ) async throws -> Value {
    let group = MultiThreadedEventLoopGroup.singleton
    let server = try await ScriptedServer(group: group, moment: moment, tls: tls, script: script)
    do {
      let value = try await test(server)
      try await server.channel.close()
      return value
    } catch {
      try? await server.channel.close()
      throw error
    }
  }
}

private final class ScriptedPeer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let log: NIOLockedValueBox<ScriptedServer.Log>
  private let moment: ScriptedServer.Moment
  private let stall: EventLoopPromise<Int64>
  private let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
  private var number = 0
  private var head: [UInt8] = []
  private var isHeadDone = false
  private var bodyBytes = 0
  private var expectedBody = 0
  private var floodLeft: Int64 = 0
  private var floodWritten: Int64 = 0

  init(
    log: NIOLockedValueBox<ScriptedServer.Log>, moment: ScriptedServer.Moment,
    stall: EventLoopPromise<Int64>,
    script: @escaping @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action]
  ) {
    self.log = log
    self.moment = moment
    self.stall = stall
    self.script = script
  }

  func channelActive(context: ChannelHandlerContext) {
    number = log.withLockedValue {
      $0.connections += 1
      return $0.connections
    }
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    log.withLockedValue { $0.closed += 1 }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if !(moment == .neverReadsBody && isHeadDone) { context.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = Array(unwrapInboundIn(data).readableBytesView)
    if isHeadDone { return received(body: bytes.count, context) }
    head += bytes
    guard let end = endOfHead else { return }
    isHeadDone = true
    let rest = head.count - end
    head.removeLast(rest)
    expectedBody = announcedLength
    if moment != .afterRequest { answer(context) }
    received(body: rest, context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func received(body count: Int, _ context: ChannelHandlerContext) {
    bodyBytes += count
    guard moment == .afterRequest, bodyBytes >= expectedBody, isHeadDone else { return }
    answer(context)
    head = []
    isHeadDone = false
    bodyBytes = 0
  }

  private func answer(_ context: ChannelHandlerContext) {
    let request = log.withLockedValue { log in
      let request = ScriptedServer.Request(
        ordinal: log.requests.count + 1, connection: number, head: String(decoding: head, as: UTF8.self),
        bodyBytes: bodyBytes)
      log.requests.append(request)
      return request
    }
    for action in script(request) { perform(action, context) }
  }

  private func perform(_ action: ScriptedServer.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .send(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    case .close: context.close(promise: nil)
    case .reset:
      // Without lingering a close throws away what is under way and sends a reset.
      (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        .whenFailure { Issue.record($0) }
      context.close(promise: nil)
    case .flood(let bytes):
      floodLeft = bytes
      flood(context)
      watchFlood(context, lastSeen: -1)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) { flood(context) }

  private func flood(_ context: ChannelHandlerContext) {
    while floodLeft > 0, context.channel.isWritable {
      let size = Int(min(floodLeft, 64 << 10))
      floodLeft -= Int64(size)
      let promise = context.eventLoop.makePromise(of: Void.self)
      promise.futureResult.assumeIsolated().whenSuccess { self.floodWritten += Int64(size) }
      let zeros = ByteBuffer(repeating: 0, count: size)
      context.writeAndFlush(wrapOutboundOut(zeros), promise: promise)
    }
  }

  /// The peer has stopped taking when two looks see the same count.
  private func watchFlood(_ context: ChannelHandlerContext, lastSeen: Int64) {
    if floodWritten == lastSeen { return stall.succeed(floodWritten) }
    let seen = floodWritten
    let isolated = context.eventLoop.assumeIsolated()
    isolated.scheduleTask(in: .milliseconds(200)) { self.watchFlood(context, lastSeen: seen) }
  }

  private var endOfHead: Int? {
    let mark = Array("\r\n\r\n".utf8)
    guard head.count >= 4 else { return nil }
    return (4...head.count).first { Array(head[($0 - 4)..<$0]) == mark }
  }

  private var announcedLength: Int {
    let lines = String(decoding: head, as: UTF8.self).lowercased().split(separator: "\r\n")
    let line = lines.first { $0.hasPrefix("content-length:") }
    return line.flatMap { Int($0.dropFirst("content-length:".count).drop { $0 == " " }) } ?? 0
  }
}

import Glibc
import NIOCore
import NIOPosix
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct LoopbackPacingTests {
  private static let name = NIOBSDSocket.Option(rawValue: TCP_CONGESTION)
  private typealias Letters = UInt32

  private static func letters(_ text: String) -> Letters {
    text.utf8.reversed().reduce(0) { $0 << 8 | Letters($1) }
  }

  /// The first letters of the congestion control of a connection whose last handler is this one.
  private static func control(
    host: String, _ handler: @escaping @Sendable () -> any ChannelHandler
  ) async throws -> Letters {
    let server = try await ServerBootstrap(group: Sending.group).bind(host: host, port: 0).get()
    let port = try #require(server.localAddress?.port)
    let channel = try await ClientBootstrap(group: Sending.group)
      .channelOption(.autoRead, value: false)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler()) }
      }
      .connect(host: host, port: port).get()
    let provider = try #require(channel as? any SocketOptionProvider)
    let control: Letters = try await provider.unsafeGetSocketOption(level: .tcp, name: name).get()
    try await channel.close()
    try await server.close()
    return control
  }

  @Test("what is sent to this machine is not paced")
  func loopback() async throws {
    let host = "127.0.0.1"
    let limits = TransportLimits()
    let ordinary = try await Self.control(host: host) {
      Connection(
        origin: HTTPOrigin(scheme: .http, host: host, port: 80), proxy: nil, limits: limits)
    }
    #expect(ordinary == Self.letters("reno"))
    let whole = try await Self.control(host: host) { WholeConnection(isSecure: false, limits: limits) }
    #expect(whole == Self.letters("reno"))
  }

  @Test(
    "only addresses of loopback are on this machine",
    arguments: [
      ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("::ffff:127.0.0.1", true),
      ("128.0.0.1", false), ("10.0.0.127", false), ("100.100.2.148", false), ("::2", false),
      ("fe80::1", false), ("::ffff:10.0.0.1", false), ("7f00::1", false),
    ])
  func addresses(text: String, isLoopback: Bool) throws {
    #expect(try SocketAddress(ipAddress: text, port: 80).isLoopback == isLoopback)
    #expect(try !SocketAddress(unixDomainSocketPath: text).isLoopback)
  }
}

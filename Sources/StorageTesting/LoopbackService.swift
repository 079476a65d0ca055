import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on 127.0.0.1 that answers as a test says and keeps what it was asked: a token service, a metadata
/// service.
public final class LoopbackService: Sendable {
  public struct Request: Sendable {
    public var method: String
    /// Path and query as they came.
    public var target: String
    /// Names in lower case.
    public var fields: [String: String]
    public var body: String

    /// The parameters of the query and of the form, decoded.
    public var parameters: [String: String] {
      let query = target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
      var parameters: [String: String] = [:]
      for item in query.split(separator: "&") + body.split(separator: "&") {
        let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if pair.count == 2 { parameters[pair[0].removingPercents] = pair[1].removingPercents }
      }
      return parameters
    }
  }

  public struct Answer: Sendable {
    public var status: Int
    public var body: String

    public init(_ status: Int, _ body: String = "") {
      self.status = status
      self.body = body
    }
  }

  public let port: Int
  public var url: String { "http://127.0.0.1:\(port)" }
  private let listener: any Channel
  private let log: RequestLog

  /// What was asked so far, in order.
  public var requests: [Request] { log.all }

  public static func start(
    _ answer: @escaping @Sendable (Request) -> Answer
  ) async throws -> LoopbackService {
    let log = RequestLog()
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(ServicePeer(log: log, answer: answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return LoopbackService(listener, log)
  }

  private init(_ listener: any Channel, _ log: RequestLog) {
    self.listener = listener
    self.log = log
    port = listener.localAddress?.port ?? 0
  }

  public func stop() async throws { try await listener.close() }
}

private final class RequestLog: Sendable {
  private let requests = Mutex<[LoopbackService.Request]>([])

  var all: [LoopbackService.Request] { requests.withLock { $0 } }
  func add(_ request: LoopbackService.Request) { requests.withLock { $0.append(request) } }
}

private final class ServicePeer: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let log: RequestLog
  private let answer: @Sendable (LoopbackService.Request) -> LoopbackService.Answer
  private var request = LoopbackService.Request(method: "", target: "", fields: [:], body: "")

  init(
    log: RequestLog, answer: @escaping @Sendable (LoopbackService.Request) -> LoopbackService.Answer
  ) {
    self.log = log
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let fields = head.headers.map { ($0.name.lowercased(), $0.value) }
      request = LoopbackService.Request(
        method: head.method.rawValue, target: head.uri, fields: Dictionary(fields) { $1 }, body: "")
    case .body(let bytes): request.body += String(buffer: bytes)
    case .end:
      log.add(request)
      respond(answer(request), context)
    }
  }

  private func respond(_ answer: LoopbackService.Answer, _ context: ChannelHandlerContext) {
    let headers = HTTPHeaders([("Content-Length", "\(answer.body.utf8.count)")])
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }
}

extension String {
  /// Percent-encoding undone; a `+` stays what it is, as nobody here writes a space so.
  fileprivate var removingPercents: String {
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"),
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

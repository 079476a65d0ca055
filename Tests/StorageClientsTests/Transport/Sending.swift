import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ObjectStorage
import StorageClients

/// What the tests of the transport share: a client on the process's event loops, short deadlines, bodies.
enum Sending {
  static let group = MultiThreadedEventLoopGroup.singleton
  static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  /// The machine's time.
  static let clock = RunClock(
    now: { Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)) },
    sleep: { try await Task.sleep(for: $0) }, random: { 0.5 })

  static func client(_ limits: TransportLimits = TransportLimits()) throws -> HTTPClient {
    HTTPClient(group: group, limits: limits, security: try TransportSecurity())
  }

  /// Deadlines that only end what hangs: on a busy machine a server of a test may wait long for its turn.
  static let patience = Deadlines(connect: .seconds(120), idle: .seconds(120), total: .seconds(180))

  static func request(
    _ server: ScriptedServer, _ method: HTTPRequest.Method = .get, _ target: String = "/",
    body: ObjectBody? = nil, idle: Duration = patience.idle, total: Duration = patience.total
  ) -> HTTPRequest {
    HTTPRequest(
      method, HTTPOrigin(scheme: .http, host: "127.0.0.1", port: server.port), target: target, body: body,
      deadlines: Deadlines(connect: patience.connect, idle: idle, total: total))
  }

  /// The answer's body as text, or the error of head or body.
  static func text(_ request: HTTPRequest, with client: HTTPClient) async throws(StorageError) -> String {
    let answer = try await client.send(request, on: nil)
    return String(buffer: try await answer.body.collect(upTo: 1 << 20))
  }

  /// The code that a request ends with, or nil where it succeeds.
  static func failure(
    of request: HTTPRequest, with given: HTTPClient? = nil
  ) async throws -> StorageError.Code? {
    let client = try given ?? client()
    do throws(StorageError) {
      _ = try await text(request, with: client)
      return nil
    } catch {
      return error.code
    }
  }

  /// A body of two chunks, the second of which comes after a pause.
  static func pausing(for pause: TimeAmount, on eventLoop: any EventLoop) async throws -> ObjectBody {
    try await eventLoop.submit {
      ObjectBody(eventLoop: eventLoop, length: 2, source: PausingBody(pause, eventLoop))
    }.get()
  }

  /// A body that makes chunks as they are asked for, and counts them.
  static func generated(
    _ chunks: Int, of size: Int, announcing length: Int64? = nil, count: ChunkCount = ChunkCount(),
    on eventLoop: any EventLoop
  ) async throws -> ObjectBody {
    try await eventLoop.submit {
      ObjectBody(
        eventLoop: eventLoop, length: length ?? Int64(chunks * size),
        source: Generator(chunks: chunks, size: size, count: count))
    }.get()
  }
}

private final class Generator: BodySource {
  private var left: Int
  private let chunk: ByteBuffer
  private let count: ChunkCount

  init(chunks: Int, size: Int, count: ChunkCount) {
    left = chunks
    chunk = ByteBuffer(repeating: 7, count: size)
    self.count = count
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    guard left > 0 else { return deliver(.end) }
    left -= 1
    count.pulled.withLockedValue { $0 += 1 }
    deliver(.chunk(chunk))
  }

  func cancel() {
    left = 0
    count.cancelled.withLockedValue { $0 = true }
  }
}

private final class PausingBody: BodySource {
  private let pause: TimeAmount
  private let eventLoop: any EventLoop
  private var asked = 0

  init(_ pause: TimeAmount, _ eventLoop: any EventLoop) {
    (self.pause, self.eventLoop) = (pause, eventLoop)
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    asked += 1
    switch asked {
    case 1: deliver(.chunk(ByteBuffer(string: "a")))
    case 2: eventLoop.assumeIsolated().scheduleTask(in: pause) { deliver(.chunk(ByteBuffer(string: "b"))) }
    default: deliver(.end)
    }
  }

  func cancel() {}
}

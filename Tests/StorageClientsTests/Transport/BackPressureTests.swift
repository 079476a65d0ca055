import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import StorageClients
import Testing

@Suite(.timeLimit(.minutes(2))) struct BackPressureTests {
  /// What the kernel holds for two sockets on loopback, and the buffers of both ends.
  static let bound: Int64 = 24 << 20

  @Test("a server cannot send much more than what is pulled")
  func download() async throws {
    let size: Int64 = 256 << 20
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head), .flood(size)] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      #expect(try await server.stalledAt.get() < Self.bound)
      #expect(try await answer.body.drain() == size)
    }
  }

  @Test("a body is not pulled while the server does not read")
  func upload() async throws {
    try await ScriptedServer.run(.neverReadsBody, script: { _ in [] }) { server in
      let count = ChunkCount()
      let body = try await Sending.generated(4000, of: 65_536, count: count, on: Sending.group.any())
      let request = Sending.request(server, .put, body: body, idle: .milliseconds(300))
      let outcome = try await Sending.failure(of: request)
      #expect(outcome == .timedOut)
      #expect(Int64(count.pulled.withLockedValue { $0 }) * 65_536 < Self.bound)
      await count.untilCancelled()
    }
  }

  @Test("a body that is given up closes its connection")
  func cancelledBody() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head), .flood(1_000_000_000)] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      answer.body.cancel()
      while server.log.withLockedValue({ $0.closed }) == 0 { await Task.yield() }
      await #expect(throws: StorageError.self) { try await answer.body.drain() }
    }
  }

  @Test("a body that nobody holds any more closes its connection")
  func droppedBody() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head)] }) { server in
      do {
        let answer = try await Sending.client().send(Sending.request(server), on: nil)
        #expect(answer.status == 200)
      }
      while server.log.withLockedValue({ $0.closed }) == 0 { await Task.yield() }
    }
  }

  @Test("a cancelled task closes the connection of its request")
  func cancelledTask() async throws {
    try await ScriptedServer.run(script: { _ in [] }) { server in
      let client = try Sending.client()
      let task = Task { try await Sending.failure(of: Sending.request(server), with: client) }
      while server.log.withLockedValue({ $0.requests.isEmpty }) { await Task.yield() }
      task.cancel()
      #expect(try await task.value == .cancelled)
      while server.log.withLockedValue({ $0.closed }) == 0 { await Task.yield() }
    }
  }

  @Test("many small chunks do not pile up on the stack")
  func smallChunks() async throws {
    let chunks = String(repeating: "1\r\nx\r\n", count: 200_000)
    let script = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      #expect(try await answer.body.drain() == 200_000)
    }
  }

  @Test("a body under a limit keeps to it on its way from socket to socket")
  func slowLimit() async throws {
    let size: Int64 = 1 << 20
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
    let limiter = RateLimiter(try Timetable(bandwidth: "512KiB/s"), in: .utc, clock: Sending.clock)
    try await ScriptedServer.run(script: { request in
      request.head.hasPrefix("GET") ? [.send(head), .flood(size)] : [.send(Sending.ok)]
    }) { server in
      let client = try Sending.client()
      let startedAt = ContinuousClock.now
      let answer = try await client.send(Sending.request(server), on: nil)
      let paced = await answer.body.paced(by: limiter)
      let put = try await client.send(Sending.request(server, .put, body: paced), on: nil)
      _ = try await put.body.drain()
      #expect(ContinuousClock.now - startedAt > .milliseconds(1900))
      #expect(server.log.withLockedValue { $0.requests.map(\.bodyBytes) } == [0, Int(size)])
    }
  }

  @Test("a download becomes an upload on one event loop")
  func pipe() async throws {
    let size: Int64 = 32 << 20
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n"
    try await ScriptedServer.run(script: { request in
      request.head.hasPrefix("GET") ? [.send(head), .flood(size)] : [.send(Sending.ok)]
    }) { server in
      let client = try Sending.client()
      let answer = try await client.send(Sending.request(server), on: nil)
      let put = try await client.send(Sending.request(server, .put, body: answer.body), on: nil)
      #expect(put.status == 200)
      _ = try await put.body.drain()
      #expect(server.log.withLockedValue { $0.requests.map(\.bodyBytes) } == [0, Int(size)])
    }
  }
}

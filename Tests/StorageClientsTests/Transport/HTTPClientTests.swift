import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import StorageClients
import Testing

@Suite(.timeLimit(.minutes(10))) struct HTTPClientTests {
  @Test("an answer's status, fields and body arrive as they were sent")
  func answer() async throws {
    let script = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Note:  a b \r\n\r\nhello"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      #expect(answer.status == 200)
      #expect(answer.fields["x-note"] == "a b")
      #expect(answer.body.length == 5)
      #expect(String(buffer: try await answer.body.collect(upTo: 100)) == "hello")
    }
  }

  @Test(
    "the target is sent byte for byte", arguments: ["/a//b/../c", "/./%2E%2E/%61?x=&y", "/b/a%20b+c?q=%2F"])
  func target(_ target: String) async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      _ = try await Sending.text(Sending.request(server, .get, target), with: Sending.client())
      let head = server.log.withLockedValue { $0.requests[0].head }
      #expect(head.hasPrefix("GET \(target) HTTP/1.1\r\n"))
      #expect(head.contains("\r\nHost: 127.0.0.1:\(server.port)\r\n"))
    }
  }

  @Test("a body that was cancelled is never taken for a whole one, although all of it had come")
  func cancelledBody() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let client = try Sending.client()
      let answer = try await client.send(Sending.request(server), on: nil)
      answer.body.cancel()
      let error = await Clients.error { _ = try await answer.body.collect(upTo: 100) }
      #expect(error?.code == .cancelled)
    }
  }

  @Test("a connection is used again")
  func reuse() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let client = try Sending.client()
      let eventLoop = Sending.group.any()
      for _ in 1...5 {
        let answer = try await client.send(Sending.request(server), on: eventLoop)
        _ = try await answer.body.drain()
      }
      #expect(server.log.withLockedValue { $0.connections } == 1)
    }
  }

  @Test("a GET goes out once more when the server closed the resting connection")
  func staleConnection() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      // The second request on a connection gets no answer.
      request.ordinal == 2 ? [.reset] : [.send(Sending.ok)]
    }
    try await ScriptedServer.run(script: script) { server in
      let client = try Sending.client()
      let eventLoop = Sending.group.any()
      for _ in 1...2 {
        let answer = try await client.send(Sending.request(server), on: eventLoop)
        #expect(try await answer.body.drain() == 2)
      }
      #expect(server.log.withLockedValue { $0.requests.map(\.connection) } == [1, 1, 2])
    }
  }

  @Test("a request that may have had an effect is not repeated by itself", arguments: [true, false])
  func noRepeat(hasBody: Bool) async throws {
    try await ScriptedServer.run(script: { $0.ordinal == 2 ? [.close] : [.send(Sending.ok)] }) { server in
      let client = try Sending.client()
      let eventLoop = Sending.group.any()
      let first = try await client.send(Sending.request(server), on: eventLoop)
      _ = try await first.body.drain()
      let body = hasBody ? await ObjectBody.bytes(ByteBuffer(string: "x"), on: eventLoop) : nil
      let request = Sending.request(server, hasBody ? .put : .post, body: body)
      await #expect(throws: StorageError.self) { _ = try await client.send(request, on: eventLoop) }
      #expect(server.log.withLockedValue { $0.requests.count } == 2)
    }
  }

  @Test("a connection that the server closed while it rested is not used")
  func closedWhileResting() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok), .close] }) { server in
      let client = try Sending.client()
      let eventLoop = Sending.group.any()
      for _ in 1...3 {
        // Without a body: one that the server had not read would make its end a reset.
        let answer = try await client.send(Sending.request(server, .post, body: nil), on: eventLoop)
        #expect(try await answer.body.drain() == 2)
        while server.log.withLockedValue({ $0.closed < $0.connections }) { await Task.yield() }
        // Some turns of the loop, which may be busy, and the client has seen the close, too.
        for _ in 1...20 { try await eventLoop.scheduleTask(in: .milliseconds(10)) {}.futureResult.get() }
      }
    }
  }

  @Test("a body goes out whole, and both sides count the same")
  func upload() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let body = try await Sending.generated(40, of: 100_000, on: Sending.group.any())
      _ = try await Sending.text(Sending.request(server, .put, body: body), with: Sending.client())
      let request = server.log.withLockedValue { $0.requests[0] }
      #expect(request.bodyBytes == 4_000_000)
      #expect(request.head.contains("\r\nContent-Length: 4000000\r\n"))
    }
  }

  @Test(
    "a body that is shorter or longer than it announced is not completed", arguments: [99, 100, 150, 201])
  func uploadLength(announced: Int64) async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let count = ChunkCount()
      let body = try await Sending.generated(
        2, of: 100, announcing: announced, count: count, on: Sending.group.any())
      let code = try await Sending.failure(of: Sending.request(server, .put, body: body))
      #expect(code == .lengthDiffers)
      #expect(server.log.withLockedValue { $0.requests.isEmpty })
    }
  }

  @Test("an answer before the body was sent is delivered and stops the body")
  func earlyAnswer() async throws {
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno!\n"
    try await ScriptedServer.run(.neverReadsBody, script: { _ in [.send(refusal)] }) { server in
      let count = ChunkCount()
      let body = try await Sending.generated(4000, of: 65_536, count: count, on: Sending.group.any())
      let answer = try await Sending.client().send(Sending.request(server, .put, body: body), on: nil)
      #expect(answer.status == 403)
      #expect(String(buffer: try await answer.body.collect(upTo: 100)) == "no!\n")
      await count.untilCancelled()
      #expect(count.pulled.withLockedValue { $0 } < 4000)
    }
  }

  @Test("a success before the body was sent is not believed")
  func earlySuccess() async throws {
    try await ScriptedServer.run(.neverReadsBody, script: { _ in [.send(Sending.ok)] }) { server in
      let count = ChunkCount()
      let body = try await Sending.generated(4000, of: 65_536, count: count, on: Sending.group.any())
      let outcome = try await Sending.failure(of: Sending.request(server, .put, body: body))
      #expect(outcome == .malformedAnswer)
      await count.untilCancelled()
    }
  }

  @Test("redirects are answers like others", arguments: [301, 302, 307, 308])
  func noRedirect(status: Int) async throws {
    let script =
      "HTTP/1.1 \(status) Moved\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      #expect(answer.status == status)
      #expect(try await answer.body.drain() == 0)
      #expect(server.log.withLockedValue { $0.requests.count } == 1)
    }
  }

  @Test("encoded bodies are not decoded")
  func noDecoding() async throws {
    let script = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let outcome = try await Sending.text(Sending.request(server), with: Sending.client())
      #expect(outcome == "abc")
    }
  }

  @Test("requests beyond the limit of connections wait for one")
  func connectionLimit() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let client = try Sending.client(TransportLimits(connectionsPerOrigin: 2))
      let eventLoop = Sending.group.any()
      try await withThrowingTaskGroup(of: Int64.self) { tasks in
        for _ in 1...20 {
          tasks.addTask {
            let answer = try await client.send(Sending.request(server), on: eventLoop)
            return try await answer.body.drain()
          }
        }
        for try await count in tasks { #expect(count == 2) }
      }
      #expect(server.log.withLockedValue { $0.connections } <= 2)
    }
  }

  @Test("an origin where nobody listens is unreachable")
  func unreachable() async throws {
    // A port of a server that is gone may be another test's by now; the first one is nobody's.
    let origin = HTTPOrigin(scheme: .http, host: "127.0.0.1", port: 1)
    let code = try await Sending.failure(
      of: HTTPRequest(.get, origin, target: "/", deadlines: Sending.patience))
    #expect(code == .unreachable)
  }

  @Test(
    "nothing from outside adds lines to the head",
    arguments: [("x-a", "1\r\nEvil: 1"), ("x-a\r\nEvil", "1"), ("x-a", "\u{0}"), ("Content-Length", "7")])
  func headerInjection(name: String, value: String) async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      var request = Sending.request(server)
      request.fields.add(name, value)
      let outcome = try await Sending.failure(of: request)
      #expect(outcome == .invalidRequest)
      #expect(server.log.withLockedValue { $0.requests.isEmpty })
    }
  }
}

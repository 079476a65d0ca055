import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import StorageClients
import Testing

@Suite(.timeLimit(.minutes(10))) struct HostileServerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var actions: [ScriptedServer.Action]
    var code: StorageError.Code?
    var testDescription: String { name }

    init(_ name: String, _ code: StorageError.Code?, _ actions: ScriptedServer.Action...) {
      self.name = name
      self.actions = actions
      self.code = code
    }
  }

  static let cases = [
    Case("cut body", .connectionLost, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), .close),
    Case(
      "reset in the body", .connectionLost, .send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhi"), .reset),
    Case("closed without an answer", .connectionLost, .close),
    Case("cut head", .connectionLost, .send("HTTP/1.1 200 OK\r\nContent-Le"), .close),
    Case(
      "longer than announced", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello, and more")),
    Case(
      "two equal lengths", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")),
    Case(
      "two unequal lengths", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!")),
    Case(
      "a list of lengths", .malformedAnswer, .send("HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok")),
    Case("a negative length", .malformedAnswer, .send("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok")),
    Case(
      "an endless length", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok")),
    Case(
      "length and coding", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")),
    Case(
      "an unknown coding", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")),
    Case(
      "chunked", nil,
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nyes\r\n0\r\n\r\n")),
    Case(
      "chunked and cut", .connectionLost,
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), .close),
    Case(
      "chunked without its end", .connectionLost,
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), .close),
    Case(
      "chunked with bad sizes", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n")),
    Case("no HTTP", .malformedAnswer, .send("220 ready for FTP\r\n")),
    Case(
      "101 fields", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\n" + fields(101) + "Content-Length: 2\r\n\r\nok")),
    Case("99 fields", nil, .send("HTTP/1.1 200 OK\r\n" + fields(99) + "Content-Length: 2\r\n\r\nok")),
    Case("an endless head", .malformedAnswer, .send("HTTP/1.1 200 OK\r\n"), .flood(1 << 30)),
    Case(
      "a large field", .malformedAnswer,
      .send("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))\r\nContent-Length: 0\r\n\r\n")),
    Case(
      "an endless trailer", .malformedAnswer,
      .send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: "
          + String(repeating: "x", count: 200_000))),
    Case(
      "interim answers before the final one", nil,
      .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: 1\r\n\r\n" + Sending.ok)),
    Case(
      "interim answers without end", .malformedAnswer,
      .send(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 5000))),
    Case(
      "switching protocols", .malformedAnswer,
      .send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrubbish")),
  ]

  static func fields(_ count: Int) -> String {
    (1...count).map { "X-\($0): \($0)\r\n" }.joined()
  }

  @Test("what a server may do to a client", arguments: cases)
  func hostile(_ one: Case) async throws {
    try await ScriptedServer.run(script: { _ in one.actions }) { server in
      let code = try await Sending.failure(of: Sending.request(server))
      #expect(code == one.code)
    }
  }

  @Test("a body without a length is marked as ending with its connection")
  func closeDelimited() async throws {
    try await ScriptedServer.run(script: { _ in [.send("HTTP/1.1 200 OK\r\n\r\nhello"), .close] }) { server in
      let answer = try await Sending.client().send(Sending.request(server), on: nil)
      #expect(answer.isCloseDelimited)
      #expect(answer.body.length == nil)
      #expect(try await answer.body.drain() == 5)
    }
  }

  @Test(
    "answers without a body end at their head",
    arguments: [(HTTPRequest.Method.head, 200), (.get, 204), (.get, 304)])
  func bodiless(method: HTTPRequest.Method, status: Int) async throws {
    let script = "HTTP/1.1 \(status) X\r\nContent-Length: 1000\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let client = try Sending.client()
      let eventLoop = Sending.group.any()
      for _ in 1...2 {
        let answer = try await client.send(Sending.request(server, method), on: eventLoop)
        #expect(answer.fields["Content-Length"] == "1000")
        #expect(try await answer.body.drain() == 0)
      }
      #expect(server.log.withLockedValue { $0.connections } == 1)
    }
  }

  @Test(
    "a stall ends in a timeout, before the head and inside the body",
    arguments: [
      "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
    ])
  func stall(sent: String) async throws {
    try await ScriptedServer.run(script: { _ in [.send(sent)] }) { server in
      let request = Sending.request(server, idle: .milliseconds(200))
      let outcome = try await Sending.failure(of: request)
      #expect(outcome == .timedOut)
    }
  }

  @Test("a peer that stalls is given up after its time also where the connection took longer than that")
  func stallAfterWaiting() async throws {
    try await ScriptedServer.run(script: { _ in [] }) { server in
      let client = try Sending.client(TransportLimits(connectionsPerOrigin: 1))
      let eventLoop = Sending.group.any()
      let first = Task {
        try await client.send(Sending.request(server, idle: .seconds(1)), on: eventLoop).body.drain()
      }
      while server.log.withLockedValue({ $0.requests.isEmpty }) { await Task.yield() }
      // It waits for the one place that there is, and its deadline is looked at in the meantime.
      let request = Sending.request(server, .post, idle: .milliseconds(200), total: .seconds(20))
      let error = await #expect(throws: StorageError.self) {
        _ = try await client.send(request, on: eventLoop)
      }
      #expect(error?.code == .timedOut && error?.message.contains("no sign of life") == true)
      _ = await first.result
      // What was sent is read also after its sender has gone.
      while server.log.withLockedValue({ $0.requests.count }) < 2 { await Task.yield() }
      #expect(server.log.withLockedValue { $0.requests.map(\.connection) } == [1, 2])
    }
  }

  @Test("a receiver that takes its time is not a stall of the peer")
  func slowReceiver() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let eventLoop = Sending.group.any()
      let request = Sending.request(server, idle: .seconds(12), total: .seconds(12))
      let answer = try await Sending.client().send(request, on: eventLoop)
      try await eventLoop.scheduleTask(in: .seconds(13)) {}.futureResult.get()
      #expect(try await answer.body.drain() == 2)
    }
  }

  @Test("a body that takes its time is not a stall of the peer")
  func slowBody() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let body = try await Sending.pausing(for: .seconds(13), on: Sending.group.any())
      let request = Sending.request(server, .put, body: body, idle: .seconds(12), total: .seconds(12))
      let outcome = try await Sending.failure(of: request)
      #expect(outcome == nil)
    }
  }

  @Test("the total deadline counts the body, too")
  func totalDeadline() async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head)] }) { server in
      let request = Sending.request(server, total: .milliseconds(300))
      let outcome = try await Sending.failure(of: request)
      #expect(outcome == .timedOut)
    }
  }
}

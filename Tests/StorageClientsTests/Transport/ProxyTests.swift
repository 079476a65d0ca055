import NIOConcurrencyHelpers
import NIOPosix
import NIOSSL
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

/// Requests through a proxy on loopback, to a host that is nowhere else.
@Suite(.timeLimit(.minutes(10))) struct ProxyTests {
  static let user = "user:markersecret"

  static func client(_ port: Int, rootsFile: String? = "example-root.pem") throws -> HTTPClient {
    let address = "http://\(user)@127.0.0.1:\(port)"
    return HTTPClient(
      group: Sending.group,
      security: try TransportSecurity(additionalRootsFile: rootsFile.map(TransportSecurityTests.path)),
      proxies: try ProxyRules(environment: ["HTTPS_PROXY": address, "HTTP_PROXY": address]))
  }

  static func request(_ url: String, _ target: String = "/a?b") throws -> HTTPRequest {
    HTTPRequest(
      .get, try HTTPOrigin(endpoint: url, allowingPlainHTTP: true), target: target,
      deadlines: Sending.patience)
  }

  static func tls() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(TransportSecurityTests.path("store-example.pem"))
    let key = try NIOSSLPrivateKey(file: TransportSecurityTests.path("store-example.key"), format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
  }

  /// The error of a request to a TLS server through a proxy that answers so.
  static func failure(
    _ answer: String = "HTTP/1.1 200 OK\r\n\r\n", rootsFile: String? = "example-root.pem",
    to url: String = "https://store.example"
  ) async throws -> StorageError? {
    try await ScriptedServer.run(tls: tls(), script: { _ in [.send(Sending.ok)] }) { server in
      let proxy = try await LoopbackProxy.start(to: server.port, answer: answer)
      let client = try client(proxy.port, rootsFile: rootsFile)
      let request = try request(url)
      var failure: StorageError?
      do throws(StorageError) {
        _ = try await Sending.text(request, with: client)
      } catch {
        failure = error
      }
      try await proxy.stop()
      #expect(failure.map { "\($0)".contains("marker") } != true)
      #expect(server.log.withLockedValue { $0.requests.count } == (failure == nil ? 1 : 0))
      return failure
    }
  }

  @Test("https goes through a tunnel: the proxy sees the host and the user, the origin neither")
  func tunnel() async throws {
    try await ScriptedServer.run(tls: Self.tls(), script: { _ in [.send(Sending.ok)] }) { server in
      let proxy = try await LoopbackProxy.start(to: server.port)
      let client = try Self.client(proxy.port)
      let eventLoop = Sending.group.any()
      for _ in 1...3 {
        let answer = try await client.send(try Self.request("https://store.example"), on: eventLoop)
        #expect(try await answer.body.drain() == 2)
      }
      // One tunnel carries the requests that follow each other.
      #expect(
        proxy.heads == [
          "CONNECT store.example:443 HTTP/1.1\r\nHost: store.example:443\r\nProxy-Authorization: Basic dXNlcjptYXJrZXJzZWNyZXQ=\r\n\r\n"
        ])
      let heads = server.log.withLockedValue { $0.requests.map(\.head) }
      #expect(heads.count == 3)
      #expect(heads.allSatisfy { $0.hasPrefix("GET /a?b HTTP/1.1\r\n") && !$0.contains("Proxy-") })
      try await proxy.stop()
    }
  }

  @Test("the certificate is verified against the origin's name, and its root must be known")
  func verification() async throws {
    #expect(try await Self.failure() == nil)
    #expect(try await Self.failure(to: "https://other.example")?.code == .untrusted)
    #expect(try await Self.failure(rootsFile: nil)?.code == .untrusted)
  }

  @Test(
    "a proxy that makes no tunnel is named in the error",
    arguments: [
      (
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", StorageError.Code.untrusted
      ),
      ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", .unreachable),
      ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .unreachable), ("SSH-2.0-x\r\n\r\n", .malformedAnswer),
      ("HTTP/1.1 200 OK\r\n\r\nhello", .malformedAnswer),
      ("HTTP/1.1 407 " + String(repeating: "x", count: 20_000), .malformedAnswer),
    ])
  func refusals(answer: String, code: StorageError.Code) async throws {
    let error = try await Self.failure(answer)
    #expect(error?.code == code)
    #expect(error?.message.contains("the proxy http://127.0.0.1:") == true)
  }

  @Test("a proxy that nobody serves is named in the error")
  func nobody() async throws {
    // A port of a proxy that is gone may be another test's by now; the first one is nobody's.
    let error = await Clients.error {
      _ = try await Sending.text(try Self.request("https://store.example"), with: try Self.client(1))
    }
    #expect(error?.code == .unreachable)
    #expect(error?.message.contains("cannot connect to the proxy http://127.0.0.1:1") == true)
  }

  @Test("plain http goes to the proxy with its whole address")
  func absoluteForm() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let client = try Self.client(server.port)
      let text = try await Sending.text(try Self.request("http://store.example:9000"), with: client)
      #expect(text == "ok")
      let head = server.log.withLockedValue { $0.requests[0].head }
      #expect(head.hasPrefix("GET http://store.example:9000/a?b HTTP/1.1\r\nHost: store.example:9000\r\n"))
      #expect(head.contains("\r\nProxy-Authorization: Basic dXNlcjptYXJrZXJzZWNyZXQ=\r\n"))
    }
  }

  @Test("a proxy that does not know the user ends the run and fails no object")
  func unknownUser() async throws {
    let script = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(script)] }) { server in
      let client = try Self.client(server.port)
      let error = await Clients.error {
        _ = try await Sending.text(try Self.request("http://store.example"), with: client)
      }
      #expect(error?.disposition == .abort)
    }
  }

  @Test("this machine is reached directly whatever the variables say")
  func loopback() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Sending.ok)] }) { server in
      let client = try Self.client(1)
      #expect(try await Sending.text(Sending.request(server), with: client) == "ok")
    }
  }
}

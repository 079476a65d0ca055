import Foundation
import NIOConcurrencyHelpers
import NIOSSL
import ObjectStorage
import StorageClients
import Testing

@Suite(.timeLimit(.minutes(10))) struct TransportSecurityTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures/tls")

  static func path(_ name: String) -> String { folder.appending(path: name).path(percentEncoded: false) }

  static func server() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(path("localhost.pem")).map {
      NIOSSLCertificateSource.certificate($0)
    }
    let key = try NIOSSLPrivateKey(file: path("localhost.key"), format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
  }

  static func outcome(rootsFile: String?, host: String) async throws -> StorageError.Code? {
    try await ScriptedServer.run(tls: server(), script: { _ in [.send(Sending.ok)] }) { server in
      let security = try TransportSecurity(additionalRootsFile: rootsFile.map(path))
      let client = HTTPClient(group: Sending.group, security: security)
      let origin = HTTPOrigin(scheme: .https, host: host, port: server.port)
      let code = try await Sending.failure(
        of: HTTPRequest(.get, origin, target: "/", deadlines: Sending.patience), with: client)
      #expect(server.log.withLockedValue { $0.requests.count } == (code == nil ? 1 : 0))
      return code
    }
  }

  @Test("a certificate by an unknown root is refused before anything is sent")
  func unknownRoot() async throws {
    #expect(try await Self.outcome(rootsFile: nil, host: "localhost") == .untrusted)
  }

  @Test("a root from a file is trusted")
  func rootsFile() async throws {
    #expect(try await Self.outcome(rootsFile: "root.pem", host: "localhost") == nil)
  }

  @Test("a certificate for another host is refused")
  func wrongHost() async throws {
    #expect(try await Self.outcome(rootsFile: "root.pem", host: "127.0.0.1") == .untrusted)
  }

  @Test("a handshake that never ends is given up, and its connection with it")
  func silentHandshake() async throws {
    try await ScriptedServer.run(script: { _ in [] }) { server in
      let client = try Sending.client()
      let request = HTTPRequest(
        .get, HTTPOrigin(scheme: .https, host: "localhost", port: server.port), target: "/",
        deadlines: Deadlines(connect: .milliseconds(500)))
      let outcome = try await Sending.failure(of: request, with: client)
      #expect(outcome == .timedOut || outcome == .unreachable)
      while server.log.withLockedValue({ $0.closed }) == 0 { await Task.yield() }
    }
  }

  @Test("a file that holds no certificates is a clear error")
  func badFile() throws {
    let error = #expect(throws: StorageError.self) {
      try TransportSecurity(additionalRootsFile: Self.path("missing.pem"))
    }
    #expect(error?.message.contains("missing.pem") == true)
  }
}

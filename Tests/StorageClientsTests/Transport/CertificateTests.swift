import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

/// Certificates that openssl makes here, each wrong in its own way.
@Suite(.timeLimit(.minutes(10))) struct CertificateTests {
  /// A root, a certificate by it, and how the certificate is wrong.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var days: (begin: String, end: String)
    var subject = "localhost"
    var isByRoot = true
    var trusts = true
    var code: StorageError.Code?
    var says: [String] = []
    var never = "--"
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "good", days: ("20200101000000Z", "21200101000000Z")),
    Case(
      name: "ended", days: ("20200101000000Z", "20210203040506Z"), code: .untrusted,
      says: ["its certificate ended at 2021-02-03T04:05:06.000Z", "renewed"], never: "--ca-file"),
    Case(
      name: "not begun", days: ("21000101000000Z", "21200101000000Z"), code: .untrusted,
      says: ["begins at 2100-01-01T00:00:00.000Z only", "clock"], never: "--ca-file"),
    Case(
      name: "wrong host", days: ("20200101000000Z", "21200101000000Z"), subject: "store.example",
      code: .untrusted,
      says: ["its certificate is not for this host", "store.example", "correct the endpoint"],
      never: "--ca-file"),
    Case(
      name: "self-signed", days: ("20200101000000Z", "21200101000000Z"), isByRoot: false, trusts: false,
      code: .untrusted, says: ["signed by itself", "give it with --ca-file"]),
    Case(
      name: "self-signed and trusted", days: ("20200101000000Z", "21200101000000Z"), isByRoot: false),
    Case(
      name: "unknown authority", days: ("20200101000000Z", "21200101000000Z"), trusts: false,
      code: .untrusted, says: ["an authority that this machine does not trust", "--ca-file"]),
  ]

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func openssl(_ arguments: [String]) async throws {
    let run = try await Subprocess("/usr/bin/openssl", arguments, environment: [:], in: folder).run()
    try #require(run.status == 0, "\(run.stderr)")
  }

  /// Makes `name.pem` and `name.key` by itself, or by `issuer`.
  private func make(_ name: String, _ one: Case, issuer: String?) async throws {
    let path = "\(folder.path)/\(name)"
    let subject = issuer == nil && name == "root" ? "a root" : one.subject
    try "subjectAltName=DNS:\(one.subject)\nbasicConstraints=CA:\(issuer == nil ? "TRUE" : "FALSE")\n".write(
      toFile: "\(path).ext", atomically: true, encoding: .utf8)
    try await openssl([
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
      "\(path).key",
      "-out", "\(path).csr", "-subj", "/CN=\(subject)",
    ])
    try "".write(toFile: "\(path).index", atomically: true, encoding: .utf8)
    let settings = """
      [ca]
      default_ca = here
      [here]
      database = \(path).index
      new_certs_dir = \(folder.path)
      default_md = sha256
      policy = any
      rand_serial = yes
      [any]
      commonName = supplied
      """
    try settings.write(toFile: "\(path).cnf", atomically: true, encoding: .utf8)
    let span =
      name == "root" ? ("20200101000000Z", "21200101000000Z") : (one.days.begin, one.days.end)
    let signer =
      issuer.map { ["-cert", "\(folder.path)/\($0).pem", "-keyfile", "\(folder.path)/\($0).key"] } ?? [
        "-selfsign", "-keyfile", "\(path).key",
      ]
    try await openssl(
      [
        "ca", "-batch", "-notext", "-config", "\(path).cnf", "-extfile", "\(path).ext", "-startdate", span.0,
        "-enddate", span.1, "-in", "\(path).csr", "-out", "\(path).pem",
      ] + signer)
  }

  @Test(
    "a certificate that is wrong is refused before a byte of the request leaves, and the cause is named",
    arguments: cases)
  func wrong(_ one: Case) async throws {
    if one.isByRoot { try await make("root", one, issuer: nil) }
    try await make("store", one, issuer: one.isByRoot ? "root" : nil)
    let path = "\(folder.path)/store"
    let chain = try NIOSSLCertificate.fromPEMFile("\(path).pem").map {
      NIOSSLCertificateSource.certificate($0)
    }
    let server = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain, privateKey: .privateKey(NIOSSLPrivateKey(file: "\(path).key", format: .pem)))
    )
    let roots = one.trusts ? "\(folder.path)/\(one.isByRoot ? "root" : "store").pem" : nil
    try await ScriptedServer.run(tls: server, script: { _ in [.send(Sending.ok)] }) { server in
      let client = HTTPClient(
        group: Sending.group, security: try TransportSecurity(additionalRootsFile: roots))
      let origin = HTTPOrigin(scheme: .https, host: "localhost", port: server.port)
      let error = await Self.error(
        HTTPRequest(.get, origin, target: "/", deadlines: Sending.patience), client)
      #expect(error?.code == one.code, "\(String(describing: error))")
      for text in one.says { #expect(error?.message.contains(text) == true, "\(error?.message ?? "")") }
      if let error { #expect(!error.message.contains(one.never) || one.never == "--") }
      #expect(server.log.withLockedValue { $0.requests.count } == (one.code == nil ? 1 : 0))
    }
  }

  static func error(_ request: HTTPRequest, _ client: HTTPClient) async -> StorageError? {
    do throws(StorageError) {
      _ = try await client.send(request, on: nil).body.drain()
      return nil
    } catch {
      return error
    }
  }

  @Test("a port that speaks plain http is named when it is asked by TLS")
  func plainPort() async throws {
    let listener = try await ServerBootstrap(group: Sending.group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(PlainPeer()) }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let origin = HTTPOrigin(scheme: .https, host: "localhost", port: listener.localAddress?.port ?? 0)
    let error = await Self.error(
      HTTPRequest(.get, origin, target: "/", deadlines: Sending.patience), try Sending.client())
    #expect(error?.code == .untrusted, "\(String(describing: error))")
    #expect(
      error?.message.contains("does not speak TLS") == true && error?.message.contains("http://") == true)
    try await listener.close()
  }

  @Test("a port that speaks TLS is named when it is asked in plain http")
  func securePort() async throws {
    let alert = "\u{15}\u{03}\u{01}\u{00}\u{02}\u{02}\u{46}"
    try await ScriptedServer.run(script: { _ in [.send(alert), .close] }) { server in
      let origin = HTTPOrigin(scheme: .http, host: "127.0.0.1", port: server.port)
      let error = await Self.error(
        HTTPRequest(.get, origin, target: "/", deadlines: Sending.patience), try Sending.client())
      #expect(error?.code == .malformedAnswer)
      #expect(error?.message.contains("speaks TLS") == true && error?.message.contains("https://") == true)
    }
  }

  @Test("bytes that are no certificate have no names, wherever they are cut or changed", arguments: 0..<200)
  func damaged(seed: Int) throws {
    let pem = try NIOSSLCertificate.fromPEMFile(TransportSecurityTests.path("localhost.pem"))
    var bytes = try #require(pem.first).toDERBytes()
    let names = try #require(CertificateNames(der: bytes))
    #expect(names.issuer != names.subject && !names.issuer.isEmpty)
    let place = seed * 7919 % bytes.count
    bytes[place] ^= UInt8(truncatingIfNeeded: seed &* 37 | 1)
    // Whatever is found, nothing is read beyond the end.
    _ = CertificateNames(der: bytes)
    _ = CertificateNames(der: Array(bytes.prefix(place)))
    #expect(CertificateNames(der: Array(bytes.prefix(seed % 4))) == nil)
  }
}

/// Answers whatever comes as a server of plain http does.
private final class PlainPeer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: refusal)), promise: nil)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

import Checksums
import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Small objects whole, over a server that answers as a test wants.
@Suite(.timeLimit(.minutes(10))) struct WholeCallTests {
  enum End: Equatable {
    case done(String)
    case failed(StorageError.Code)
    case unclear
    case nothingSent
  }

  private static func get(
    _ store: some WholeReader, size: Int = 5, on loop: any EventLoop = Sending.group.any()
  ) async -> End {
    await withCheckedContinuation { continuation in
      loop.execute {
        let call = store.getWhole(ObjectKey("k"), ifMatch: ETag("e"), size: size, on: loop) { result in
          switch result {
          case .done(let object): continuation.resume(returning: .done(String(buffer: object.bytes)))
          case .failed(let error): continuation.resume(returning: .failed(error.code))
          case .unclear: continuation.resume(returning: .unclear)
          }
        }
        if call == nil { continuation.resume(returning: .nothingSent) }
      }
    }
  }

  private static func put(
    _ store: some WholeWriter, _ options: WriteOptions = WriteOptions(ifAbsent: true)
  ) async -> End {
    let loop = Sending.group.any()
    return await withCheckedContinuation { continuation in
      loop.execute {
        let call = store.putWhole(ObjectKey("k"), ByteBuffer(string: "hello"), options, on: loop) { result in
          switch result {
          case .done(let receipt): continuation.resume(returning: .done(receipt.eTag?.text ?? ""))
          case .failed(let error): continuation.resume(returning: .failed(error.code))
          case .unclear: continuation.resume(returning: .unclear)
          }
        }
        if call == nil { continuation.resume(returning: .nothingSent) }
      }
    }
  }

  private static func document(_ code: String) -> String { "<Error><Code>\(code)</Code></Error>" }
  private static let hello = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nhello"

  @Test(
    "a GET ends as the answer says, or is left to an ordinary call",
    arguments: [
      ([ScriptedServer.Action.send(hello)], End.done("hello")),
      ([Clients.answer(404, document("NoSuchKey"))], .failed(.notFound)),
      ([Clients.answer(412, document("PreconditionFailed"))], .failed(.preconditionFailed)),
      ([Clients.answer(503, document("SlowDown"))], .failed(.throttled)),
      ([Clients.answer(500, document("InternalError"))], .failed(.serverFault)),
      ([Clients.answer(403, document("AccessDenied"))], .failed(.accessDenied)),
      ([Clients.answer(403, document("InvalidObjectState"))], .failed(.archived)),
      ([.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"), .close], .failed(.connectionLost)),
      ([.close], .failed(.connectionLost)), ([.reset], .failed(.connectionLost)),
      // What an ordinary call mends by itself, or can tell better.
      ([Clients.answer(400, document("ExpiredToken"))], .unclear),
      ([Clients.answer(403, document("InvalidAccessKeyId"))], .unclear),
      ([Clients.answer(403, document("RequestTimeTooSkewed"))], .unclear),
      ([Clients.answer(301, document("PermanentRedirect"))], .unclear),
      ([Clients.answer(404, document("NoSuchBucket"))], .unclear),
      ([Clients.answer(206, "hello")], .unclear), ([Clients.answer(200, "hell")], .unclear),
      ([.send("HTTP/1.1 200 OK\r\n\r\nhello"), .close], .unclear), ([.send("rubbish\r\n")], .unclear),
    ])
  func gets(_ actions: [ScriptedServer.Action], _ end: End) async throws {
    try await ScriptedServer.run(script: { _ in actions }) { server in
      let end1 = try await Self.get(Self.s3(server))
      #expect(end1 == end)
      let end2 = try await Self.get(Self.oss(server))
      #expect(end2 == end)
    }
  }

  /// Credentials are asked for by the first ordinary call; these are there from the start.
  private static func s3(_ server: ScriptedServer) async throws -> S3Client {
    let store = try Clients.s3(server)
    _ = try await store.caller.credentials.current()
    return store
  }

  private static func oss(
    _ server: ScriptedServer, _ limits: TransportLimits = TransportLimits()
  ) async throws -> OSSClient {
    let store = OSSClient(
      Clients.place(server), credentials: Clients.credentials, transport: try Sending.client(limits)
    ) { Clients.now }
    _ = try await store.caller.credentials.current()
    return store
  }

  @Test(
    "a PUT ends as the answer says, or is left to an ordinary call",
    arguments: [
      (
        [Clients.answer(200, "", ["ETag: \"5d41402abc4b2a76b9719d911017c592\""])],
        End.done("5d41402abc4b2a76b9719d911017c592")
      ),
      ([Clients.answer(503, document("SlowDown"))], .failed(.throttled)),
      ([Clients.answer(400, document("BadDigest"))], .failed(.digestRefused)),
      ([.close], .failed(.connectionLost)), ([Clients.answer(204)], .unclear),
      ([Clients.answer(403, document("InvalidAccessKeyId"))], .unclear),
    ])
  func puts(_ actions: [ScriptedServer.Action], _ end: End) async throws {
    try await ScriptedServer.run(script: { _ in actions }) { server in
      let end3 = try await Self.put(Self.s3(server))
      #expect(end3 == end)
      let end4 = try await Self.put(Self.oss(server))
      #expect(end4 == end)
    }
  }

  @Test("a key that exists is told, in either vendor's words")
  func exists() async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(412, Self.document("PreconditionFailed"))] })
    {
      let end5 = try await Self.put(Self.s3($0))
      #expect(end5 == .failed(.alreadyExists))
    }
    try await ScriptedServer.run(script: { _ in [Clients.answer(409, Self.document("FileAlreadyExists"))] }) {
      let end6 = try await Self.put(Self.oss($0))
      #expect(end6 == .failed(.alreadyExists))
    }
  }

  @Test("a success before the store had the whole body is none")
  func early() async throws {
    let loop = Sending.group.any()
    // More than the sockets of both sides hold.
    let bytes = ByteBuffer(repeating: 7, count: 32 << 20)
    try await ScriptedServer.run(.neverReadsBody, script: { _ in [Clients.answer(200)] }) { server in
      let store = try await Self.oss(server)
      let end = await withCheckedContinuation { (continuation: CheckedContinuation<End, Never>) in
        loop.execute {
          let call = store.putWhole(ObjectKey("k"), bytes, WriteOptions(), on: loop) { result in
            if case .unclear = result {
              continuation.resume(returning: .unclear)
            } else {
              continuation.resume(returning: .done(""))
            }
          }
          if call == nil { continuation.resume(returning: .nothingSent) }
        }
      }
      #expect(end == .unclear)
    }
  }

  @Test("connections are used again, and one that died at rest is no object's fault")
  func reused() async throws {
    try await ScriptedServer.run(script: { request in
      request.ordinal == 3 ? [.close] : [.send(Self.hello)]
    }) { server in
      let store = try await Self.oss(server)
      let loop = Sending.group.any()
      #expect(await Self.get(store, on: loop) == .done("hello"))
      #expect(await Self.get(store, on: loop) == .done("hello"))
      #expect(server.log.withLockedValue { $0.connections } == 1)
      // The server ends it without a byte.
      #expect(await Self.get(store, on: loop) == .unclear)
      #expect(await Self.get(store, on: loop) == .done("hello"))
      #expect(server.log.withLockedValue { $0.connections } == 2)
    }
  }

  @Test(
    "over TLS nothing is sent to who is not trusted",
    arguments: [("root.pem", "localhost", End.done("hello")), ("root.pem", "127.0.0.1", .unclear)])
  func secured(roots: String, host: String, end: End) async throws {
    try await ScriptedServer.run(
      tls: TransportSecurityTests.server(), script: { _ in [.send(Self.hello)] }
    ) { server in
      let transport = HTTPClient(
        group: Sending.group,
        security: try TransportSecurity(additionalRootsFile: TransportSecurityTests.path(roots)))
      let place = StorePlace(
        bucket: "bucket", endpoint: HTTPOrigin(scheme: .https, host: host, port: server.port), region: "r-1",
        addressing: .path)
      let store = S3Client(place, credentials: Clients.credentials, transport: transport) { Clients.now }
      _ = try await store.caller.credentials.current()
      let ends = [await Self.get(store), await Self.put(store)]
      #expect(ends[0] == end)
      #expect(ends[1] == (end == .unclear ? .unclear : .done("e")))
      #expect(server.log.withLockedValue { $0.requests.count } == (end == .unclear ? 0 : 2))
    }
  }

  @Test("a silent store is given up")
  func silent() async throws {
    var limits = TransportLimits()
    limits.longestSilence = .milliseconds(200)
    try await ScriptedServer.run(script: { _ in [] }) { server in
      let end7 = try await Self.get(Self.oss(server, limits))
      #expect(end7 == .failed(.timedOut))
    }
  }

  @Test("where a proxy stands between, nothing is sent whole")
  func proxied() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Self.hello)] }) { server in
      let rules = try ProxyRules(environment: ["HTTP_PROXY": "http://127.0.0.1:\(server.port)"])
      let transport = HTTPClient(group: Sending.group, security: try TransportSecurity(), proxies: rules)
      let place = StorePlace(
        bucket: "bucket", endpoint: HTTPOrigin(scheme: .http, host: "store.example", port: 80), region: "r-1",
        addressing: .path)
      let store = S3Client(place, credentials: Clients.credentials, transport: transport) { Clients.now }
      _ = try await store.caller.credentials.current()
      #expect(await Self.get(store) == .nothingSent)
    }
  }

  @Test("without credentials at hand nothing is sent")
  func ordinaryOnly() async throws {
    try await ScriptedServer.run(script: { _ in [.send(Self.hello)] }) { server in
      let fresh = try Clients.oss(server)
      #expect(await Self.get(fresh) == .nothingSent)
      #expect(server.log.withLockedValue { $0.requests.isEmpty })
    }
  }

  @Test("a call that is given up ends its connection and says nothing more")
  func cancelled() async throws {
    try await ScriptedServer.run(script: { _ in [] }) { server in
      let store = try await Self.oss(server)
      let loop = Sending.group.any()
      let wasTold = NIOLockedValueBox(false)
      try await loop.submit {
        let call = store.getWhole(ObjectKey("k"), ifMatch: nil, size: 5, on: loop) { _ in
          wasTold.withLockedValue { $0 = true }
        }
        #expect(call != nil)
        call?.cancel()
      }.get()
      try await loop.submit {}.get()
      #expect(!wasTold.withLockedValue { $0 })
    }
  }
}

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// What becomes of calls that a store refuses because their credentials ended.
@Suite(.timeLimit(.minutes(10))) struct RenewedCallTests {
  static func document(_ code: String) -> String { "<Error><Code>\(code)</Code><Message>m</Message></Error>" }

  static func provider(_ ids: [String]) -> ScriptedProvider {
    ScriptedProvider(ids.map { .success(IssuedCredentials(CredentialKeeperTests.keys($0))) })
  }

  static func s3(_ server: ScriptedServer, _ provider: ScriptedProvider) throws -> S3Client {
    S3Client(
      Clients.place(server), credentials: CredentialKeeper(provider, clock: SetClock().runClock()),
      transport: try Sending.client()
    ) { Clients.now }
  }

  static func oss(_ server: ScriptedServer, _ provider: ScriptedProvider) throws -> OSSClient {
    OSSClient(
      Clients.place(server), credentials: CredentialKeeper(provider, clock: SetClock().runClock()),
      transport: try Sending.client()
    ) { Clients.now }
  }

  @Test(
    "a call that is refused is signed anew with other credentials",
    arguments: [
      (400, "ExpiredToken", false), (403, "InvalidToken", false), (403, "SecurityTokenExpired", true),
      (403, "InvalidSecurityToken", true), (403, "InvalidAccessKeyId", true),
    ])
  func signedAnew(status: Int, code: String, isOSS: Bool) async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      request.head.contains("first")
        ? [Clients.answer(status, Self.document(code))]
        : [Clients.answer(200, "<VersioningConfiguration/>")]
    }
    try await ScriptedServer.run(script: script) { server in
      let provider = Self.provider(["first", "second"])
      let store: any ObjectReader = try isOSS ? Self.oss(server, provider) : Self.s3(server, provider)
      _ = try await store.versioning()
      let heads = server.log.withLockedValue { $0.requests.map(\.head) }
      #expect(heads.count == 2)
      #expect(heads[1].contains("second"))
      #expect(provider.count == 2)
    }
  }

  @Test("sixteen workers with an expired token ask the provider once, and every call of theirs ends well")
  func sixteen() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      request.head.contains("first")
        ? [Clients.answer(400, Self.document("ExpiredToken"))]
        : [Clients.answer(200, "<VersioningConfiguration/>")]
    }
    try await ScriptedServer.run(script: script) { server in
      let provider = Self.provider(["first", "second"])
      let store = try Self.s3(server, provider)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 1...16 { group.addTask { _ = try await store.versioning() } }
        try await group.waitForAll()
      }
      #expect(provider.count == 2)
    }
  }

  @Test("a body is not sent twice: its maker is told to try again, and then signs with the new credentials")
  func stream() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      request.head.contains("first")
        ? [Clients.answer(400, Self.document("ExpiredToken"))]
        : [Clients.answer(200, "", ["ETag: \"x\""])]
    }
    try await ScriptedServer.run(script: script) { server in
      let store = try Self.s3(server, Self.provider(["first", "second"]))
      func put() async throws {
        let body = await ObjectBody.bytes(ByteBuffer(string: "hello"), on: Sending.group.next())
        _ = try await store.put(ObjectKey("k"), body, WriteOptions())
      }
      let error = await Clients.error { try await put() }
      #expect(error?.code == .credentialsRenewed)
      #expect(error?.disposition == .retry)
      try await put()
    }
  }

  @Test("a HEAD that is refused without a word is asked about with a listing")
  func head() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      if request.head.contains("second") { return [Clients.answer(200, "", ["ETag: \"x\""])] }
      return request.head.hasPrefix("HEAD")
        ? [.send("HTTP/1.1 400 Bad Request\r\n\r\n")] : [Clients.answer(400, Self.document("ExpiredToken"))]
    }
    try await ScriptedServer.run(script: script) { server in
      let store = try Self.s3(server, Self.provider(["first", "second"]))
      _ = try await store.head(ObjectKey("k"), part: nil)
      let methods = server.log.withLockedValue { $0.requests.map { $0.head.prefix(4) } }
      #expect(methods == ["HEAD", "GET ", "HEAD"])
    }
  }

  @Test(
    "a HEAD that is refused without a word ends the run where the keys themselves are at fault, also lasting ones",
    arguments: [
      (400, "ExpiredToken", StorageError.Code.credentialsExpired),
      (403, "InvalidAccessKeyId", .credentialsRejected),
    ])
  func headWithLastingKeys(status: Int, code: String, meaning: StorageError.Code) async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      request.head.hasPrefix("HEAD")
        ? [.send("HTTP/1.1 \(status) Refused\r\n\r\n")] : [Clients.answer(status, Self.document(code))]
    }
    try await ScriptedServer.run(script: script) { server in
      let keys = Credentials(accessKeyID: "a", secretAccessKey: "b")
      let store = S3Client(Clients.place(server), credentials: keys, transport: try Sending.client()) {
        Clients.now
      }
      let error = await Clients.error { _ = try await store.head(ObjectKey("k"), part: nil) }
      #expect(error?.code == meaning)
      #expect(error?.disposition == .abort)
    }
  }

  @Test("a HEAD that is refused for the object's sake stays the object's error")
  func headOfObject() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { request in
      request.head.hasPrefix("HEAD")
        ? [.send("HTTP/1.1 400 Bad Request\r\n\r\n")] : [Clients.answer(200, "<ListBucketResult/>")]
    }
    try await ScriptedServer.run(script: script) { server in
      let provider = Self.provider(["first", "second"])
      let store = try Self.s3(server, provider)
      let error = await Clients.error { _ = try await store.head(ObjectKey("k"), part: nil) }
      #expect(error?.code == .invalidRequest)
      #expect(provider.count == 1)
    }
  }

  @Test("new credentials that are refused too end the run instead of being renewed for ever")
  func refusedAgain() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { _ in
      [Clients.answer(400, Self.document("ExpiredToken"))]
    }
    try await ScriptedServer.run(script: script) { server in
      let store = try Self.s3(server, Self.provider(["first", "second", "third", "fourth"]))
      let error = await Clients.error { _ = try await store.versioning() }
      #expect(error?.code == .credentialsExpired)
      #expect(error?.disposition == .abort)
      #expect(server.log.withLockedValue { $0.requests.count } == 2)
    }
  }

  @Test("a wrong secret is no reason to ask for other credentials")
  func wrongSecret() async throws {
    let script: @Sendable (ScriptedServer.Request) -> [ScriptedServer.Action] = { _ in
      [Clients.answer(403, Self.document("SignatureDoesNotMatch"))]
    }
    try await ScriptedServer.run(script: script) { server in
      let keys = Credentials(accessKeyID: "id", secretAccessKey: "s")
      let provider = ScriptedProvider([.success(IssuedCredentials(keys))])
      let store = try Self.s3(server, provider)
      let error = await Clients.error { _ = try await store.versioning() }
      #expect(error?.code == .credentialsRejected)
      #expect(provider.count == 1)
    }
  }
}

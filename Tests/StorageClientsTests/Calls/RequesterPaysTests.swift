import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct RequesterPaysTests {
  private static let key = ObjectKey("k")

  /// Every call there is; what a store answers to it does not matter here.
  private static let calls:
    [(name: String, call: @Sendable (any ObjectWriter & ObjectRestorer) async throws -> Void)] =
      [
        ("list", { _ = try await $0.list(prefix: key, from: nil) }),
        ("folders", { _ = try await $0.list(ListScope(key, isDelimited: true), from: nil) }),
        ("versions", { _ = try await $0.listVersions(prefix: key, from: nil) }),
        ("versioning", { _ = try await $0.versioning() }),
        ("head", { _ = try await $0.head(key, part: nil) }),
        (
          "get", { _ = try await $0.get(key, range: nil, ifMatch: nil, on: Sending.group.any()).body.drain() }
        ),
        (
          "range",
          {
            let range = ByteRange(offset: 0, length: 1)
            _ = try await $0.get(key, range: range, ifMatch: ETag("e"), on: Sending.group.any()).body.drain()
          }
        ), ("tags", { _ = try await $0.tags(key) }), ("restore", { try await $0.restore(key, days: 1) }),
        (
          "put",
          {
            _ = try await $0.put(
              key, .bytes(ByteBuffer(string: "x"), on: Sending.group.any()), WriteOptions())
          }
        ), ("create", { _ = try await $0.createUpload(key, WriteOptions()) }),
        (
          "part",
          {
            let body = await ObjectBody.bytes(ByteBuffer(string: "x"), on: Sending.group.any())
            _ = try await $0.uploadPart(key, UploadID("u"), number: 1, body, contentMD5: nil)
          }
        ),
        (
          "complete",
          {
            let parts = [StoredPart(number: 1, size: 1, eTag: ETag("e"))]
            _ = try await $0.completeUpload(key, UploadID("u"), parts: parts, ifAbsent: false)
          }
        ), ("abort", { try await $0.abortUpload(key, UploadID("u")) }),
        ("parts", { _ = try await $0.listParts(key, UploadID("u")) }),
        ("uploads", { _ = try await $0.listUploads(prefix: key) }),
      ]

  private static func heads(
    _ server: ScriptedServer, of store: any ObjectWriter & ObjectRestorer,
    _ calls: [(name: String, call: @Sendable (any ObjectWriter & ObjectRestorer) async throws -> Void)] =
      calls
  ) async -> [(name: String, head: String)] {
    var heads: [(String, String)] = []
    for (name, call) in calls {
      let before = server.log.withLockedValue { $0.requests.count }
      // The answer is empty: what a call makes of it is its own affair.
      try? await call(store)
      let made = server.log.withLockedValue { Array($0.requests[before...]) }
      #expect(made.count == 1, "\(name)")
      heads += made.map { (name, $0.head.lowercased()) }
    }
    return heads
  }

  @Test("every request says who pays, and the signature covers it", arguments: [true, false])
  func said(isPaying: Bool) async throws {
    let part: @Sendable (any ObjectWriter & ObjectRestorer) async throws -> Void = {
      _ = try await $0.head(Self.key, part: 2)
    }
    let attributes: @Sendable (any ObjectWriter & ObjectRestorer) async throws -> Void = {
      _ = try await $0.parts(Self.key)
    }
    try await ScriptedServer.run(script: { _ in [Clients.answer(200)] }) { server in
      var place = Clients.place(server)
      place.requesterPays = isPaying
      let transport = try Sending.client()
      let s3 = S3Client(place, credentials: Clients.credentials, transport: transport) { Clients.now }
      let only = Self.calls + [("one part", part), ("attributes", attributes)]
      for (name, head) in await Self.heads(server, of: s3, only) {
        #expect(head.contains("\r\nx-amz-request-payer: requester\r\n") == isPaying, "\(name)")
        #expect(head.contains("x-amz-request-payer;") == isPaying, "\(name)")
      }
      for version in [OSSClient.ListVersion.one, .two] {
        let oss = OSSClient(
          place, credentials: Clients.credentials, transport: transport, listVersion: version
        ) { Clients.now }
        for (name, head) in await Self.heads(server, of: oss) {
          #expect(head.contains("\r\nx-oss-request-payer: requester\r\n") == isPaying, "\(name)")
        }
      }
    }
  }

  @Test(
    "a denial says what to do where nobody said who pays",
    arguments: [
      (
        RefusedCallTests.document("AccessDenied"),
        "; if who asks pays for this bucket, say so with --source-request-payer"
      ),
      ("", "; if who asks pays for this bucket, say so with --source-request-payer"),
      (
        "<Error><Code>AccessDenied</Code><EC>0003-00000702</EC></Error>",
        "; who asks pays for this bucket: say so with --source-request-payer"
      ),
    ])
  func hint(document: String, words: String) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(403, document)] }) { server in
      for isPaying in [false, true] {
        var place = Clients.place(server)
        place.requesterPays = isPaying
        let transport = try Sending.client()
        let stores: [any ObjectReader] = [
          S3Client(place, credentials: Clients.credentials, transport: transport) { Clients.now },
          OSSClient(place, credentials: Clients.credentials, transport: transport) { Clients.now },
        ]
        for store in stores {
          let error = await Clients.error { _ = try await store.list(prefix: ObjectKey(""), from: nil) }
          #expect(error?.code == .accessDenied)
          #expect(error?.message.contains(words) == !isPaying, "\(error?.message ?? "")")
          #expect(error?.message.contains("request-payer") == !isPaying)
        }
      }
    }
  }

  @Test("other refusals do not speak of payers")
  func others() async throws {
    for (status, code) in [(403, "SignatureDoesNotMatch"), (403, "InvalidObjectState"), (404, "NoSuchKey")] {
      try await ScriptedServer.run(script: { _ in [Clients.answer(status, RefusedCallTests.document(code))] })
      {
        server in
        let error = await Clients.error { _ = try await Clients.s3(server).list(prefix: Self.key, from: nil) }
        #expect(error?.message.contains("payer") == false)
      }
    }
  }
}

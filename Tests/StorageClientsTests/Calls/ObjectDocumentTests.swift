import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct ObjectDocumentTests {
  static let tagging =
    "<Tagging><TagSet><Tag><Key>b</Key><Value> 1&amp;2 </Value></Tag><Tag><Key>a</Key><Value></Value></Tag></TagSet></Tagging>"

  @Test(
    "a store that does not know a call has no answer, and no failure either",
    arguments: [
      (501, RefusedCallTests.document("NotImplemented"), [String]()),
      (405, RefusedCallTests.document("MethodNotAllowed"), []), (405, "", []), (400, "<html></html>", []),
      (404, "page not found", []), (400, RefusedCallTests.document("NotImplemented"), []),
      (200, "the object", ["ETag: \"9e107d9d372bb6826bd81d3542a419d6\""]),
      (200, S3ObjectPartsTests.twoParts, ["ETag: \"9e107d9d372bb6826bd81d3542a419d6\""]),
    ])
  func unknown(status: Int, document: String, fields: [String]) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, document, fields)] }) { server in
      for store in [try Clients.s3(server), try Clients.oss(server)] as [any ObjectReader] {
        let parts = try await store.parts(ObjectKey("k"))
        let tags = try await store.tags(ObjectKey("k"))
        #expect(parts == nil && tags == nil)
      }
    }
  }

  @Test(
    "a refusal stays one",
    arguments: [
      (403, RefusedCallTests.document("AccessDenied"), StorageError.Code.accessDenied),
      (403, "", .accessDenied), (404, RefusedCallTests.document("NoSuchKey"), .notFound),
      (503, "", .throttled), (400, RefusedCallTests.document("InvalidRequest"), .invalidRequest),
    ])
  func refused(status: Int, document: String, code: StorageError.Code) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, document)] }) { server in
      let parts = await Clients.error { _ = try await Clients.s3(server).parts(ObjectKey("k")) }
      let tags = await Clients.error { _ = try await Clients.oss(server).tags(ObjectKey("k")) }
      #expect(parts?.code == code && tags?.code == code)
      #expect(parts?.key == ObjectKey("k") && tags?.key == ObjectKey("k"))
    }
  }

  @Test("an object that comes instead of a document is not read", arguments: ["ETag: \"x\"", "X-Any: x"])
  func flood(field: String) async throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\(field)\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head), .flood(1_000_000_000)] }) { server in
      let parts = try await Clients.s3(server).parts(ObjectKey("k"))
      let sent = try await server.stalledAt.get()
      #expect(parts == nil && sent < 100_000_000)
    }
  }

  @Test("tags come by key, their texts as they stand")
  func tags() async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, Self.tagging)] }) { server in
      for store in [try Clients.s3(server), try Clients.oss(server)] as [any ObjectReader] {
        let expected = [ObjectTag(key: "a", value: ""), ObjectTag(key: "b", value: " 1&2 ")]
        let tags = try await store.tags(ObjectKey("k"))
        #expect(tags == expected)
      }
      let targets = server.log.withLockedValue { $0.requests.map { $0.head.split(separator: " ")[1] } }
      #expect(targets == ["/bucket/k?tagging=", "/bucket/k?tagging"])
    }
  }

  @Test(
    "a set of tags that cannot be right is not believed",
    arguments: [
      "", "<Tagging><TagSet><Tag><Value>v</Value></Tag></TagSet></Tagging>",
      "<Tagging><TagSet><Tag><Key>a</Key></Tag><Tag><Key>a</Key></Tag></TagSet></Tagging>",
      "<Tagging><TagSet><Tag><Key>a</Key><Key>b</Key></Tag></TagSet></Tagging>", "<TagSet></TagSet>",
    ])
  func malformedTags(_ document: String) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, document)] }) { server in
      let error = await Clients.error { _ = try await Clients.s3(server).tags(ObjectKey("k")) }
      #expect(error?.code == .malformedAnswer)
    }
  }

  @Test("an object without tags has none")
  func noTags() async throws {
    try await ScriptedServer.run(script: { request in
      request.ordinal == 1
        ? [Clients.answer(200, "<Tagging><TagSet></TagSet></Tagging>")]
        : [Clients.answer(404, RefusedCallTests.document("NoSuchTagSet"))]
    }) { server in
      let store = try Clients.s3(server)
      for _ in 1...2 {
        let tags = try await store.tags(ObjectKey("k"))
        #expect(tags == [])
      }
    }
  }
}

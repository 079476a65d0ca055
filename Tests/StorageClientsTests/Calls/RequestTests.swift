import Foundation
import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(2))) struct RequestTests {
  struct HostileKeys: Decodable {
    struct Vector: Decodable, Sendable {
      var key: String
      var s3_valid: Bool
      var oss_valid: Bool
    }
    var vectors: [Vector]
  }

  static func hostileKeys() throws -> [HostileKeys.Vector] {
    try Fixtures.decode(HostileKeys.self, "hostile_keys.json").vectors
  }

  /// Foundation's encoder, as a second opinion on ours.
  static func encoded(_ text: String) -> String? {
    let allowed = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/")
    return text.addingPercentEncoding(withAllowedCharacters: allowed)
  }

  @Test(
    "requests go to the bucket's host or path",
    arguments: [
      (
        "https://s3.eu-west-1.amazonaws.com", "bucket", StorePlace.Addressing.automatic,
        "bucket.s3.eu-west-1.amazonaws.com", "/k"
      ),
      (
        "https://s3.eu-west-1.amazonaws.com", "my.bucket", .automatic, "s3.eu-west-1.amazonaws.com",
        "/my.bucket/k"
      ),
      ("https://s3.eu-west-1.amazonaws.com", "bucket", .path, "s3.eu-west-1.amazonaws.com", "/bucket/k"),
      ("https://minio.example:9000", "bucket", .automatic, "minio.example:9000", "/bucket/k"),
      ("https://minio.example:9000", "bucket", .virtualHost, "bucket.minio.example:9000", "/k"),
      ("http://127.0.0.1:9000", "bucket", .automatic, "127.0.0.1:9000", "/bucket/k"),
    ])
  func s3Addressing(
    endpoint: String, bucket: String, addressing: StorePlace.Addressing, host: String, target: String
  ) throws {
    let place = StorePlace(
      bucket: bucket, endpoint: try HTTPOrigin(endpoint: endpoint), region: "r", addressing: addressing)
    let request = try S3Dialect(place: place)
      .request(for: StoreCall(.get, ObjectKey("k")), with: Clients.credentials, at: Clients.now)
    #expect(request.fields["host"] == host)
    #expect(request.origin.hostHeader == host)
    #expect(request.target == target)
  }

  @Test(
    "requests of OSS go to the bucket's host but for addresses",
    arguments: [
      ("https://oss-cn-hangzhou.aliyuncs.com", "bucket.oss-cn-hangzhou.aliyuncs.com", "/k"),
      ("http://127.0.0.1:9000", "127.0.0.1:9000", "/bucket/k"),
      ("http://localhost:9000", "localhost:9000", "/bucket/k"),
    ])
  func ossAddressing(endpoint: String, host: String, target: String) throws {
    let place = StorePlace(bucket: "bucket", endpoint: try HTTPOrigin(endpoint: endpoint), region: "r")
    let request = try OSSDialect(place: place, signature: .four)
      .request(for: StoreCall(.get, ObjectKey("k")), with: Clients.credentials, at: Clients.now)
    #expect(request.fields["host"] == host)
    #expect(request.target == target)
  }

  @Test("hostile keys stand in the target byte for byte")
  func keys() async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200)] }) { server in
      let store = try Clients.s3(server)
      for vector in try Self.hostileKeys() where vector.s3_valid {
        _ = try await store.head(ObjectKey(vector.key), part: nil)
        let target = try #require(
          server.log.withLockedValue { $0.requests.last?.head.split(separator: " ")[1] })
        #expect(String(target) == "/bucket/" + (Self.encoded(vector.key) ?? ""))
      }
    }
  }

  @Test("keys that cannot land are known before anything is sent")
  func refusals() async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200)] }) { server in
      let (s3, oss) = (try Clients.s3(server), try Clients.oss(server))
      for vector in try Self.hostileKeys() {
        #expect((oss.refusal(of: ObjectKey(vector.key)) == nil) == vector.oss_valid, "\(vector.key)")
        #expect((s3.refusal(of: ObjectKey(vector.key)) == nil) == vector.s3_valid, "\(vector.key)")
      }
      let body = await ObjectBody.bytes(ByteBuffer(string: "x"), on: Sending.group.any())
      let error = await Clients.error { _ = try await oss.put(ObjectKey("/k"), body, WriteOptions()) }
      #expect(error?.code == .unsafeKey)
      #expect(server.log.withLockedValue { $0.requests.isEmpty })
    }
  }

  @Test("metadata that a store cannot keep is named")
  func metadata() async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200)] }) { server in
      let (s3, oss) = (try Clients.s3(server), try Clients.oss(server))
      let metadata = ObjectMetadata(user: [
        .init(name: "order_id", value: "1"), .init(name: "ok", value: "é"),
      ])
      #expect(oss.cannotCarry(metadata).count == 1)
      #expect(s3.cannotCarry(metadata).isEmpty)
      let large = ObjectMetadata(user: [.init(name: "a", value: String(repeating: "x", count: 2048))])
      #expect(s3.cannotCarry(large).count == 1)
      #expect(oss.cannotCarry(large).isEmpty)
    }
  }

  @Test("a listing of 2,500 hostile keys comes back whole, page by page", arguments: [1, 2, 3])
  func listing(kind: Int) async throws {
    let keys = (0..<2400).map { "a +%&/\($0)" } + (try Self.hostileKeys().filter(\.s3_valid).map(\.key))
    let spelt = keys.map { key in
      let text = Self.encoded(key)?.replacing("/", with: kind == 1 ? "/" : "%2F") ?? ""
      return kind == 1 ? text.replacing("%20", with: "+") : text
    }
    try await ScriptedServer.run(script: { [Clients.answer(200, Self.page(spelt, $0.head))] }) { server in
      let store: any ObjectReader =
        kind == 1 ? try Clients.s3(server) : try Clients.oss(server, kind == 2 ? .two : .one)
      var found: [ObjectKey] = []
      var position: ListPosition?
      repeat {
        let page = try await store.list(prefix: ObjectKey(""), from: position)
        found += page.objects.map(\.key)
        position = page.next
      } while position != nil
      #expect(found == keys.map { ObjectKey($0) })
      let requests = server.log.withLockedValue { $0.requests }
      #expect(requests.count == (keys.count + 999) / 1000)
      #expect(
        requests.allSatisfy { $0.head.contains("encoding-type=url") && $0.head.contains("max-keys=1000") })
    }
  }

  /// A page from where the request says: by number in a token, or behind the encoded marker.
  private static func page(_ spelt: [String], _ head: String) -> String {
    let query = head.split(separator: " ")[1].split(separator: "?").last ?? ""
    var start = 0
    for item in query.split(separator: "&") {
      let pair = item.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else { continue }
      if pair[0] == "continuation-token" { start = Int(pair[1]) ?? 0 }
      if pair[0] == "marker" { start = (spelt.firstIndex(of: pair[1]) ?? -1) + 1 }
    }
    let end = min(start + 1000, spelt.count)
    var text = "<ListBucketResult><Name>bucket</Name><Prefix></Prefix><EncodingType>url</EncodingType>"
    text += "<IsTruncated>\(end < spelt.count)</IsTruncated>"
    if end < spelt.count {
      text +=
        "<NextContinuationToken>\(end)</NextContinuationToken><NextMarker>\(spelt[end - 1])</NextMarker>"
    }
    for key in spelt[start..<end] { text += "<Contents><Key>\(key)</Key><Size>1</Size></Contents>" }
    return text + "</ListBucketResult>"
  }
}

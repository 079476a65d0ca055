import Checksums
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct AccessPolicyTests {
  /// The actions that the vendors' references give for a call, by its method, its place, and the name in its query.
  ///
  /// https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html and
  /// https://www.alibabacloud.com/help/en/oss/user-guide/authorization-syntax-and-elements
  static let documented: [(call: String, s3: [String], oss: [String])] = [
    ("GET bucket", ["s3:ListBucket"], ["oss:ListObjects"]),
    ("GET bucket versions", ["s3:ListBucketVersions"], ["oss:ListObjectVersions"]),
    ("GET bucket versioning", ["s3:GetBucketVersioning"], ["oss:GetBucketVersioning"]),
    ("GET bucket uploads", ["s3:ListBucketMultipartUploads"], ["oss:ListMultipartUploads"]),
    ("HEAD object", ["s3:GetObject"], ["oss:GetObject"]),
    ("GET object", ["s3:GetObject"], ["oss:GetObject"]),
    ("GET object attributes", ["s3:GetObject", "s3:GetObjectAttributes"], []),
    ("GET object tagging", ["s3:GetObjectTagging"], ["oss:GetObjectTagging"]),
    ("GET object uploadId", ["s3:ListMultipartUploadParts"], ["oss:ListParts"]),
    ("POST object restore", ["s3:RestoreObject"], ["oss:RestoreObject"]),
    ("PUT object", ["s3:PutObject", "s3:PutObjectTagging"], ["oss:PutObject", "oss:PutObjectTagging"]),
    (
      "POST object uploads", ["s3:PutObject", "s3:PutObjectTagging"],
      ["oss:PutObject", "oss:PutObjectTagging"]
    ),
    ("PUT object uploadId", ["s3:PutObject"], ["oss:PutObject"]),
    ("POST object uploadId", ["s3:PutObject"], ["oss:PutObject"]),
    ("DELETE object uploadId", ["s3:AbortMultipartUpload"], ["oss:AbortMultipartUpload"]),
  ]

  /// What a request's first line is called in the table.
  static func call(_ head: String) -> String {
    let line = head.prefix { $0 != "\r" && $0 != "\r\n" }.split(separator: " ")
    let target = line.count > 1 ? line[1].split(separator: "?", maxSplits: 1) : []
    let names = Set((target.last ?? "").split(separator: "&").map { String($0.prefix { $0 != "=" }) })
    let known = ["versions", "versioning", "uploads", "attributes", "tagging", "restore", "uploadId"]
    let place = target.first.map { $0.split(separator: "/").count > 1 } == true ? "object" : "bucket"
    return (["\(line.first ?? "")", place] + known.filter(names.contains)).joined(separator: " ")
  }

  /// Makes every call that a store has, each of them refused, and returns what went over the wire.
  static func wire(
    _ make: @Sendable (ScriptedServer) throws -> any ObjectWriter & ObjectRestorer,
    _ use: (any ObjectWriter & ObjectRestorer) async -> Void
  ) async throws -> Set<String> {
    try await ScriptedServer.run(script: { _ in [Clients.answer(403)] }) { server in
      await use(try make(server))
      return Set(server.log.withLockedValue { $0.requests.map { call($0.head) } })
    }
  }

  static func read(_ store: any ObjectReader) async {
    let key = ObjectKey("k")
    _ = try? await store.list(prefix: ObjectKey(""), from: nil)
    _ = try? await store.listVersions(prefix: ObjectKey(""), from: nil)
    _ = try? await store.versioning()
    _ = try? await store.head(key, part: nil)
    _ = try? await store.get(key, range: nil, ifMatch: nil, on: Sending.group.any())
    _ = try? await store.parts(key)
    _ = try? await store.tags(key)
  }

  static func write(_ store: any ObjectWriter) async {
    let (key, upload) = (ObjectKey("k"), UploadID("u"))
    var options = WriteOptions()
    options.tags = [ObjectTag(key: "a", value: "b")]
    let body = await ObjectBody.bytes(ByteBuffer(string: "x"), on: Sending.group.any())
    let part = await ObjectBody.bytes(ByteBuffer(string: "x"), on: Sending.group.any())
    _ = try? await store.list(prefix: ObjectKey(""), from: nil)
    _ = try? await store.head(key, part: nil)
    _ = try? await store.get(key, range: nil, ifMatch: nil, on: Sending.group.any())
    _ = try? await store.tags(key)
    _ = try? await store.put(key, body, options)
    _ = try? await store.createUpload(key, options)
    _ = try? await store.uploadPart(key, upload, number: 1, part, contentMD5: nil)
    _ = try? await store.completeUpload(key, upload, parts: [], ifAbsent: true)
    _ = try? await store.listParts(key, upload)
    _ = try? await store.listUploads(prefix: ObjectKey(""))
    try? await store.abortUpload(key, upload)
  }

  @Test(
    "a policy allows exactly the actions that the calls of its side need",
    arguments: ["s3", "oss"], AccessPolicy.Role.allCases)
  func exact(vendor: String, role: AccessPolicy.Role) async throws {
    let calls = try await Self.wire(
      { server in
        if vendor == "s3" { return try Clients.s3(server) }
        return try Clients.oss(server)
      },
      { store in
        guard role == .source else { return await Self.write(store) }
        await Self.read(store)
        try? await store.restore(ObjectKey("k"), days: 1)
      })
    let rows = Self.documented.filter { calls.contains($0.call) }
    #expect(calls.subtracting(rows.map { $0.call }) == [], "calls that the table does not know")
    let needed = Set(rows.flatMap { vendor == "s3" ? $0.s3 : $0.oss })
    let address = try StoreAddress(parsing: "\(vendor)://bucket/p/")
    let policy = try AccessPolicy(for: address, role: role, restoring: true)
    #expect(Set(policy.actions) == needed)
    #expect(policy.actions.count == needed.count)
  }

  @Test("only a source that is to be restored from may restore, and no policy deletes or changes rights")
  func nothingElse() throws {
    for vendor in ["s3", "oss"] {
      let address = try StoreAddress(parsing: "\(vendor)://bucket")
      let source = try AccessPolicy(for: address, role: .source).actions
      #expect(!source.contains { $0.contains("Restore") || $0.contains("Put") || $0.contains("Abort") })
      #expect(
        try AccessPolicy(for: address, role: .source, restoring: true).actions.count == source.count + 1)
      let both = source + (try AccessPolicy(for: address, role: .destination, restoring: true).actions)
      #expect(!both.contains { $0.contains("Delete") || $0.contains("Acl") || $0.contains("*") })
    }
  }

  @Test("a prefix limits what is listed and what is read, and is written so that it means itself")
  func prefixes() throws {
    let s3 = try AccessPolicy(for: StoreAddress(parsing: "s3://bkt/a*b?$é/"), role: .destination).json
    #expect(s3.contains(#""s3:prefix" : ["#) && s3.contains(#""a${*}b${?}${$}é/*""#))
    #expect(s3.contains(#""arn:aws:s3:::bkt/a${*}b${?}${$}é/*""#))
    let oss = try AccessPolicy(for: StoreAddress(parsing: "oss://bkt/a b/"), role: .source).json
    #expect(oss.contains(#""oss:Prefix" : ["#) && oss.contains(#""acs:oss:*:*:bkt/a b/*""#))
    #expect(oss.contains(#""Version" : "1""#) && s3.contains(#""Version" : "2012-10-17""#))
    let whole = try AccessPolicy(for: StoreAddress(parsing: "s3://bkt"), role: .source).json
    #expect(!whole.contains("Condition") && whole.contains(#""arn:aws:s3:::bkt/*""#))
  }

  @Test("buckets of China and of GovCloud are named in their own partition")
  func partitions() throws {
    for (region, name) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")] {
      let address = try StoreAddress(parsing: "s3://bucket")
      #expect(
        try AccessPolicy(for: address, role: .source, region: region).json.contains(
          "\"arn:\(name):s3:::bucket\""))
    }
  }

  @Test(
    "an address that no policy can name exactly is refused with the way out",
    arguments: [("file:///dir", "s3:// or oss://"), ("oss://bucket/a*", "name the part before it")])
  func refused(address: String, wayOut: String) throws {
    let error = #expect(throws: StorageError.self) {
      try AccessPolicy(for: StoreAddress(parsing: address), role: .source)
    }
    #expect(error?.code == .invalidRequest && error?.message.contains(wayOut) == true)
  }
}

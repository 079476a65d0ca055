import Checksums
import DevStore
import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// What the client reads of objects that others stored, over HTTP against a server that shares no code with it.
@Suite(.timeLimit(.minutes(10))) struct S3VerificationTests {
  private static let credentials = Credentials(accessKeyID: "verifier", secretAccessKey: "secret/+=")
  private static let key = ObjectKey("a key/+%")
  private static let parts = [[UInt8](repeating: 7, count: 5 << 20), Array("the end".utf8)]

  @Sendable private static func now() -> Timestamp {
    Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
  }

  private func withStore(
    _ dialect: Dialect = .s3, defaultChecksum: Bool = false, defaultEncryption: String? = nil,
    _ body: (StorePlace) async throws -> Void
  ) async throws {
    let folder = try TemporaryFolder()
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: folder.path, accessKeyID: Self.credentials.accessKeyID,
        secretAccessKey: Self.credentials.secretAccessKey, defaultChecksum: defaultChecksum,
        defaultEncryption: defaultEncryption))
    try store.createBucket("bucket")
    try await body(
      StorePlace(
        bucket: "bucket", endpoint: try HTTPOrigin(endpoint: store.endpoint),
        region: store.configuration.region))
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  private func s3(_ place: StorePlace) throws -> S3Client {
    S3Client(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
  }

  /// Sends what the client itself never does.
  private func put(
    _ store: S3Client, _ bytes: [UInt8], query: [(name: String, value: String?)] = [],
    _ fields: [(name: String, value: String)]
  ) async throws {
    var call = StoreCall(.put, Self.key, query: query)
    call.fields = HTTPFields(fields)
    call.body = .stream(await .bytes(bytes, on: Sending.group.any()))
    _ = try await store.caller.finish(call, expecting: [200])
  }

  /// Stores `parts`, each with a SHA-256 of its own.
  private func upload(_ store: S3Client, _ fields: [(name: String, value: String)] = []) async throws {
    var begin = StoreCall(.post, Self.key, query: [("uploads", nil)])
    begin.fields = HTTPFields(fields + [("x-amz-checksum-algorithm", "SHA256")])
    let answer = try await store.caller.document(begin, upTo: DocumentLimit.small)
    let id = try StoreDocuments.createdUpload(answer.document)
    for (index, bytes) in Self.parts.enumerated() {
      try await put(
        store, bytes, query: [("partNumber", String(index + 1)), ("uploadId", id.text)],
        [("x-amz-checksum-sha256", Checksum.of(bytes, .sha256).base64)])
    }
    let rows = zip(try await store.listParts(Self.key, id), Self.parts).map { part, bytes in
      "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(part.eTag.text)</ETag>"
        + "<ChecksumSHA256>\(Checksum.of(bytes, .sha256).base64)</ChecksumSHA256></Part>"
    }
    var end = StoreCall(.post, Self.key, query: [("uploadId", id.text)])
    end.body = .document(
      Array("<CompleteMultipartUpload>\(rows.joined())</CompleteMultipartUpload>".utf8))
    _ = try await store.caller.finish(end, expecting: [200])
  }

  @Test("an object of parts with checksums is told part by part")
  func parts() async throws {
    try await withStore { place in
      let store = try s3(place)
      try await upload(store)
      let sums = Self.parts.map { Checksum.of($0, .sha256) }
      let composite = Checksum(
        .sha256, bytes: Checksum.of(sums.flatMap(\.bytes), .sha256).bytes, partCount: 2)
      let tag = Checksum.multipartETag(ofPartMD5s: Self.parts.map { Checksum.of($0, .md5) })
      let found = try #require(try await store.parts(Self.key))
      #expect(found.size == Int64(5 << 20) + 7 && found.partCount == 2 && found.checksums.isEmpty)
      #expect(found.compositeChecksums == [composite])
      #expect(found.eTag?.multipartShape == tag)
      #expect(
        found.parts == [
          .init(number: 1, size: 5 << 20, checksums: [sums[0]]),
          .init(number: 2, size: 7, checksums: [sums[1]]),
        ])
      let head = try await store.head(Self.key, part: nil)
      #expect(
        head.compositeChecksums == [tag, composite] && head.checksums.isEmpty && head.encryption == nil)
      for (index, bytes) in Self.parts.enumerated() {
        let part = try await store.head(Self.key, part: index + 1)
        #expect(part.size == Int64(bytes.count) && part.partCount == 2 && part.checksums.isEmpty)
        #expect(part.compositeChecksums == [tag])
      }
      let loop = Sending.group.any()
      let ranged = try await store.get(
        Self.key, range: ByteRange(offset: 1, length: 2), ifMatch: nil, on: loop)
      #expect(ranged.attributes.compositeChecksums == [tag])
      #expect(try await ranged.body.drain() == 2)
    }
  }

  @Test("an object that was put whole has no parts, and an object that is not there is no object")
  func whole() async throws {
    try await withStore(defaultChecksum: true) { place in
      let store = try s3(place)
      let crc = Checksum.of(Array("123456789".utf8), .crc64nvme)
      let body = await ObjectBody.bytes(Array("123456789".utf8), on: Sending.group.any())
      let receipt = try await store.put(Self.key, body, WriteOptions())
      #expect(receipt.checksums.contains(crc) && crc.base64 == "rosUhgp5mIg=")
      let found = try #require(try await store.parts(Self.key))
      #expect(found.partCount == nil && found.parts.isEmpty && found.size == 9 && found.checksums == [crc])
      #expect(try await store.head(Self.key, part: nil).checksum(.crc64nvme) == crc)
      let error = await Clients.error { _ = try await store.parts(ObjectKey("other")) }
      #expect(error?.code == .notFound)
    }
  }

  @Test(
    "under KMS no ETag is taken for a digest, and checksums still are",
    arguments: [("aws:kms", false), ("aws:kms:dsse", false), ("AES256", true)])
  func encrypted(kind: String, isDigest: Bool) async throws {
    try await withStore { place in
      let store = try s3(place)
      let bytes = Array("123456789".utf8)
      let sum = Checksum.of(bytes, .sha256)
      try await put(
        store, bytes, [("x-amz-server-side-encryption", kind), ("x-amz-checksum-sha256", sum.base64)])
      let whole = try await store.head(Self.key, part: nil)
      #expect(whole.encryption == kind && whole.checksum(.sha256) == sum)
      #expect(whole.checksum(.md5) == (isDigest ? Checksum.of(bytes, .md5) : nil))
      #expect((whole.eTag?.md5Shape == Checksum.of(bytes, .md5)) == isDigest)
      try await upload(store, [("x-amz-server-side-encryption", kind)])
      let parts = try await store.head(Self.key, part: nil)
      #expect(parts.eTag?.multipartShape != nil)
      #expect(parts.compositeChecksums.map(\.algorithm) == (isDigest ? [.multipartETag] : []) + [.sha256])
    }
  }

  @Test(
    "the ETag of a completed upload is a digest only where the answer shows an encryption that leaves it one",
    arguments: [("aws:kms", false), ("AES256", true), (nil, false)])
  func completed(kind: String?, isShown: Bool) async throws {
    try await withStore(defaultChecksum: true, defaultEncryption: kind) { place in
      let store = try s3(place)
      let tag = Checksum.multipartETag(ofPartMD5s: Self.parts.map { Checksum.of($0, .md5) })
      var tags: [ETag?] = []
      for _ in 0..<2 {
        let upload = try await store.createUpload(Self.key, WriteOptions())
        var stored: [StoredPart] = []
        for (index, bytes) in Self.parts.enumerated() {
          let body = await ObjectBody.bytes(bytes, on: Sending.group.any())
          stored.append(
            try await store.uploadPart(Self.key, upload, number: index + 1, body, contentMD5: nil))
        }
        #expect(stored.allSatisfy { $0.checksums.isEmpty == (kind == "aws:kms") })
        let receipt = try await store.completeUpload(Self.key, upload, parts: stored, ifAbsent: false)
        #expect(receipt.compositeChecksums == (isShown ? [tag] : []))
        #expect(receipt.checksums == [Checksum.of(Self.parts.flatMap(\.self), .crc64nvme)])
        let head = try await store.head(Self.key, part: nil)
        #expect(head.eTag == receipt.eTag && head.encryption == kind)
        #expect(head.compositeChecksums == (kind == "aws:kms" ? [] : [tag]))
        tags.append(receipt.eTag)
      }
      // Amazon's are made up anew each time.
      #expect((tags[0] == tags[1]) == (kind != "aws:kms"))
    }
  }

  @Test("an object under a customer's key is refused without it")
  func customerKey() async throws {
    try await withStore { place in
      let store = try s3(place)
      let secret = [UInt8](repeating: 9, count: 32)
      let prefix = "x-amz-server-side-encryption-customer-"
      try await put(
        store, [1],
        [
          ("\(prefix)algorithm", "AES256"), ("\(prefix)key", encodeBase64(secret)),
          ("\(prefix)key-md5", Checksum.of(secret, .md5).base64),
        ])
      let error = await Clients.error { _ = try await store.head(Self.key, part: nil) }
      #expect(error?.code == .invalidRequest)
      let parts = await Clients.error { _ = try await store.parts(Self.key) }
      #expect(parts?.code == .invalidRequest)
    }
  }

  @Test("tags come back from both vendors", arguments: Dialect.allCases)
  func tags(_ dialect: Dialect) async throws {
    try await withStore(dialect) { place in
      let transport = try Sending.client()
      let bytes =
        Array("<Tagging><TagSet><Tag><Key>b</Key><Value>1 &amp; 2</Value></Tag>".utf8)
        + Array("<Tag><Key>a</Key><Value></Value></Tag></TagSet></Tagging>".utf8)
      var call = StoreCall(.put, Self.key, query: [("tagging", nil)])
      call.body = .document(bytes)
      let store: any ObjectWriter
      switch dialect {
      case .s3:
        let client = try s3(place)
        _ = try await client.put(Self.key, .bytes([1], on: Sending.group.any()), WriteOptions())
        _ = try await client.caller.finish(call, expecting: [200])
        store = client
      case .oss:
        let client = OSSClient(place, credentials: Self.credentials, transport: transport, now: Self.now)
        _ = try await client.put(Self.key, .bytes([1], on: Sending.group.any()), WriteOptions())
        _ = try await client.caller.finish(call, expecting: [200])
        store = client
      }
      let tags = try await store.tags(Self.key)
      #expect(tags == [ObjectTag(key: "a", value: ""), ObjectTag(key: "b", value: "1 & 2")])
      let parts = try await store.parts(Self.key)
      #expect((parts == nil) == (dialect == .oss))
      _ = try await store.put(Self.key, .bytes([1], on: Sending.group.any()), WriteOptions())
      let none = try await store.tags(Self.key)
      #expect(none == [])
    }
  }
}

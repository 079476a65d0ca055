import Checksums
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct WritingTests {
  static let md5 = Checksum.of(Array("hello".utf8), .md5)

  static let options = WriteOptions(
    metadata: ObjectMetadata(
      contentType: "text/csv", cacheControl: "no-cache", contentEncoding: "gzip", contentLanguage: "ja",
      user: [.init(name: "title", value: "=?UTF-8?B?5pel5pys?=")]),
    storageClass: "IA", contentMD5: md5)

  /// The lines that a put sends, in lower case.
  static func lines(_ answer: [String], _ make: (ScriptedServer) throws -> any ObjectWriter) async throws -> (
    lines: Set<String>, receipt: WriteReceipt
  ) {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, "", answer)] }) { server in
      let store = try make(server)
      let body = await ObjectBody.bytes(ByteBuffer(string: "hello"), on: Sending.group.any())
      let receipt = try await store.put(ObjectKey("a b"), body, Self.options)
      let request = try #require(server.log.withLockedValue { $0.requests.first })
      #expect(request.bodyBytes == 5)
      return (Set(request.head.components(separatedBy: "\r\n")), receipt)
    }
  }

  @Test("a put to S3 carries everything, and its receipt what the store computed")
  func s3() async throws {
    let answer = [
      "ETag: \"\(Self.md5.hex)\"", "x-amz-checksum-crc64nvme: rosUhgp5mIg=",
      "x-amz-checksum-type: FULL_OBJECT",
      "x-amz-version-id: v1", "x-amz-request-id: R",
    ]
    let (lines, receipt) = try await Self.lines(answer) { try Clients.s3($0) }
    let expected = [
      "PUT /bucket/a%20b HTTP/1.1", "content-type: text/csv", "cache-control: no-cache",
      "content-encoding: gzip", "content-language: ja", "x-amz-meta-title: =?UTF-8?B?5pel5pys?=",
      "x-amz-storage-class: IA", "content-md5: \(Self.md5.base64)", "Content-Length: 5",
      "x-amz-content-sha256: UNSIGNED-PAYLOAD", "x-amz-security-token: markertoken",
    ]
    for line in expected { #expect(lines.contains(line), "\(line)") }
    #expect(!lines.contains { $0.contains("markersecret") })
    #expect(receipt.checksums.map(\.algorithm) == [.md5, .crc64nvme])
    #expect(receipt.versionID == "v1" && receipt.requestID == "R")
  }

  @Test("an encrypted put to S3 has no MD5 in its receipt")
  func encrypted() async throws {
    let answer = ["ETag: \"\(Self.md5.hex)\"", "x-amz-server-side-encryption: aws:kms"]
    let (_, receipt) = try await Self.lines(answer) { try Clients.s3($0) }
    #expect(receipt.checksums.isEmpty)
  }

  @Test("a put to OSS carries everything, and its receipt what the store computed")
  func oss() async throws {
    let answer = [
      "ETag: \"\(Self.md5.hex.uppercased())\"", "x-oss-hash-crc64ecma: 11051210869376104954",
      "x-oss-request-id: R",
    ]
    let (lines, receipt) = try await Self.lines(answer) { try Clients.oss($0) }
    let expected = [
      "PUT /bucket/a%20b HTTP/1.1", "content-type: text/csv", "x-oss-meta-title: =?UTF-8?B?5pel5pys?=",
      "x-oss-storage-class: IA", "content-md5: \(Self.md5.base64)", "x-oss-date: 20240102T030405Z",
      "x-oss-security-token: markertoken",
    ]
    for line in expected { #expect(lines.contains(line), "\(line)") }
    #expect(receipt.checksums == [Checksum(.crc64xz, value: 0x995D_C9BB_DF19_39FA), Self.md5])
  }

  @Test(
    "parts are listed over all pages, and pages that do not advance are refused", arguments: [true, false])
  func parts(advances: Bool) async throws {
    func page(_ number: Int, next: Int?) -> String {
      "<ListPartsResult><IsTruncated>\(next != nil)</IsTruncated>"
        + (next.map { "<NextPartNumberMarker>\($0)</NextPartNumberMarker>" } ?? "")
        + "<Part><PartNumber>\(number)</PartNumber><Size>7</Size><ETag>\"e\"</ETag><HashCrc64ecma>5</HashCrc64ecma></Part></ListPartsResult>"
    }
    let second = page(2, next: advances ? nil : 1)
    let first = page(1, next: 1)
    try await ScriptedServer.run(script: { [Clients.answer(200, $0.ordinal == 1 ? first : second)] }) {
      server in
      let store = try Clients.oss(server)
      if advances {
        let parts = try await store.listParts(ObjectKey("k"), UploadID("u"))
        #expect(parts.map(\.number) == [1, 2])
        #expect(parts[0].checksums.map(\.value) == [5])
        let target = server.log.withLockedValue { $0.requests[1].head.split(separator: " ")[1] }
        #expect(target.contains("part-number-marker=1&uploadId=u"))
      } else {
        let error = await Clients.error { _ = try await store.listParts(ObjectKey("k"), UploadID("u")) }
        #expect(error?.code == .malformedAnswer)
      }
    }
  }

  @Test("an upload's parts are completed in ascending order with their ETags")
  func complete() async throws {
    let part =
      "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag><ChecksumCRC64NVME>rosUhgp5mIg=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CompleteMultipartUploadResult>"
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, part)] }) { server in
      let parts = [
        StoredPart(number: 2, size: 1, eTag: ETag("b")), StoredPart(number: 1, size: 1, eTag: ETag("a")),
      ]
      let receipt = try await Clients.s3(server).completeUpload(
        ObjectKey("k"), UploadID("u&1"), parts: parts, ifAbsent: false)
      #expect(receipt.eTag == ETag("e-2"))
      #expect(receipt.checksums.map(\.algorithm) == [.crc64nvme])
      let head = server.log.withLockedValue { $0.requests[0].head }
      #expect(head.hasPrefix("POST /bucket/k?uploadId=u%261 HTTP/1.1\r\n"))
    }
    let document = String(
      decoding: StoreDocuments.complete([StoredPart(number: 1, size: 1, eTag: ETag("a"))]), as: UTF8.self)
    #expect(
      document
        == "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag></Part></CompleteMultipartUpload>"
    )
  }
}

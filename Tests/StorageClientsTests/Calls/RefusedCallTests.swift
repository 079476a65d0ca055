import Checksums
import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct RefusedCallTests {
  static func document(_ code: String) -> String {
    "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>said so</Message><RequestId>R1</RequestId></Error>"
  }

  @Test(
    "what a store answers becomes a cause that callers can branch on",
    arguments: [
      (403, document("AccessDenied"), StorageError.Code.accessDenied),
      (403, document("SignatureDoesNotMatch"), .credentialsRejected),
      (403, document("InvalidAccessKeyId"), .credentialsRejected),
      (400, document("ExpiredToken"), .credentialsExpired),
      (403, document("SecurityTokenExpired"), .credentialsExpired),
      (403, document("RequestTimeTooSkewed"), .clockSkewed), (404, document("NoSuchBucket"), .noSuchBucket),
      (404, document("NoSuchKey"), .notFound), (404, document("NoSuchUpload"), .noSuchUpload),
      (403, document("InvalidObjectState"), .archived), (400, document("BadDigest"), .digestRefused),
      (400, document("InvalidDigest"), .digestRefused), (409, document("FileAlreadyExists"), .alreadyExists),
      (412, document("PreconditionFailed"), .preconditionFailed), (503, document("SlowDown"), .throttled),
      (503, document("TotalQpsLimitExceeded"), .throttled), (500, document("InternalError"), .serverFault),
      (301, document("PermanentRedirect"), .redirected), (307, "", .redirected), (404, "", .notFound),
      (403, "", .accessDenied), (500, "<html>no", .serverFault), (429, "", .throttled),
      (416, document("InvalidRange"), .invalidRequest), (400, "not XML", .invalidRequest),
    ])
  func causes(status: Int, document: String, code: StorageError.Code) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, document)] }) { server in
      for store in [try Clients.s3(server), try Clients.oss(server)] as [any ObjectReader] {
        let error = await Clients.error {
          _ = try await store.get(
            ObjectKey("key"), range: nil, ifMatch: nil, on: Sending.group.any())
        }
        #expect(error?.code == code)
        #expect(error?.key == ObjectKey("key"))
        #expect(error?.httpStatus == status)
        let text = error?.description ?? ""
        #expect(!text.contains("markersecret") && !text.contains("markertoken"))
      }
    }
  }

  @Test("an endless error answer is still an error")
  func endlessError() async throws {
    let head = "HTTP/1.1 403 X\r\nContent-Length: 1000000000\r\n\r\n"
    try await ScriptedServer.run(script: { _ in [.send(head), .flood(1_000_000_000)] }) { server in
      let error = await Clients.error {
        _ = try await Clients.s3(server).list(prefix: ObjectKey(""), from: nil)
      }
      #expect(error?.code == .accessDenied)
    }
  }

  @Test("an OSS error of HEAD stands in a field")
  func headError() async throws {
    let field = "x-oss-err: " + encodeBase64(Array(Self.document("InvalidObjectState").utf8))
    try await ScriptedServer.run(script: { _ in [Clients.answer(403, "", [field])] }) { server in
      let error = await Clients.error { _ = try await Clients.oss(server).head(ObjectKey("k"), part: nil) }
      #expect(error?.code == .archived)
      #expect(error?.vendorCode == "InvalidObjectState")
      #expect(error?.requestID == "R1")
    }
  }

  @Test(
    "a store's wish to wait is passed on",
    arguments: [("Retry-After: 3", 3000), ("x-oss-qos-delay-time: 150", 150)])
  func retryAfter(field: String, milliseconds: Int) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(503, "", [field])] }) { server in
      let error = await Clients.error {
        _ = try await Clients.oss(server).list(prefix: ObjectKey(""), from: nil)
      }
      #expect(error?.retryAfter == .milliseconds(milliseconds))
    }
  }

  @Test("the store's clock is learned from the answer that found ours wrong", arguments: [true, false])
  func clock(isHead: Bool) async throws {
    let skewed = Clients.answer(
      403, isHead ? "" : Self.document("RequestTimeTooSkewed"), ["Date: Tue, 02 Jan 2024 04:04:05 GMT"])
    try await ScriptedServer.run(script: { $0.ordinal == 1 ? [skewed] : [Clients.answer(200)] }) { server in
      let store = try Clients.s3(server)
      let error = await Clients.error {
        if isHead {
          _ = try await store.head(ObjectKey("k"), part: nil)
        } else {
          _ = try await store.listParts(ObjectKey("k"), UploadID("u"))
        }
      }
      #expect(error?.code == .clockSkewed)
      _ = try await store.head(ObjectKey("k"), part: nil)
      let heads = server.log.withLockedValue { $0.requests.map { $0.head.lowercased() } }
      #expect(heads[0].contains("\r\nx-amz-date: 20240102t030405z\r\n"))
      #expect(heads[1].contains("\r\nx-amz-date: 20240102t040405z\r\n"))
    }
  }

  static let completed = "<CompleteMultipartUploadResult><ETag>\"e-1\"</ETag></CompleteMultipartUploadResult>"

  @Test(
    "an upload is complete only where the answer says so",
    arguments: [
      (completed, StorageError.Code?.none), ("\n \n<?xml version=\"1.0\"?>\n" + completed, nil),
      (document("InternalError"), .serverFault), ("   " + document("SlowDown"), .throttled),
      (document("NoSuchUpload"), .noSuchUpload), ("", .malformedAnswer), ("<html></html>", .malformedAnswer),
      ("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>", .malformedAnswer),
      ("<CompleteMultipartUploadResult><ETag>e-1</ETag>", .malformedAnswer),
      (document("Unheard"), .serverFault),
    ])
  func complete(document: String, code: StorageError.Code?) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, document)] }) { server in
      for store in [try Clients.s3(server), try Clients.oss(server)] as [any ObjectWriter] {
        do {
          let part = StoredPart(number: 1, size: 1, eTag: ETag("e"))
          let receipt = try await store.completeUpload(
            ObjectKey("k"), UploadID("u"), parts: [part], ifAbsent: false)
          #expect(code == nil && receipt.eTag == ETag("e-1"))
        } catch let error as StorageError {
          #expect(error.code == code)
        }
      }
    }
  }

  @Test("a range that is ignored is no answer", arguments: [200, 206])
  func ignoredRange(status: Int) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, "0123456789")] }) { server in
      let error = await Clients.error {
        _ = try await Clients.s3(server).get(
          ObjectKey("k"), range: ByteRange(offset: 0, length: 10), ifMatch: nil, on: Sending.group.any())
      }
      #expect(error?.code == .malformedAnswer)
    }
  }

  @Test("a key that must be absent and is not is named so")
  func ifAbsent() async throws {
    try await ScriptedServer.run(script: { request in
      request.head.lowercased().contains("x-oss-forbid-overwrite: true")
        ? [Clients.answer(409, Self.document("FileAlreadyExists"))]
        : [Clients.answer(request.head.lowercased().contains("if-none-match: *") ? 412 : 200)]
    }) { server in
      for store in [try Clients.s3(server), try Clients.oss(server)] as [any ObjectWriter] {
        let error = await Clients.error {
          let body = await ObjectBody.bytes(ByteBuffer(string: "x"), on: Sending.group.any())
          _ = try await store.put(ObjectKey("k"), body, WriteOptions(ifAbsent: true))
        }
        #expect(error?.code == .alreadyExists)
      }
    }
  }

  @Test("an upload that is gone, and a restore that goes on, are what was wanted")
  func wanted() async throws {
    try await ScriptedServer.run(script: { request in
      [
        Clients.answer(
          request.head.hasPrefix("DELETE") ? 404 : 409,
          Self.document(request.head.hasPrefix("DELETE") ? "NoSuchUpload" : "RestoreAlreadyInProgress"))
      ]
    }) { server in
      try await Clients.s3(server).abortUpload(ObjectKey("k"), UploadID("u"))
      try await Clients.oss(server).restore(ObjectKey("k"), days: 1)
    }
  }
}

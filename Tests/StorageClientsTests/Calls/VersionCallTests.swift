import NIOConcurrencyHelpers
import ObjectStorage
import Testing

@testable import StorageClients

@Suite(.timeLimit(.minutes(10))) struct VersionCallTests {
  private static func page(_ rows: String, next: String = "") -> String {
    """
    <ListVersionsResult><Name>bucket</Name><Prefix>a+b</Prefix>\(next)<EncodingType>url</EncodingType>\
    <IsTruncated>\(next.isEmpty ? "false" : "true")</IsTruncated>\(rows)</ListVersionsResult>
    """
  }

  private static func row(_ key: String, _ id: String) -> String {
    "<Version><Key>\(key)</Key><VersionId>\(id)</VersionId><IsLatest>true</IsLatest><Size>1</Size></Version>"
  }

  @Test("versions are asked for page by page, encoded, behind both markers or behind a key alone")
  func paging() async throws {
    let pages = [
      Self.page(
        Self.row("a%2Bb%26", "v+1"),
        next: "<NextKeyMarker>a%2Bb%26</NextKeyMarker><NextVersionIdMarker>v+1</NextVersionIdMarker>"),
      Self.page(Self.row("a%2Bb%26", "v2"), next: "<NextKeyMarker>a%2Bb%26</NextKeyMarker>"),
      Self.page(Self.row("a%2Bbc", "v3")),
    ]
    let targets = [
      "encoding-type=url&max-keys=1000&prefix=a%2Bb&versions",
      "encoding-type=url&key-marker=a%2Bb%26&max-keys=1000&prefix=a%2Bb&version-id-marker=v%2B1&versions",
      "encoding-type=url&key-marker=a%2Bb%26&max-keys=1000&prefix=a%2Bb&versions",
    ]
    for isS3 in [true, false] {
      try await ScriptedServer.run(script: { [Clients.answer(200, pages[$0.ordinal - 1])] }) { server in
        let store: any ObjectReader = isS3 ? try Clients.s3(server) : try Clients.oss(server)
        var (position, found): (VersionPosition?, [String]) = (nil, [])
        repeat {
          let page = try await store.listVersions(prefix: ObjectKey("a+b"), from: position)
          found += page.versions.map { $0.object.key.shown + " " + $0.versionID }
          position = page.next
        } while position != nil
        #expect(found == ["a+b& v+1", "a+b& v2", "a+bc v3"])
        let asked = server.log.withLockedValue {
          $0.requests.map { String($0.head.split(separator: " ")[1]) }
        }
        #expect(asked == targets.map { "/bucket/?" + $0 + (isS3 ? "=" : "") })
      }
    }
  }

  @Test("a page that is no page of versions, and one that leads to itself, is no end of the listing")
  func refused() async throws {
    let stuck = Self.page(Self.row("a%2Bb", "v"), next: "<NextKeyMarker>k</NextKeyMarker>")
    for page in [
      stuck, "", "<html/>", "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>",
    ] {
      try await ScriptedServer.run(script: { _ in [Clients.answer(200, page)] }) { server in
        let error = await Clients.error {
          _ = try await Clients.s3(server).listVersions(
            prefix: ObjectKey("a b"), from: VersionPosition(key: ObjectKey("k"), versionID: nil))
        }
        #expect(error?.code == .malformedAnswer)
      }
    }
  }

  static func configuration(_ status: String) -> String {
    """
    <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\(status)</VersioningConfiguration>
    """
  }

  @Test(
    "a bucket's versioning is what the store says, and unknown where it does not",
    arguments: [
      (200, configuration("<Status>Enabled</Status>"), Versioning.enabled),
      (200, configuration("\n<Status> Suspended </Status>"), .suspended), (200, configuration(""), .never),
      (200, configuration("<Status></Status>"), .never),
      (200, configuration("<Status>Odd</Status>"), .unknown),
      (200, "<ListBucketResult></ListBucketResult>", .unknown), (200, "<html></html>", .unknown),
      (403, RefusedCallTests.document("AccessDenied"), .unknown), (403, "", .unknown),
      (501, RefusedCallTests.document("NotImplemented"), .unknown), (405, "", .unknown), (400, "", .unknown),
    ])
  func versioning(status: Int, document: String, versioning: Versioning) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, document)] }) { server in
      let (s3, oss) = (try Clients.s3(server), try Clients.oss(server))
      #expect(try await s3.versioning() == versioning)
      #expect(try await oss.versioning() == versioning)
      let asked = server.log.withLockedValue { $0.requests.map { String($0.head.split(separator: " ")[1]) } }
      #expect(asked == ["/bucket/?versioning=", "/bucket/?versioning"])
    }
  }

  @Test(
    "what says nothing of versioning is an error",
    arguments: [
      (404, RefusedCallTests.document("NoSuchBucket"), StorageError.Code.noSuchBucket),
      (403, RefusedCallTests.document("SignatureDoesNotMatch"), .credentialsRejected),
      (503, "", .throttled), (200, "", .malformedAnswer),
      (200, "<VersioningConfiguration>", .malformedAnswer),
    ])
  func notSaid(status: Int, document: String, code: StorageError.Code) async throws {
    try await ScriptedServer.run(script: { _ in [Clients.answer(status, document)] }) { server in
      let error = await Clients.error { _ = try await Clients.s3(server).versioning() }
      #expect(error?.code == code)
    }
  }
}

import Checksums
import NIOConcurrencyHelpers
import ObjectStorage
import Testing

@testable import StorageClients

/// Documents in the syntax that Amazon's reference of GetObjectAttributes publishes, with check values of
/// the algorithms (the digests of `123456789`).
@Suite(.timeLimit(.minutes(10))) struct S3ObjectPartsTests {
  static let sha256 = "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="
  static let crc64nvme = "rosUhgp5mIg="
  static let crc32 = "y/Q5Jg=="

  static func response(_ inner: String) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + "<GetObjectAttributesResponse xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      + "<ETag>9e107d9d372bb6826bd81d3542a419d6-2</ETag>\(inner)</GetObjectAttributesResponse>"
  }

  static func part(_ number: Int, _ size: Int, _ more: String = "") -> String {
    "<Part><PartNumber>\(number)</PartNumber><Size>\(size)</Size>\(more)</Part>"
  }

  static let twoParts = response(
    "<Checksum><ChecksumSHA256>\(sha256)</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType></Checksum>"
      + "<ObjectParts><PartsCount>2</PartsCount><PartNumberMarker>0</PartNumberMarker>"
      + "<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>"
      + part(1, 5, "<ChecksumSHA256>\(sha256)</ChecksumSHA256>") + part(3, 4) + "</ObjectParts>"
      + "<ObjectSize>9</ObjectSize>")

  static func read(_ document: String) async throws -> ObjectParts? {
    try await ScriptedServer.run(script: { _ in [Clients.answer(200, document)] }) { server in
      try await Clients.s3(server).parts(ObjectKey("k"))
    }
  }

  @Test("an object of two parts with a composite checksum is told whole")
  func composite() async throws {
    let found = try #require(try await Self.read(Self.twoParts))
    let part = try #require(Checksum(.sha256, base64: Self.sha256))
    #expect(found.eTag == ETag("9e107d9d372bb6826bd81d3542a419d6-2"))
    #expect(found.size == 9 && found.partCount == 2 && found.checksums.isEmpty)
    #expect(found.compositeChecksums == [Checksum(.sha256, bytes: part.bytes, partCount: 2)])
    #expect(
      found.parts == [.init(number: 1, size: 5, checksums: [part]), .init(number: 3, size: 4)])
  }

  @Test(
    "a checksum is of the object, of its parts, or not believed",
    arguments: [
      ("<ChecksumCRC64NVME>\(crc64nvme)</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>", 1, 0),
      ("<ChecksumCRC64NVME>\(crc64nvme)</ChecksumCRC64NVME>", 1, 0),
      ("<ChecksumCRC32>\(crc32)</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>", 1, 0),
      ("<ChecksumCRC32>\(crc32)</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>", 0, 1),
      ("<ChecksumCRC32>\(crc32)-2</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>", 0, 1),
      ("<ChecksumCRC32>\(crc32)-2</ChecksumCRC32>", 0, 1), ("<ChecksumCRC32>\(crc32)</ChecksumCRC32>", 0, 0),
      ("<ChecksumCRC32>\(crc32)-3</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>", 0, 0),
      ("<ChecksumCRC32>\(crc32)-2</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType>", 0, 0),
      ("<ChecksumSHA256>\(sha256)</ChecksumSHA256>", 0, 0),
      ("<ChecksumSHA256>\(crc32)</ChecksumSHA256>", 0, 0),
      ("<ChecksumSHA256>\(sha256)</ChecksumSHA256><ChecksumType>NEW</ChecksumType>", 0, 0),
    ])
  func types(checksum: String, whole: Int, composite: Int) async throws {
    let found = try await Self.read(
      Self.response(
        "<Checksum>\(checksum)</Checksum><ObjectParts><PartsCount>2</PartsCount></ObjectParts>"))
    #expect(found?.checksums.count == whole)
    #expect(found?.compositeChecksums.map(\.partCount) == Array(repeating: 2, count: composite))
    #expect(found?.parts.isEmpty == true && found?.partCount == 2)
  }

  @Test("what Amazon answered for an upload of 5 MiB, 5 MiB and 1 MiB fits together, as does its HEAD")
  func amazon() async throws {
    // Recorded by others from S3 in eu-west-1, 2026-09-03: https://github.com/floci-io/floci/issues/3083
    let digests = [
      "lcKa6Boe7a167tUCN5C4OaFygGSYD8MBnBARTrdL+1w=", "gHjhbUT4oo2tSCtSZJdlKi+jeNXJT+VImqdPXsXvkOc=",
      "4l9PQ3zOPZ0oGFvknFX+J4zZwE4WMzO+l3r8XrbWOeM=",
    ]
    let rows = zip(digests, [5 << 20, 5 << 20, 1 << 20]).enumerated().map { index, row in
      Self.part(index + 1, row.1, "<ChecksumSHA256>\(row.0)</ChecksumSHA256>")
    }
    let composite = "rVWtNbadtsaKXJAcgWPWjifHzJaXde/iV4jaJAOdivc="
    let found = try #require(
      try await Self.read(
        Self.response(
          "<Checksum><ChecksumSHA256>\(composite)</ChecksumSHA256><ChecksumType>COMPOSITE</ChecksumType></Checksum>"
            + "<ObjectParts><PartsCount>3</PartsCount><IsTruncated>false</IsTruncated>\(rows.joined())</ObjectParts>"
            + "<ObjectSize>\(11 << 20)</ObjectSize>")))
    let head = S3Attributes.read(
      HTTPFields([
        ("x-amz-checksum-sha256", "\(composite)-3"), ("x-amz-checksum-type", "COMPOSITE"),
      ]), size: 11 << 20, bucket: "b", isWhole: true)
    let bytes = Checksum.of(found.parts.flatMap { $0.checksums.flatMap(\.bytes) }, .sha256).bytes
    #expect(found.compositeChecksums == [Checksum(.sha256, bytes: bytes, partCount: 3)])
    #expect(head.compositeChecksums == found.compositeChecksums)
  }

  @Test(
    "the spellings of the document that other stores have are read",
    arguments: ["getObjectAttributesResponse", "GetObjectAttributesOutput"])
  func spellings(root: String) async throws {
    #expect(try await Self.read("<\(root)><ObjectSize>9</ObjectSize></\(root)>")?.size == 9)
  }

  @Test("an object that was put whole has no parts")
  func single() async throws {
    let found = try #require(
      try await Self.read(
        Self.response(
          "<Checksum><ChecksumCRC32>\(Self.crc32)</ChecksumCRC32></Checksum><ObjectSize>9</ObjectSize>")))
    #expect(found.partCount == nil && found.parts.isEmpty && found.size == 9)
    #expect(found.checksums == [Checksum(.crc32, value: 0xcbf4_3926)])
  }

  @Test(
    "an answer that contradicts itself is not believed",
    arguments: [
      "", "<GetObjectAttributesResponse>", "<Other/>",
      response("<ObjectSize>-1</ObjectSize>"),
      response("<ObjectSize>1</ObjectSize><ObjectSize>2</ObjectSize>"),
      response("<ObjectParts><PartsCount>10001</PartsCount></ObjectParts>"),
      response("<ObjectParts><PartsCount>2</PartsCount>\(part(1, 5))</ObjectParts>"),
      response("<ObjectParts>\(part(1, 5))\(part(2, 5))</ObjectParts><ObjectSize>9</ObjectSize>"),
      response("<ObjectParts>\(part(2, 5))\(part(1, 5))</ObjectParts>"),
      response("<ObjectParts>\(part(0, 5))</ObjectParts>"),
      response("<ObjectParts>\(part(10_001, 5))</ObjectParts>"),
      response("<ObjectParts>\(part(1, Int.max))\(part(2, 1))</ObjectParts>"),
      response("<ObjectParts><IsTruncated>maybe</IsTruncated></ObjectParts>"),
      response("<ObjectParts><IsTruncated>true</IsTruncated></ObjectParts>"),
      response(
        "<ObjectParts><IsTruncated>true</IsTruncated><NextPartNumberMarker>0</NextPartNumberMarker></ObjectParts>"
      ),
      response(
        "<ObjectParts><IsTruncated>true</IsTruncated><NextPartNumberMarker>5</NextPartNumberMarker></ObjectParts>"
      ),
    ])
  func malformed(_ document: String) async throws {
    let error = await Clients.error { _ = try await Self.read(document) }
    #expect(error?.code == .malformedAnswer)
    #expect(error?.key == ObjectKey("k"))
  }

  @Test(
    "parts of several pages are put together, and an object that changes between them is noticed",
    arguments: [true, false])
  func pages(isSame: Bool) async throws {
    try await ScriptedServer.run(script: { request in
      let isFirst = !request.head.lowercased().contains("x-amz-part-number-marker")
      let parts = isFirst ? Self.part(1, 1) + Self.part(2, 1) : Self.part(3, isSame ? 1 : 2)
      let next = isFirst ? "<NextPartNumberMarker>2</NextPartNumberMarker>" : ""
      return [
        Clients.answer(
          200,
          Self.response(
            "<ObjectParts><PartsCount>3</PartsCount><IsTruncated>\(isFirst)</IsTruncated>\(next)\(parts)</ObjectParts>"
              + "<ObjectSize>\(isFirst || isSame ? 3 : 4)</ObjectSize>"))
      ]
    }) { server in
      guard isSame else {
        let error = await Clients.error { _ = try await Clients.s3(server).parts(ObjectKey("k")) }
        #expect(error?.code == .malformedAnswer)
        return
      }
      let found = try await Clients.s3(server).parts(ObjectKey("k"))
      #expect(found?.parts.map(\.number) == [1, 2, 3])
      let heads = server.log.withLockedValue { $0.requests.map { $0.head.lowercased() } }
      #expect(heads.count == 2)
      #expect(heads.allSatisfy { $0.hasPrefix("get /bucket/k?attributes= ") })
      #expect(
        heads.allSatisfy {
          $0.contains("\r\nx-amz-object-attributes: etag,checksum,objectparts,objectsize\r\n")
        })
      #expect(heads.last?.contains("\r\nx-amz-part-number-marker: 2\r\n") == true)
    }
  }
}

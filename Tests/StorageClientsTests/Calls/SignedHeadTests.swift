import Checksums
import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Heads that are written as bytes are those that ordinary calls send, field by field.
@Suite struct SignedHeadTests {
  private static func place(_ endpoint: String, _ pays: Bool = false) throws -> StorePlace {
    var place = StorePlace(bucket: "bucket", endpoint: try HTTPOrigin(endpoint: endpoint), region: "r-1")
    place.requesterPays = pays
    return place
  }

  private struct Head: Equatable {
    var line: String
    var fields: [String]

    init(line: String, fields: [String]) {
      self.line = line
      self.fields = fields.sorted()
    }

    init?(_ bytes: [UInt8]) {
      var lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
      guard lines.count > 3, lines.removeLast().isEmpty, lines.removeLast().isEmpty else { return nil }
      self.init(line: lines.removeFirst(), fields: lines)
    }
  }

  private static func ordinary(
    _ dialect: some StoreDialect, _ call: StoreCall, length: Int?
  ) throws -> Head {
    let request = try dialect.request(for: call, with: Clients.credentials, at: Clients.now)
    var fields = request.fields.all.map { "\($0.name): \($0.value)" }
    if let length { fields.append("content-length: \(length)") }
    return Head(line: "\(request.method.rawValue) \(request.target) HTTP/1.1", fields: fields)
  }

  private static func calls(_ key: ObjectKey) -> [(StoreCall, Int?)] {
    var get = StoreCall(.get, key)
    get.fields.add("x-amz-checksum-mode", "ENABLED")
    get.ask(for: nil, ETag("\"d41d8cd98f00b204e9800998ecf8427e\""))
    var put = StoreCall(.put, key)
    MetadataFields.write(
      ObjectMetadata(
        contentType: "text/plain; charset=utf-8", cacheControl: "no-cache",
        user: [.init(name: "a-b", value: "one two"), .init(name: "a", value: "x,y")]),
      prefix: "x-oss-meta-", into: &put.fields)
    put.fields.add("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")
    put.body = .whole(ByteBuffer(string: "hello"))
    return [(get, nil), (put, 5)]
  }

  private static func head(
    _ dialect: some StoreDialect, _ call: StoreCall, length: Int?,
    with credentials: Credentials = Clients.credentials, at now: Timestamp = Clients.now
  ) -> [UInt8]? {
    guard let head = dialect.head(of: call, bodyLength: length, with: credentials, at: now) else {
      return nil
    }
    return Array(head.bytes)
  }

  @Test("of every key that can land, in either dialect, with and without a payer")
  func same() throws {
    var compared = 0
    for vector in try RequestTests.hostileKeys() {
      let key = ObjectKey(vector.key)
      for (call, length) in Self.calls(key) {
        for pays in [false, true] {
          if vector.s3_valid {
            for endpoint in ["https://s3.eu-west-1.amazonaws.com", "http://127.0.0.1:9000"] {
              let dialect = S3Dialect(place: try Self.place(endpoint, pays))
              let head = Self.head(dialect, call, length: length)
              let ordinary = try Self.ordinary(dialect, call, length: length)
              #expect(head.flatMap { Head($0) } == ordinary)
              compared += 1
            }
          }
          if vector.oss_valid {
            let dialect = OSSDialect(
              place: try Self.place("https://oss-cn-hangzhou.aliyuncs.com", pays), signature: .four)
            let head = Self.head(dialect, call, length: length)
            let ordinary = try Self.ordinary(dialect, call, length: length)
            #expect(head.flatMap { Head($0) } == ordinary)
            compared += 1
          }
        }
      }
    }
    #expect(compared > 400)
  }

  @Test("the next second, and other keys, give another signature")
  func moments() throws {
    let dialect = S3Dialect(place: try Self.place("http://127.0.0.1:9000"))
    let call = StoreCall(.get, ObjectKey("k"))
    let other = Credentials(accessKeyID: "OTHER", secretAccessKey: "s")
    var seen: Set<[UInt8]> = []
    for (credentials, seconds) in [
      (Clients.credentials, 0), (Clients.credentials, 1), (other, 1), (other, 86_400),
    ] {
      let now = Clients.now.advanced(byMilliseconds: Int64(seconds) * 1000)
      let head = try #require(Self.head(dialect, call, length: nil, with: credentials, at: now))
      let request = try dialect.request(for: call, with: credentials, at: now)
      #expect(
        String(decoding: head, as: UTF8.self).contains(
          "authorization: \(request.fields["authorization"] ?? "?")\r\n"))
      seen.insert(head)
    }
    #expect(seen.count == 4)
  }

  @Test(
    "what a signature would rewrite, or no head may hold, is left to ordinary calls",
    arguments: [
      ("x-amz-meta-a", "two  spaces"), ("x-amz-meta-a", " at the start"), ("x-amz-meta-a", "at the end "),
      ("x-amz-meta-a", "näh"), ("x-amz-meta-a", "a\r\nx: y"), ("x-amz-meta-a", ""), ("X-Amz-Meta-A", "v"),
      ("x-amz-meta-a b", "v"), ("", "v"), ("host", "twice"),
    ])
  func left(name: String, value: String) throws {
    var call = StoreCall(.put, ObjectKey("k"))
    call.fields.add(name, value)
    let s3 = S3Dialect(place: try Self.place("http://127.0.0.1:9000"))
    #expect(Self.head(s3, call, length: 5) == nil)
    let oss = OSSDialect(place: try Self.place("http://127.0.0.1:9000"), signature: .four)
    #expect(Self.head(oss, call, length: 5) == nil)
  }

  @Test(
    "every byte of ASCII at every place of a value is left where a signature would rewrite it, and only there"
  )
  func places() throws {
    let dialect = S3Dialect(place: try Self.place("http://127.0.0.1:9000"))
    for count in [1, 7, 8, 9, 19] {
      for place in 0..<count {
        for byte in UInt8(0)..<0x80 {
          var value = [UInt8](repeating: UInt8(ascii: "v"), count: count)
          value[place] = byte
          var call = StoreCall(.get, ObjectKey("k"))
          call.fields.add("x-amz-meta-a", String(decoding: value, as: UTF8.self))
          let isPlain =
            (0x21..<0x7f).contains(byte) || byte == 0x20 && place > 0 && place < count - 1
          let isWritten = Self.head(dialect, call, length: nil) != nil
          #expect(isWritten == isPlain, "byte \(byte) at \(place) of \(count)")
        }
      }
    }
  }

  @Test("the older signature of OSS, a query, and a call for no object are ordinary calls")
  func others() throws {
    let place = try Self.place("http://127.0.0.1:9000")
    let older = OSSDialect(place: place, signature: .one)
    #expect(Self.head(older, StoreCall(.get, ObjectKey("k")), length: nil) == nil)
    let s3 = S3Dialect(place: place)
    #expect(Self.head(s3, StoreCall(.get), length: nil) == nil)
    #expect(Self.head(s3, StoreCall(.get, ObjectKey("k"), query: [("tagging", nil)]), length: nil) == nil)
  }
}

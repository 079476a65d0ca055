import Foundation
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

/// Known answers of other implementations; any file of the format is taken.
@Suite struct SignatureVectorTests {
  struct File: Decodable { var vectors: [Vector] }

  struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    struct Request: Decodable, Sendable {
      var method: String
      var host: String?
      var bucket: String?
      var key: String?
      var path: String?
      var query: [[String?]]
      var headers: [[String]]
      var additional_headers: [String]?
      var extra_subresources: [String]?
      var body_hex: String?
      var payload: String?
      var presign_expires: Int?
    }
    struct Keys: Decodable, Sendable {
      var access_key: String
      var secret_key: String
      var session_token: String?
    }
    struct Expected: Decodable, Sendable { var signature: String? }
    var id: String
    /// Of the published files alone.
    var version: Int?
    var product: String?
    var request: Request
    var credentials: Keys
    var region: String
    var time: String
    var expect: Expected
    var confirmed: Bool?
    var testDescription: String { id }

    var toSign: RequestToSign {
      let key = Array((request.key ?? "").utf8)
      let bucket = request.bucket.map { Array("/\($0)/".utf8) } ?? Array("/".utf8)
      let query = request.query.map { (name: ($0.first ?? nil) ?? "", value: $0.count > 1 ? $0[1] : nil) }
      var fields = request.headers.map { (name: $0[0], value: $0[1]) }
      if let host = request.host { fields.append((name: "host", value: host)) }
      let isUnsigned = request.payload == "UNSIGNED-PAYLOAD"
      return RequestToSign(
        method: request.method, path: request.path ?? "", resource: bucket + key, query: query,
        fields: fields, document: isUnsigned ? nil : hexBytes(request.body_hex ?? ""))
    }

    var keys: Credentials {
      Credentials(
        accessKeyID: credentials.access_key, secretAccessKey: credentials.secret_key,
        sessionToken: credentials.session_token)
    }

    var instant: Timestamp? {
      let t = Array(time)
      let iso =
        "\(String(t[0..<4]))-\(String(t[4..<6]))-\(String(t[6..<11])):\(String(t[11..<13])):\(String(t[13..<16]))"
      return Timestamp(iso8601: iso)
    }
  }

  static func vectors(_ name: String) -> [Vector] {
    // A missing file leaves no case, and the test of the file's presence fails.
    let file = try? Fixtures.decode(File.self, name)
    return (file?.vectors ?? []).filter { $0.confirmed != false }
  }

  static let published: [Vector] =
    Fixtures.published("published_oss_fixed_time.json").flatMap { data in
      try? JSONDecoder().decode(File.self, from: data).vectors
    } ?? []

  @Test("the vectors are there", arguments: ["sigv4_s3.json", "oss_v1.json", "oss_v4.json"])
  func present(_ name: String) { #expect(!Self.vectors(name).isEmpty) }

  @Test("S3 requests are signed as others sign them", arguments: vectors("sigv4_s3.json"))
  func s3(_ vector: Vector) throws {
    let now = try #require(vector.instant)
    let signature = S3Signature(vector.keys, region: vector.region)
    let expected = try #require(vector.expect.signature)
    if let seconds = vector.request.presign_expires {
      let query = signature.presignedQuery(vector.toSign, expiresInSeconds: seconds, at: now)
      #expect(query.last?.value == expected)
    } else {
      #expect(signature.sign(vector.toSign, at: now).last?.value.hasSuffix("Signature=\(expected)") == true)
    }
  }

  @Test("OSS requests are signed with version 1 as others sign them", arguments: vectors("oss_v1.json"))
  func ossOne(_ vector: Vector) throws { try oss(.one, vector) }

  @Test("OSS requests are signed with version 4 as others sign them", arguments: vectors("oss_v4.json"))
  func ossFour(_ vector: Vector) throws { try oss(.four, vector) }

  @Test("the vendor's own cases of fixed times", .enabled(if: !published.isEmpty), arguments: published)
  func ossPublished(_ vector: Vector) throws { try oss(vector.version == 1 ? .one : .four, vector) }

  private func oss(_ signature: OSSSignature, _ vector: Vector) throws {
    let now = try #require(vector.instant)
    let expected = try #require(vector.expect.signature)
    let product = vector.product ?? "oss"
    let additional = vector.request.additional_headers ?? []
    if let seconds = vector.request.presign_expires {
      let query = signature.presignedQuery(
        vector.toSign, with: vector.keys, region: vector.region, product: product, additional: additional,
        expiresInSeconds: seconds, at: now)
      #expect(query.last?.value == expected)
    } else {
      let signed = signature.sign(
        vector.toSign, with: vector.keys, region: vector.region, product: product, additional: additional,
        at: now)
      #expect(signed.last?.value.hasSuffix(expected) == true)
    }
  }
}

private func hexBytes(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
  }
}

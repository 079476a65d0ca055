import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

/// Amazon's own suite, where it lies beside the repository.
@Suite struct PublishedSignatureTests {
  struct File: Decodable { var vectors: [Vector] }

  struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    struct Context: Decodable, Sendable {
      struct Keys: Decodable, Sendable {
        var access_key_id: String
        var secret_access_key: String
        var token: String?
      }
      var credentials: Keys
      var expiration_in_seconds: Int
      var normalize: Bool
      var region: String
      var service: String
      var sign_body: Bool
      var timestamp: String
    }
    struct Request: Decodable, Sendable {
      var method: String
      var target: String
      var headers: [[String]]
      var body: String
    }
    struct Expected: Decodable, Sendable { var header: Answer }
    struct Answer: Decodable, Sendable { var signature: String }
    var id: String
    var context: Context
    var request: Request
    var expect: Expected
    var testDescription: String { id }
  }

  /// Paths that are folded before they are signed are another service's way: S3 signs them as they are.
  static let vectors: [Vector] =
    Fixtures.published("published_aws_sigv4_suite.json").flatMap { data in
      try? JSONDecoder().decode(File.self, from: data).vectors
    }?.filter { vector in
      let path = vector.request.target.prefix { $0 != "?" }
      return !vector.context.normalize
        || !(path.contains("//") || path.contains("/.")) && !vector.context.sign_body
    } ?? []

  @Test("Amazon's own cases", .enabled(if: !vectors.isEmpty), arguments: vectors)
  func published(_ vector: Vector) throws {
    let now = try #require(Timestamp(iso8601: vector.context.timestamp))
    let target = vector.request.target
    let path = target.prefix { $0 != "?" }
    let query = target.dropFirst(path.count + 1).split(separator: "&").map { item in
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (
        name: pair[0].removingPercentEncoding ?? pair[0],
        value: pair.dropFirst().first?.removingPercentEncoding
      )
    }
    var fields = vector.request.headers.map { (name: $0[0], value: $0[1]) }
    fields.append(("X-Amz-Date", now.basic))
    let keys = vector.context.credentials
    if let token = keys.token, !vector.id.contains("sts-header-after") {
      fields.append(("X-Amz-Security-Token", token))
    }
    let request = RequestToSign(
      method: vector.request.method, path: URIEncoding.path(Array(path.utf8)), resource: [],
      query: query.map { ($0.name, $0.value) }, fields: fields, document: nil)
    let signature = S3Signature(
      Credentials(accessKeyID: keys.access_key_id, secretAccessKey: keys.secret_access_key),
      region: vector.context.region, service: vector.context.service)
    let authorization = signature.authorization(request, payload: sha256Hex(vector.request.body), at: now)
    #expect(authorization.hasSuffix("Signature=\(vector.expect.header.signature)"))
  }

  private func sha256Hex(_ text: String) -> String { Checksum.of(Array(text.utf8), .sha256).hex }
}

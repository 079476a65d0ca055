import Checksums
import ObjectStorage

/// `OSS4-HMAC-SHA256`: the resource with its bucket, the whole query, and the fields that OSS signs by itself.
struct OSSSignatureFour {
  private let credentials: Credentials
  private let region: String
  private let product: String
  private let keys: SigningKeys

  private static let algorithm = "OSS4-HMAC-SHA256"

  init(_ credentials: Credentials, region: String, product: String, keys: SigningKeys) {
    self.credentials = credentials
    self.region = region
    self.product = product
    self.keys = keys
  }

  func sign(
    _ given: RequestToSign, _ additional: [String], at now: Timestamp
  ) -> [(name: String, value: String)] {
    var request = given
    if !request.fields.contains(where: { lowercased($0.name) == "x-oss-content-sha256" }) {
      request.fields.append(("x-oss-content-sha256", "UNSIGNED-PAYLOAD"))
    }
    request.fields.append(("x-oss-date", now.basic))
    let more = present(additional, in: request)
    let signature = signature(request, request.query, more, now)
    let listed = more.isEmpty ? "" : "AdditionalHeaders=\(more.joined(separator: ";")),"
    let authorization =
      "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(now)),\(listed)Signature=\(signature)"
    return request.fields + [("authorization", authorization)]
  }

  func presignedQuery(
    _ request: RequestToSign, _ additional: [String], _ seconds: Int, at now: Timestamp
  ) -> [(name: String, value: String?)] {
    let more = present(additional, in: request)
    var query = request.query
    query += [
      ("x-oss-signature-version", Self.algorithm),
      ("x-oss-credential", "\(credentials.accessKeyID)/\(scope(now))"),
      ("x-oss-date", now.basic), ("x-oss-expires", String(seconds)),
    ]
    if let token = credentials.sessionToken { query.append(("x-oss-security-token", token)) }
    if !more.isEmpty { query.append(("x-oss-additional-headers", more.joined(separator: ";"))) }
    return query + [("x-oss-signature", signature(request, query, more, now))]
  }

  /// Additional fields that are there and that OSS would not sign by itself; lower case, sorted.
  private func present(_ additional: [String], in request: RequestToSign) -> [String] {
    guard !additional.isEmpty else { return [] }
    let there = Set(request.fields.map { $0.name.lowercased() })
    return Set(additional.map { $0.lowercased() }).filter { there.contains($0) && !isAlwaysSigned($0) }
      .sorted()
  }

  private func isAlwaysSigned(_ name: String) -> Bool {
    name.hasPrefix("x-oss-") || name == "content-type" || name == "content-md5"
  }

  private func scope(_ now: Timestamp) -> String { "\(now.basicDate)/\(region)/\(product)/aliyun_v4_request" }

  private func signature(
    _ request: RequestToSign, _ query: [(name: String, value: String?)], _ additional: [String],
    _ now: Timestamp
  ) -> String {
    let signed = request.canonicalFields { isAlwaysSigned($0) || additional.contains($0) }
    var canonical = SignatureText()
    canonical.addLine(request.method)
    canonical.addLine(URIEncoding.path(request.resource))
    canonical.addLine(URIEncoding.query(query, emptyIsBare: true))
    canonical.addFields(signed)
    canonical.addLine(additional.joined(separator: ";"))
    canonical.add("UNSIGNED-PAYLOAD")
    var text = SignatureText()
    text.addLine(Self.algorithm)
    text.addLine(now.basic)
    text.addLine(scope(now))
    text.add(canonical.digest)
    let key = keys.key("aliyun_v4", credentials, [now.basicDate, region, product, "aliyun_v4_request"])
    return encodeHex(HMAC.sha256(key: key, text.bytes))
  }
}

import Checksums
public import ObjectStorage

/// Signature version 4 of Amazon S3, in the `Authorization` field or in the query of a presigned URL.
public struct S3Signature: Sendable {
  private let credentials: Credentials
  private let region: String
  private let service: String
  private let keys: SigningKeys

  /// Signatures that share `keys` derive a day's key once.
  public init(
    _ credentials: Credentials, region: String, service: String = "s3", keys: SigningKeys = SigningKeys()
  ) {
    self.credentials = credentials
    self.region = region
    self.service = service
    self.keys = keys
  }

  /// The request's fields with those of the signature; a stream goes unsigned, a document with its digest.
  public func sign(_ request: RequestToSign, at now: Timestamp) -> [(name: String, value: String)] {
    var request = request
    let payload =
      request.document.map { $0.isEmpty ? Self.digestOfNothing : encodeHex(sha256($0)) } ?? "UNSIGNED-PAYLOAD"
    request.fields.append(("x-amz-content-sha256", payload))
    request.fields.append(("x-amz-date", now.basic))
    if let token = credentials.sessionToken { request.fields.append(("x-amz-security-token", token)) }
    return request.fields + [("authorization", authorization(request, payload: payload, at: now))]
  }

  /// The `Authorization` of a request whose fields are all there and are all signed.
  public func authorization(_ request: RequestToSign, payload: String, at now: Timestamp) -> String {
    let signed = request.canonicalFields(collapsingSpaces: true) { _ in true }
    let names = signed.map(\.name).joined(separator: ";")
    let signature = signature(request, request.query, signed, names, payload, now)
    return
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope(now)),SignedHeaders=\(names),Signature=\(signature)"
  }

  /// The query of a URL that stands for the request by itself for a while; every field of the request is signed.
  public func presignedQuery(
    _ request: RequestToSign, expiresInSeconds: Int, payload: String = "UNSIGNED-PAYLOAD", at now: Timestamp
  ) -> [(name: String, value: String?)] {
    let signed = request.canonicalFields(collapsingSpaces: true) { _ in true }
    let names = signed.map(\.name).joined(separator: ";")
    var query = request.query
    query += [
      ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
      ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(now))"),
      ("X-Amz-Date", now.basic), ("X-Amz-Expires", String(expiresInSeconds)),
      ("X-Amz-SignedHeaders", names),
    ]
    if let token = credentials.sessionToken { query.append(("X-Amz-Security-Token", token)) }
    return query + [("X-Amz-Signature", signature(request, query, signed, names, payload, now))]
  }

  private func scope(_ now: Timestamp) -> String { scope(ofDate: now.basicDate) }

  private func scope(ofDate date: String) -> String { "\(date)/\(region)/\(service)/aws4_request" }

  private func signature(
    _ request: RequestToSign, _ query: [(name: String, value: String?)],
    _ signed: [(name: String, value: String)], _ names: String, _ payload: String, _ now: Timestamp
  ) -> String {
    var canonical = SignatureText()
    canonical.addLine(request.method)
    canonical.addLine(request.path)
    canonical.addLine(URIEncoding.query(query, emptyIsBare: false))
    canonical.addFields(signed)
    canonical.addLine(names)
    canonical.add(payload)
    let date = now.basicDate
    var text = SignatureText()
    text.addLine("AWS4-HMAC-SHA256")
    text.addLine(now.basic)
    text.addLine(scope(ofDate: date))
    text.add(canonical.digest)
    let key = keys.key("AWS4", credentials, [date, region, service, "aws4_request"])
    return encodeHex(HMAC.sha256(key: key, text.bytes))
  }

  private static let digestOfNothing = encodeHex(sha256([]))
}

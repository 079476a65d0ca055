import Checksums
public import ObjectStorage

/// Signature version 4 of Amazon S3 in the `Authorization` field.
public struct S3Signature: Sendable {
  private let credentials: Credentials
  private let region: String
  private let keys = SigningKeys()

  public init(_ credentials: Credentials, region: String) {
    self.credentials = credentials
    self.region = region
  }

  /// The request's fields with those of the signature; a stream goes unsigned, a document with its digest.
  public func sign(_ request: RequestToSign, at now: Timestamp) -> [(name: String, value: String)] {
    var request = request
    let payload = request.document.map { encodeHex(Checksum.of($0, .sha256).bytes) } ?? "UNSIGNED-PAYLOAD"
    request.fields.append(("x-amz-content-sha256", payload))
    request.fields.append(("x-amz-date", now.basic))
    if let token = credentials.sessionToken { request.fields.append(("x-amz-security-token", token)) }
    let signed = request.canonicalFields { _ in true }
    let names = signed.map(\.name).joined(separator: ";")
    let canonical = [
      request.method, request.path, URIEncoding.query(request.query, emptyIsBare: false),
      signed.map { "\($0.name):\($0.value)\n" }.joined(), names, payload,
    ].joined(separator: "\n")
    let scope = "\(now.basicDate)/\(region)/s3/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(now.basic)\n\(scope)\n\(sha256(canonical))"
    let key = keys.key("AWS4", credentials, [now.basicDate, region, "s3", "aws4_request"])
    let signature = encodeHex(HMAC.sha256(key: key, Array(text.utf8)))
    let authorization =
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope),SignedHeaders=\(names),Signature=\(signature)"
    return request.fields + [("authorization", authorization)]
  }
}

func sha256(_ text: String) -> String { encodeHex(Checksum.of(Array(text.utf8), .sha256).bytes) }

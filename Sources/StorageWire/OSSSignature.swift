public import ObjectStorage

/// The two signatures of Alibaba Cloud OSS, in the `Authorization` field or in the query of a presigned URL.
public enum OSSSignature: Int, Sendable {
  case one = 1
  case four = 4

  /// The request's fields with those of the signature.
  ///
  /// `additional` names fields that version 4 signs beside its own; version 1 knows none.
  public func sign(
    _ request: RequestToSign, with credentials: Credentials, region: String, product: String = "oss",
    additional: [String] = [], at now: Timestamp, keys: SigningKeys = SigningKeys()
  ) -> [(name: String, value: String)] {
    var request = request
    if let token = credentials.sessionToken { request.fields.append(("x-oss-security-token", token)) }
    switch self {
    case .one: return OSSSignatureOne(credentials).sign(request, at: now)
    case .four:
      return OSSSignatureFour(credentials, region: region, product: product, keys: keys)
        .sign(request, additional, at: now)
    }
  }

  /// The query of a URL that stands for the request by itself for a while.
  public func presignedQuery(
    _ request: RequestToSign, with credentials: Credentials, region: String, product: String = "oss",
    additional: [String] = [], expiresInSeconds: Int, at now: Timestamp
  ) -> [(name: String, value: String?)] {
    switch self {
    case .one: OSSSignatureOne(credentials).presignedQuery(request, expiresInSeconds, at: now)
    case .four:
      OSSSignatureFour(credentials, region: region, product: product, keys: SigningKeys())
        .presignedQuery(request, additional, expiresInSeconds, at: now)
    }
  }
}

import Checksums
public import ObjectStorage

/// Signature version 1.0 of Alibaba Cloud's RPC services, HMAC-SHA1 over all parameters of a call, whether they stand
/// in its query or in its form.
public struct AlibabaRPCSignature: Sendable {
  private let credentials: Credentials

  public init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  /// The parameters that every signed call has beside its own.
  public func parameters(nonce: String, at now: Timestamp) -> [(name: String, value: String?)] {
    var parameters: [(name: String, value: String?)] = [
      ("AccessKeyId", credentials.accessKeyID), ("SignatureMethod", "HMAC-SHA1"), ("SignatureNonce", nonce),
      ("SignatureVersion", "1.0"), ("Timestamp", Self.time(now)),
    ]
    if let token = credentials.sessionToken { parameters.append(("SecurityToken", token)) }
    return parameters
  }

  /// The value of `Signature`.
  public func signature(method: String, _ parameters: [(name: String, value: String?)]) -> String {
    let canonical = URIEncoding.query(parameters, emptyIsBare: false)
    let text = "\(method)&%2F&\(URIEncoding.query(canonical))"
    return encodeBase64(HMAC.sha1(key: Array("\(credentials.secretAccessKey)&".utf8), Array(text.utf8)))
  }

  /// Without a fraction of the second, which the services refuse.
  public static func time(_ now: Timestamp) -> String {
    Timestamp(millisecondsSinceEpoch: now.secondsSinceEpoch * 1000).iso8601.replacing(".000Z", with: "Z")
  }
}

extension String {
  /// The text with another end, where it has the given one.
  fileprivate func replacing(_ end: String, with other: String) -> String {
    hasSuffix(end) ? String(dropLast(end.count)) + other : self
  }
}

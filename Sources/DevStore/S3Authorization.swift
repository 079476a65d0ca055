import Checksums

/// How the body of an authorised request is to be checked.
enum PayloadRule: Equatable {
  case unsigned
  /// SHA-256 in hexadecimal digits.
  case signed(String)
  /// `aws-chunked`; signed chunks chain from the request's signature.
  case chunked(ChunkChain?)
}

/// What signed chunks are checked with.
struct ChunkChain: Equatable {
  var key: [UInt8]
  var date: String
  var scope: String
  var previous: String
}

/// Checks AWS Signature Version 4 over what was received.
struct S3Authorization {
  let configuration: DevStoreConfiguration
  /// Seconds since the epoch.
  let now: Int64

  private static let tolerance: Int64 = 15 * 60

  func check(_ request: ServerRequest) throws -> PayloadRule {
    if let field = request["authorization"] { return try checkHeader(field, request) }
    if request.has("X-Amz-Signature") { return try checkQuery(request) }
    throw ServerError.accessDenied
  }

  private func checkHeader(_ field: String, _ request: ServerRequest) throws -> PayloadRule {
    let prefix = "AWS4-HMAC-SHA256 "
    guard field.hasPrefix(prefix) else {
      throw ServerError(
        400, "InvalidRequest", "The authorization mechanism you have provided is not supported.")
    }
    let parts = Parameters.split(field.dropFirst(prefix.count))
    guard let credential = parts["Credential"], let names = parts["SignedHeaders"],
      let signature = parts["Signature"],
      let date = request["x-amz-date"], let payload = request["x-amz-content-sha256"]
    else { throw ServerError(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.") }
    let signed = names.split(separator: ";").map(String.init)
    guard signed.contains("host") else { throw mismatch }
    let query = canonicalQuery(request.query.filter { _ in true })
    let chain = try verify(request, credential, date, signed, query, payload, signature)
    return rule(payload, chain)
  }

  private func checkQuery(_ request: ServerRequest) throws -> PayloadRule {
    guard request.value("X-Amz-Algorithm") == "AWS4-HMAC-SHA256",
      let credential = request.value("X-Amz-Credential"),
      let names = request.value("X-Amz-SignedHeaders"), let signature = request.value("X-Amz-Signature"),
      let date = request.value("X-Amz-Date"),
      let lifetime = request.value("X-Amz-Expires").flatMap({ Int64($0) }),
      let signedAt = Instant.basic(date)
    else {
      throw ServerError(400, "AuthorizationQueryParametersError", "The query is not a whole signature.")
    }
    guard now <= signedAt + lifetime else { throw ServerError(403, "AccessDenied", "Request has expired") }
    let query = canonicalQuery(request.query.filter { $0.name != "X-Amz-Signature" })
    let signed = names.split(separator: ";").map(String.init)
    _ = try verify(request, credential, date, signed, query, "UNSIGNED-PAYLOAD", signature, isPresigned: true)
    return .unsigned
  }

  private func verify(
    _ request: ServerRequest, _ credential: String, _ date: String, _ signed: [String], _ query: String,
    _ payload: String, _ signature: String, isPresigned: Bool = false
  ) throws -> ChunkChain {
    let scope = credential.split(separator: "/", omittingEmptySubsequences: false)
    guard scope.count == 5, scope[3] == "s3", scope[4] == "aws4_request", date.hasPrefix(scope[1]) else {
      throw ServerError(400, "AuthorizationHeaderMalformed", "The credential is malformed.")
    }
    guard scope[0] == configuration.accessKeyID else {
      throw ServerError(
        403, "InvalidAccessKeyId", "The access key Id you provided does not exist in our records.")
    }
    guard scope[2] == configuration.region else {
      throw ServerError(
        400, "AuthorizationHeaderMalformed",
        "The region '\(scope[2])' is wrong; expecting '\(configuration.region)'")
    }
    if !isPresigned { try requireTime(Instant.basic(date)) }
    let canonical = [
      request.method, Percent.encode(Percent.decode(Substring(request.rawPath)), keeping: "/"), query,
      headers(request, signed), signed.joined(separator: ";"), payload,
    ].joined(separator: "\n")
    let scopeText = scope.dropFirst().joined(separator: "/")
    let text = "AWS4-HMAC-SHA256\n\(date)\n\(scopeText)\n\(Checksum.of(Array(canonical.utf8), .sha256).hex)"
    var key = Array(("AWS4" + configuration.secretAccessKey).utf8)
    for step in scope.dropFirst() { key = HMAC.sha256(key: key, Array(step.utf8)) }
    guard encodeHex(HMAC.sha256(key: key, Array(text.utf8))) == signature else { throw mismatch }
    return ChunkChain(key: key, date: date, scope: scopeText, previous: signature)
  }

  private func rule(_ payload: String, _ chain: ChunkChain) -> PayloadRule {
    switch payload {
    case "UNSIGNED-PAYLOAD": .unsigned
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER": .chunked(nil)
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": .chunked(chain)
    default: .signed(payload)
    }
  }

  private func headers(_ request: ServerRequest, _ signed: [String]) -> String {
    signed.map { name in
      let values = request.headers.filter { $0.name == name }.map { value in
        value.value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
      }
      return "\(name):\(values.joined(separator: ","))\n"
    }.joined()
  }

  private func canonicalQuery(_ query: [(name: String, value: String?)]) -> String {
    query.map { (Percent.encode(Array($0.name.utf8)), Percent.encode(Array(($0.value ?? "").utf8))) }
      .sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  private func requireTime(_ signedAt: Int64?) throws {
    guard let signedAt, abs(signedAt - now) <= Self.tolerance else {
      throw ServerError(
        403, "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.")
    }
  }

  private var mismatch: ServerError {
    ServerError(
      403, "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
  }
}

/// `A=1, B=2` as both vendors write it in Authorization.
enum Parameters {
  static func split(_ text: Substring) -> [String: String] {
    var parts: [String: String] = [:]
    for item in text.split(separator: ",") {
      let pair = item.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init)
      if pair.count == 2 { parts[pair[0]] = pair[1] }
    }
    return parts
  }
}

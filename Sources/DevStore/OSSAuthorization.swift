import Checksums

/// Checks the two signatures of OSS over what was received.
struct OSSAuthorization {
  let configuration: DevStoreConfiguration
  /// Seconds since the epoch.
  let now: Int64

  private static let tolerance: Int64 = 15 * 60

  func check(_ request: ServerRequest) throws -> PayloadRule {
    guard let field = request["authorization"] else { throw ServerError.accessDenied }
    if field.hasPrefix("OSS4-HMAC-SHA256 ") {
      try checkFour(Parameters.split(field.dropFirst("OSS4-HMAC-SHA256 ".count)), request)
    } else if field.hasPrefix("OSS ") {
      try checkOne(field.dropFirst("OSS ".count), request)
    } else {
      throw ServerError(400, "InvalidArgument", "Authorization header is invalid.")
    }
    return .unsigned
  }

  private func checkFour(_ parts: [String: String], _ request: ServerRequest) throws {
    guard let credential = parts["Credential"], let signature = parts["Signature"],
      let date = request["x-oss-date"],
      let payload = request["x-oss-content-sha256"]
    else { throw ServerError.invalidArgument("The authorization header is not whole.") }
    let scope = credential.split(separator: "/", omittingEmptySubsequences: false)
    guard scope.count == 5, scope[3] == "oss", scope[4] == "aliyun_v4_request", date.hasPrefix(scope[1])
    else {
      throw ServerError.invalidArgument("The credential is not valid.")
    }
    try require(String(scope[0]), Instant.basic(date))
    guard scope[2] == configuration.region else {
      throw ServerError.invalidArgument("Invalid signing region in Authorization header.")
    }
    let additional = (parts["AdditionalHeaders"] ?? "").split(separator: ";").map { $0.lowercased() }.sorted()
    let canonical = [
      request.method, Percent.encode(resource(request), keeping: "/"), query(request),
      headers(request, additional),
      additional.joined(separator: ";"), payload,
    ].joined(separator: "\n")
    let scopeText = scope.dropFirst().joined(separator: "/")
    let text = "OSS4-HMAC-SHA256\n\(date)\n\(scopeText)\n\(Checksum.of(Array(canonical.utf8), .sha256).hex)"
    var key = Array(("aliyun_v4" + configuration.secretAccessKey).utf8)
    for step in scope.dropFirst() { key = HMAC.sha256(key: key, Array(step.utf8)) }
    guard encodeHex(HMAC.sha256(key: key, Array(text.utf8))) == signature else { throw mismatch }
  }

  private func query(_ request: ServerRequest) -> String {
    request.query.map {
      (Percent.encode(Array($0.name.utf8)), $0.value.map { Percent.encode(Array($0.utf8)) } ?? "")
    }
    .sorted { $0 < $1 }.map { $0.1.isEmpty ? $0.0 : "\($0.0)=\($0.1)" }.joined(separator: "&")
  }

  private func headers(_ request: ServerRequest, _ additional: [String]) -> String {
    request.headers.filter { name, _ in
      name.hasPrefix("x-oss-") || name == "content-type" || name == "content-md5" || additional.contains(name)
    }
    .map { "\($0.name):\(trimmed($0.value))\n" }.sorted().joined()
  }

  private func checkOne(_ text: Substring, _ request: ServerRequest) throws {
    guard let colon = text.lastIndex(of: ":") else {
      throw ServerError.invalidArgument("Authorization is invalid.")
    }
    let date = request["x-oss-date"] ?? request["date"]
    guard let date else {
      throw ServerError(403, "AccessDenied", "OSS authentication requires a valid Date.")
    }
    try require(String(text[..<colon]), Instant.http(date) ?? Instant.basic(date))
    var bytes = Array(
      "\(request.method)\n\(request["content-md5"] ?? "")\n\(request["content-type"] ?? "")\n\(date)\n".utf8)
    let vendor = request.headers.filter { $0.name.hasPrefix("x-oss-") }
    bytes += vendor.map { "\($0.name):\(trimmed($0.value))\n" }.sorted().joined().utf8
    bytes += resource(request)
    let signed = request.query.filter { Self.subresources.contains($0.name) }.sorted { $0.name < $1.name }
      .map { item in item.value.map { $0.isEmpty ? item.name : "\(item.name)=\($0)" } ?? item.name }
    if !signed.isEmpty { bytes += ("?" + signed.joined(separator: "&")).utf8 }
    let expected = encodeBase64(HMAC.sha1(key: Array(configuration.secretAccessKey.utf8), bytes))
    guard expected == text[text.index(after: colon)...] else { throw mismatch }
  }

  /// `/`, `/bucket/` or `/bucket/key`, not encoded.
  private func resource(_ request: ServerRequest) -> [UInt8] {
    guard let bucket = request.bucket else { return Array("/".utf8) }
    return Array("/\(bucket)/".utf8) + (request.key ?? [])
  }

  private func require(_ accessKeyID: String, _ signedAt: Int64?) throws {
    guard accessKeyID == configuration.accessKeyID else {
      throw ServerError(
        403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
    }
    guard let signedAt, abs(signedAt - now) <= Self.tolerance else {
      throw ServerError(
        403, "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.")
    }
  }

  private func trimmed(_ text: String) -> String {
    let text = text.drop { $0 == " " || $0 == "\t" }
    return String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  private var mismatch: ServerError {
    ServerError(
      403, "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
  }

  private static let subresources: Set<String> = [
    "acl", "append", "bucketInfo", "cname", "comp", "continuation-token", "cors", "delete", "encryption",
    "endTime",
    "img", "inventory", "inventoryId", "lifecycle", "link", "live", "location", "logging", "objectInfo",
    "objectMeta",
    "partNumber", "policy", "position", "qos", "referer", "replication", "requestPayment",
    "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language",
    "response-content-type", "response-expires", "restore", "security-token", "sequential", "startTime",
    "stat",
    "status", "style", "styleName", "symlink", "tagging", "transferAcceleration", "uploadId", "uploads",
    "versionId",
    "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId", "x-oss-process",
    "x-oss-request-payer", "x-oss-traffic-limit",
  ]
}

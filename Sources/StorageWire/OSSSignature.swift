import Checksums
public import ObjectStorage

/// The two signatures of Alibaba Cloud OSS in the `Authorization` field.
public enum OSSSignature: Int, Sendable {
  case one = 1
  case four = 4

  /// The request's fields with those of the signature.
  public func sign(
    _ request: RequestToSign, with credentials: Credentials, region: String, at now: Timestamp,
    keys: SigningKeys = SigningKeys()
  ) -> [(name: String, value: String)] {
    var request = request
    if let token = credentials.sessionToken { request.fields.append(("x-oss-security-token", token)) }
    switch self {
    case .one: return signOne(request, credentials, now)
    case .four: return signFour(request, credentials, region, now, keys)
    }
  }

  private func signFour(
    _ given: RequestToSign, _ credentials: Credentials, _ region: String, _ now: Timestamp,
    _ keys: SigningKeys
  ) -> [(name: String, value: String)] {
    var request = given
    request.fields.append(("x-oss-content-sha256", "UNSIGNED-PAYLOAD"))
    request.fields.append(("x-oss-date", now.basic))
    let signed = request.canonicalFields {
      $0.hasPrefix("x-oss-") || $0 == "content-type" || $0 == "content-md5"
    }
    let canonical = [
      request.method, URIEncoding.path(request.resource), URIEncoding.query(request.query, emptyIsBare: true),
      signed.map { "\($0.name):\($0.value)\n" }.joined(), "", "UNSIGNED-PAYLOAD",
    ].joined(separator: "\n")
    let scope = "\(now.basicDate)/\(region)/oss/aliyun_v4_request"
    let text = "OSS4-HMAC-SHA256\n\(now.basic)\n\(scope)\n\(sha256(canonical))"
    let key = keys.key("aliyun_v4", credentials, [now.basicDate, region, "oss", "aliyun_v4_request"])
    let signature = encodeHex(HMAC.sha256(key: key, Array(text.utf8)))
    let authorization =
      "OSS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope),Signature=\(signature)"
    return request.fields + [("authorization", authorization)]
  }

  private func signOne(
    _ given: RequestToSign, _ credentials: Credentials, _ now: Timestamp
  ) -> [(name: String, value: String)] {
    var request = given
    request.fields.append(("date", now.httpDate))
    let plain = request.canonicalFields { ["content-md5", "content-type"].contains($0) }
    let vendor = request.canonicalFields { $0.hasPrefix("x-oss-") }
    func value(_ name: String) -> String { plain.first { $0.name == name }?.value ?? "" }
    var text = Array(
      "\(request.method)\n\(value("content-md5"))\n\(value("content-type"))\n\(now.httpDate)\n".utf8)
    for field in vendor { text += Array("\(field.name):\(field.value)\n".utf8) }
    text += request.resource
    text += Array(subresources(request.query).utf8)
    let signature = encodeBase64(HMAC.sha1(key: Array(credentials.secretAccessKey.utf8), text))
    return request.fields + [("authorization", "OSS \(credentials.accessKeyID):\(signature)")]
  }

  /// The part of the query that version 1 signs, decoded.
  private func subresources(_ query: [(name: String, value: String?)]) -> String {
    let signed = query.filter { Self.signedNames.contains($0.name) }.sorted { $0.name < $1.name }
    guard !signed.isEmpty else { return "" }
    return "?"
      + signed.map { item in (item.value ?? "").isEmpty ? item.name : "\(item.name)=\(item.value ?? "")" }
      .joined(separator: "&")
  }

  private static let signedNames: Set<String> = [
    "acl", "append", "asyncFetch", "bucketArchiveDirectRead", "bucketInfo", "callback", "callback-var",
    "cloudboxes", "cname", "comp", "continuation-token", "cors", "delete", "encryption", "endTime",
    "group", "httpsConfig", "img", "inventory", "inventoryId", "lifecycle", "link", "live", "location",
    "logging", "metaQuery", "objectInfo", "objectMeta", "partNumber", "policy", "position",
    "publicAccessBlock", "qos", "qosInfo", "qosRequester", "redundancyTransition", "referer", "regionList",
    "replication", "replicationLocation", "replicationProgress", "requestPayment", "requesterQosInfo",
    "resourceGroup", "resourcePool", "resourcePoolBuckets", "resourcePoolInfo", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language",
    "response-content-type", "response-expires", "restore", "security-token", "sequential", "startTime",
    "stat", "status", "style", "styleName", "symlink", "tagging", "transferAcceleration", "uploadId",
    "uploads", "versionId", "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId",
    "accessPoint", "accessPointPolicy", "x-oss-ac-forward-allow", "x-oss-ac-source-ip",
    "x-oss-ac-subnet-mask", "x-oss-ac-vpc-id", "x-oss-access-point-name", "x-oss-async-process",
    "x-oss-process", "x-oss-request-payer", "x-oss-target-redundancy-type",
    "x-oss-redundancy-transition-taskid", "x-oss-traffic-limit", "x-oss-write-get-object-response",
  ]
}

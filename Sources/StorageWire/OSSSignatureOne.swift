import Checksums
import ObjectStorage

/// `OSS key:signature`: HMAC-SHA1 over a few fields, the resource, and the sub-resources of the query.
struct OSSSignatureOne {
  private let credentials: Credentials

  init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  func sign(_ given: RequestToSign, at now: Timestamp) -> [(name: String, value: String)] {
    var request = given
    let own = request.fields.first { $0.name.lowercased() == "x-oss-date" }?.value
    if own == nil { request.fields.append(("date", now.httpDate)) }
    let signature = signature(request, request.query, date: own ?? now.httpDate)
    return request.fields + [("authorization", "OSS \(credentials.accessKeyID):\(signature)")]
  }

  func presignedQuery(
    _ request: RequestToSign, _ seconds: Int, at now: Timestamp
  ) -> [(name: String, value: String?)] {
    let expires = String(now.secondsSinceEpoch + Int64(seconds))
    var query = request.query
    if let token = credentials.sessionToken { query.append(("security-token", token)) }
    let signature = signature(request, query, date: expires)
    return query + [
      ("OSSAccessKeyId", credentials.accessKeyID), ("Expires", expires), ("Signature", signature),
    ]
  }

  private func signature(
    _ request: RequestToSign, _ query: [(name: String, value: String?)], date: String
  ) -> String {
    let plain = request.canonicalFields { ["content-md5", "content-type"].contains($0) }
    func value(_ name: String) -> String { plain.first { $0.name == name }?.value ?? "" }
    var text = Array("\(request.method)\n\(value("content-md5"))\n\(value("content-type"))\n\(date)\n".utf8)
    for field in request.canonicalFields(where: { $0.hasPrefix("x-oss-") }) {
      text += Array("\(field.name):\(field.value)\n".utf8)
    }
    text += request.resource
    text += Array(subresources(query).utf8)
    return encodeBase64(HMAC.sha1(key: Array(credentials.secretAccessKey.utf8), text))
  }

  /// The part of the query that is signed, decoded.
  private func subresources(_ query: [(name: String, value: String?)]) -> String {
    let signed = query.filter { Self.signedNames.contains($0.name) || $0.name.hasPrefix("x-oss-ac-") }
      .sorted { $0.name < $1.name }
    guard !signed.isEmpty else { return "" }
    let items = signed.map { item in
      let value = item.value ?? ""
      return value.isEmpty ? item.name : "\(item.name)=\(value)"
    }
    return "?" + items.joined(separator: "&")
  }

  private static let signedNames: Set<String> = [
    "accessPoint", "accessPointPolicy", "acl", "append", "asyncFetch", "bucketArchiveDirectRead",
    "bucketInfo",
    "callback", "callback-var", "cloudboxes", "cname", "comp", "continuation-token", "cors", "delete",
    "encryption",
    "endTime", "group", "httpsConfig", "img", "inventory", "inventoryId", "lifecycle", "link", "live",
    "location",
    "logging", "metaQuery", "objectInfo", "objectMeta", "partNumber", "policy", "position",
    "publicAccessBlock",
    "qos", "qosInfo", "qosRequester", "redundancyTransition", "referer", "regionList", "replication",
    "replicationLocation", "replicationProgress", "requestPayment", "requesterQosInfo", "resourceGroup",
    "resourcePool", "resourcePoolBuckets", "resourcePoolInfo", "response-cache-control",
    "response-content-disposition", "response-content-encoding", "response-content-language",
    "response-content-type", "response-expires", "restore", "security-token", "sequential", "startTime",
    "stat",
    "status", "style", "styleName", "symlink", "tagging", "transferAcceleration", "uploadId", "uploads",
    "versionId",
    "versioning", "versions", "vod", "website", "worm", "wormExtend", "wormId", "x-oss-access-point-name",
    "x-oss-async-process", "x-oss-process", "x-oss-redundancy-transition-taskid", "x-oss-request-payer",
    "x-oss-target-redundancy-type", "x-oss-traffic-limit", "x-oss-write-get-object-response",
  ]
}

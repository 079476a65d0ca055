extension ServerRequest {
  /// The calls that rules can name.
  static let operations: Set<String> = [
    "ListBuckets", "CreateBucket", "HeadBucket", "GetBucketLocation", "GetBucketInfo", "ListMultipartUploads",
    "ListObjectVersions", "GetBucketVersioning", "ListObjects", "ListObjectsV2", "DeleteObjects",
    "DeleteBucket",
    "ListParts", "GetObjectTagging", "GetObjectAttributes", "GetObject", "HeadObject", "UploadPart",
    "PutObjectTagging", "PutObject", "CreateMultipartUpload", "CompleteMultipartUpload", "RestoreObject",
    "AbortMultipartUpload", "DeleteObjectTagging", "DeleteObject",
  ]

  /// The vendor's name of the call, known before anything is done.
  var operation: String {
    guard bucket != nil else { return "ListBuckets" }
    return key == nil ? bucketOperation : objectOperation
  }

  private var bucketOperation: String {
    switch method {
    case "PUT": "CreateBucket"
    case "HEAD": "HeadBucket"
    case "POST": "DeleteObjects"
    case "DELETE": "DeleteBucket"
    default:
      named([
        ("location", "GetBucketLocation"), ("bucketInfo", "GetBucketInfo"),
        ("uploads", "ListMultipartUploads"),
        ("versions", "ListObjectVersions"), ("versioning", "GetBucketVersioning"),
      ]) ?? (value("list-type") == "2" ? "ListObjectsV2" : "ListObjects")
    }
  }

  private var objectOperation: String {
    switch method {
    case "GET":
      named([
        ("uploadId", "ListParts"), ("tagging", "GetObjectTagging"), ("attributes", "GetObjectAttributes"),
      ]) ?? "GetObject"
    case "HEAD": "HeadObject"
    case "PUT": named([("uploadId", "UploadPart"), ("tagging", "PutObjectTagging")]) ?? "PutObject"
    case "POST":
      named([("uploads", "CreateMultipartUpload"), ("restore", "RestoreObject")]) ?? "CompleteMultipartUpload"
    default:
      named([("uploadId", "AbortMultipartUpload"), ("tagging", "DeleteObjectTagging")]) ?? "DeleteObject"
    }
  }

  private func named(_ rows: [(member: String, operation: String)]) -> String? {
    rows.first { has($0.member) }?.operation
  }

  /// What rules go by; the ordinal is the caller's.
  var ask: FaultAsk {
    var ask = FaultAsk(operation: operation, bucket: bucket ?? "", key: key ?? [])
    switch ask.operation {
    case "UploadPart": ask.place = "part \(value("partNumber") ?? "")"
    case "GetObject":
      if let first = self["range"]?.dropFirst("bytes=".count).prefix(while: { $0 != "-" }) {
        ask.place = "offset \(first)"
      }
    case "ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads":
      let position = ["continuation-token", "start-after", "marker", "key-marker"].compactMap { value($0) }
        .first { !$0.isEmpty }
      ask.page = position == nil ? .first : .later
      ask.place = "\(value("prefix") ?? "") after \(position ?? "")"
    default: break
    }
    return ask
  }
}

import Checksums
import Foundation
import Synchronization

/// What is to be done with a request's body, and how the answer follows from it.
enum Action {
  case answer(ServerResponse)
  /// A small document of the client.
  case document(([UInt8]) throws -> ServerResponse)
  /// An object's bytes, with more digests than the usual two.
  case file(
    Set<ChecksumAlgorithm>,
    (IncomingFile, IncomingFile.Digests, _ trailers: [String: String]) throws -> ServerResponse)
}

/// The calls of both dialects, over the folders of the buckets.
final class Operations: Sendable {
  let configuration: DevStoreConfiguration
  private let buckets: Mutex<[String: BucketFiles]>

  init(_ configuration: DevStoreConfiguration) throws {
    self.configuration = configuration
    let root = configuration.root + "/buckets"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    var found: [String: BucketFiles] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: root) {
      found[name] = try BucketFiles(
        folder: "\(root)/\(name)", keepsVersions: configuration.versionedBuckets.contains(name))
    }
    buckets = Mutex(found)
  }

  var dialect: Dialect { configuration.dialect }
  /// `x-amz-` or `x-oss-`.
  var vendor: String { dialect == .s3 ? "x-amz-" : "x-oss-" }

  func bucket(_ name: String?) throws -> BucketFiles {
    guard let name, let bucket = buckets.withLock({ $0[name] }) else { throw ServerError.noSuchBucket }
    return bucket
  }

  func createBucket(_ name: String) throws {
    let isName =
      (3...63).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || ($0 == 46 && dialect == .s3)
      }
      && !name.hasPrefix("-") && !name.hasSuffix("-") && !name.hasPrefix(".") && !name.contains("..")
    guard isName else { throw ServerError(400, "InvalidBucketName", "The specified bucket is not valid.") }
    let files = try BucketFiles(
      folder: "\(configuration.root)/buckets/\(name)",
      keepsVersions: configuration.versionedBuckets.contains(name))
    buckets.withLock { $0[name] = $0[name] ?? files }
  }

  /// The vendor's name of the call, and what to do.
  func action(_ request: ServerRequest) throws -> (name: String, action: Action) {
    guard let bucket = request.bucket else { return ("ListBuckets", .answer(listBuckets())) }
    guard let key = request.key else { return try bucketAction(request, bucket) }
    return try objectAction(request, try self.bucket(bucket), key)
  }

  private func bucketAction(_ request: ServerRequest, _ name: String) throws -> (String, Action) {
    switch request.method {
    case "PUT" where request.query.isEmpty:
      try createBucket(name)
      // Clients may name a location or a class; this server has one of each.
      return ("CreateBucket", .document { _ in ServerResponse(200, [("Location", "/\(name)")]) })
    case "HEAD":
      _ = try bucket(name)
      return ("HeadBucket", .answer(ServerResponse(200, [("\(vendor)bucket-region", configuration.region)])))
    case "GET" where request.has("location"):
      _ = try bucket(name)
      let region = dialect == .s3 ? configuration.region : "oss-\(configuration.region)"
      return ("GetBucketLocation", .answer(.xml(XML.element("LocationConstraint", region))))
    case "GET" where request.has("bucketInfo"):
      _ = try bucket(name)
      let info =
        XML.element("Name", name) + XML.element("Location", "oss-\(configuration.region)")
        + XML.element("StorageClass", "Standard")
      return ("GetBucketInfo", .answer(.xml("<BucketInfo><Bucket>\(info)</Bucket></BucketInfo>")))
    case "GET" where request.has("uploads"):
      return ("ListMultipartUploads", .answer(try listUploads(request, try bucket(name))))
    case "GET" where request.has("versions"):
      return ("ListObjectVersions", .answer(try listVersions(request, try bucket(name))))
    case "GET" where request.has("versioning"):
      return ("GetBucketVersioning", .answer(versioning(try bucket(name))))
    case "GET" where request.has("acl"): throw ServerError.notImplemented
    case "GET":
      let version = request.value("list-type") == "2" ? "V2" : ""
      return ("ListObjects\(version)", .answer(try listObjects(request, try bucket(name))))
    case "POST" where request.has("delete"):
      let files = try bucket(name)
      return ("DeleteObjects", .document { document in try self.deleteObjects(document, files) })
    case "DELETE" where request.query.isEmpty:
      guard try bucket(name).rows(prefix: []).isEmpty else {
        throw ServerError(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.")
      }
      buckets.withLock { $0[name] = nil }
      try FileManager.default.removeItem(atPath: "\(configuration.root)/buckets/\(name)")
      return ("DeleteBucket", .answer(ServerResponse(204)))
    default: throw ServerError.notImplemented
    }
  }

  private func objectAction(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> (
    String, Action
  ) {
    let takesVersion = request.query.allSatisfy { ["versionId", "partNumber", "x-id"].contains($0.name) }
    if request.has("versionId"), !takesVersion { throw ServerError.notImplemented }
    switch request.method {
    case "GET" where request.has("uploadId"):
      return ("ListParts", .answer(try listParts(request, files, key)))
    case "GET" where request.has("acl"): throw ServerError.notImplemented
    case "GET" where request.has("tagging"):
      return ("GetObjectTagging", .answer(try getTagging(files, key)))
    case "GET" where request.has("attributes") && dialect == .s3:
      return ("GetObjectAttributes", .answer(try getAttributes(request, files, key)))
    case "GET": return ("GetObject", .answer(try getObject(request, files, key)))
    case "HEAD": return ("HeadObject", .answer(try headObject(request, files, key)))
    case "PUT" where request["\(vendor)copy-source"] != nil: throw ServerError.notImplemented
    case "PUT" where request.has("uploadId"): return ("UploadPart", try uploadPart(request, files, key))
    case "PUT" where request.has("tagging"):
      return ("PutObjectTagging", .document { try self.putTagging(files, key, $0) })
    case "PUT" where request.has("acl") || request.has("symlink"):
      throw ServerError.notImplemented
    case "PUT": return ("PutObject", try putObject(request, files, key))
    case "POST" where request.has("uploads"):
      return ("CreateMultipartUpload", .answer(try createUpload(request, files, key)))
    case "POST" where request.has("uploadId"):
      return ("CompleteMultipartUpload", .document { try self.completeUpload(request, files, key, $0) })
    case "POST" where request.has("restore"):
      return ("RestoreObject", .document { _ in try self.restoreObject(files, key) })
    case "DELETE" where request.has("uploadId"):
      let id = request.value("uploadId") ?? ""
      _ = try files.upload(id, key)
      files.end(id)
      return ("AbortMultipartUpload", .answer(ServerResponse(204)))
    case "DELETE" where request.has("tagging"):
      try files.update(key) { $0.tags = [] }
      return ("DeleteObjectTagging", .answer(ServerResponse(204)))
    case "DELETE":
      return ("DeleteObject", .answer(try deleteObject(request, files, key)))
    default: throw ServerError.notImplemented
    }
  }

  private func listBuckets() -> ServerResponse {
    let names = buckets.withLock { $0.keys.sorted() }
    let rows = names.map { name in
      "<Bucket>\(XML.element("Name", name))\(XML.element("CreationDate", Instant.iso(0)))</Bucket>"
    }
    return .xml(
      "<ListAllMyBucketsResult><Owner><ID>1</ID><DisplayName>1</DisplayName></Owner><Buckets>\(rows.joined())</Buckets></ListAllMyBucketsResult>"
    )
  }

  private func deleteObjects(_ document: [UInt8], _ files: BucketFiles) throws -> ServerResponse {
    let text = String(decoding: document, as: UTF8.self)
    guard text.firstRange(of: "<VersionId>") == nil else { throw ServerError.notImplemented }
    let keys = XML.texts("Key", in: text)
    for key in keys { _ = try files.remove(Array(key.utf8), at: Instant.now()) }
    return .xml(
      "<DeleteResult>\(keys.map { "<Deleted>\(XML.element("Key", $0))</Deleted>" }.joined())</DeleteResult>")
  }

  /// The error document of the dialect.
  func document(of error: ServerError, request: ServerRequest?, requestID: String) -> String {
    let resource = request?.rawPath ?? "/"
    let host = dialect == .s3 ? "" : XML.element("HostId", "127.0.0.1") + XML.element("EC", "0000-00000000")
    return "<Error>\(XML.element("Code", error.code))\(XML.element("Message", error.message))"
      + error.elements.map { XML.element($0.name, $0.value) }.joined()
      + (dialect == .s3 ? XML.element("Resource", resource) : "") + XML.element("RequestId", requestID) + host
      + "</Error>"
  }
}

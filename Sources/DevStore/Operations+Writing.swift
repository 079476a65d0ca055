import Checksums

extension Operations {
  func putObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> Action {
    try requireKey(key)
    try requireLength(request)
    let (headers, metadata) = try carried(request)
    let ifAbsent = try isAbsenceRequired(request)
    if ifAbsent, files.object(key) != nil { throw exists }
    let algorithm = checksumAlgorithm(request)
    return .file(algorithm) { file, digests, trailers in
      try self.requireMD5(request, digests.md5)
      let checksums = try self.requireChecksum(request, trailers, algorithm, digests.other)
      let eTag = self.dialect == .s3 ? digests.md5.hex : digests.md5.hex.uppercased()
      let object = StoredObject(
        key: key, size: file.size, eTag: eTag, crc64xz: digests.crc64xz.text, lastModified: Instant.now(),
        storageClass: self.storageClass(request), type: "Normal", headers: headers, metadata: metadata,
        checksums: checksums, dataFile: "")
      guard try files.publish(object, from: file.path, ifAbsent: ifAbsent) != nil else { throw self.exists }
      var answer: [(name: String, value: String)] = [("ETag", "\"\(eTag)\"")]
      if self.dialect == .oss {
        answer += [("x-oss-hash-crc64ecma", digests.crc64xz.text), ("Content-MD5", digests.md5.base64)]
      }
      answer += checksums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      return ServerResponse(200, answer)
    }
  }

  func requireKey(_ key: [UInt8]) throws {
    guard String(validating: key, as: UTF8.self) != nil, !key.contains(0) else {
      throw ServerError(400, dialect == .s3 ? "InvalidURI" : "InvalidObjectName", "The key is not UTF-8.")
    }
    switch dialect {
    case .s3:
      guard key.count <= 1024 else { throw ServerError(400, "KeyTooLongError", "Your key is too long") }
    case .oss:
      guard key.count <= 1023, key.first != UInt8(ascii: "/"), key.first != UInt8(ascii: "\\") else {
        throw ServerError(400, "InvalidObjectName", "The specified object is not valid.")
      }
    }
  }

  func requireLength(_ request: ServerRequest) throws {
    guard let length = request.contentLength, length >= 0 else {
      throw ServerError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    }
    guard length <= 5 << 30 else {
      throw ServerError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    }
  }

  func requireMD5(_ request: ServerRequest, _ md5: Checksum) throws {
    guard let field = request["content-md5"] else { return }
    guard let sent = Checksum(.md5, base64: field) else {
      throw ServerError(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    }
    guard sent == md5 else {
      throw ServerError(
        400, dialect == .s3 ? "BadDigest" : "InvalidDigest",
        "The Content-MD5 you specified did not match what we received.")
    }
  }

  private static let checksumNames: [(name: String, algorithm: ChecksumAlgorithm)] = [
    ("crc32", .crc32), ("crc32c", .crc32c), ("crc64nvme", .crc64nvme), ("sha1", .sha1), ("sha256", .sha256),
  ]

  func checksumAlgorithm(_ request: ServerRequest) -> ChecksumAlgorithm? {
    guard dialect == .s3 else { return nil }
    let trailer = request["x-amz-trailer"]?.lowercased() ?? ""
    return Self.checksumNames.first { name, _ in
      request["x-amz-checksum-\(name)"] != nil || trailer.contains("x-amz-checksum-\(name)")
    }?.algorithm
  }

  /// What the client sent as a checksum, found right; by header name.
  func requireChecksum(
    _ request: ServerRequest, _ trailers: [String: String], _ algorithm: ChecksumAlgorithm?,
    _ found: Checksum?
  ) throws -> [String: String] {
    guard let algorithm, let found,
      let name = Self.checksumNames.first(where: { $0.algorithm == algorithm })?.name
    else {
      return [:]
    }
    let field = "x-amz-checksum-\(name)"
    guard let sent = request[field] ?? trailers[field] else {
      throw ServerError(400, "MalformedTrailerError", "The request announced a trailer and did not send it.")
    }
    guard sent == found.base64 else {
      throw ServerError(400, "BadDigest", "The \(name) you specified did not match the calculated checksum.")
    }
    return [field: sent]
  }

  func storageClass(_ request: ServerRequest) -> String {
    request["\(vendor)storage-class"] ?? (dialect == .s3 ? "STANDARD" : "Standard")
  }

  func isAbsenceRequired(_ request: ServerRequest) throws -> Bool {
    switch dialect {
    case .s3:
      guard let field = request["if-none-match"] else { return false }
      guard field == "*" else { throw ServerError.notImplemented }
      return true
    case .oss: return request["x-oss-forbid-overwrite"]?.lowercased() == "true"
    }
  }

  var exists: ServerError {
    dialect == .s3
      ? .preconditionFailed
      : ServerError(
        409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.")
  }

  /// Content headers and user metadata that are kept with the object.
  func carried(_ request: ServerRequest) throws -> (headers: [[String]], metadata: [[String]]) {
    let kept = [
      ("content-type", "Content-Type"), ("cache-control", "Cache-Control"),
      ("content-disposition", "Content-Disposition"), ("content-encoding", "Content-Encoding"),
      ("content-language", "Content-Language"), ("expires", "Expires"),
    ]
    var headers = kept.compactMap { name, spelling in request[name].map { [spelling, $0] } }
    if let index = headers.firstIndex(where: { $0[0] == "Content-Encoding" }) {
      let codings = headers[index][1].split(separator: ",").map { $0.filter { $0 != " " } }.filter {
        $0 != "aws-chunked"
      }
      if codings.isEmpty {
        headers.remove(at: index)
      } else {
        headers[index][1] = codings.joined(separator: ",")
      }
    }
    if request["content-type"] == nil {
      headers.append(["Content-Type", dialect == .s3 ? "binary/octet-stream" : "application/octet-stream"])
    }
    let prefix = "\(vendor)meta-"
    let metadata = request.headers.filter { $0.name.hasPrefix(prefix) }
      .map { [String($0.name.dropFirst(prefix.count)), $0.value] }
    if dialect == .oss, let bad = metadata.first(where: { $0[0].contains("_") }) {
      throw ServerError.invalidArgument("The metadata name \(bad[0]) is not supported.")
    }
    let size = metadata.reduce(0) { $0 + $1[0].utf8.count + $1[1].utf8.count }
    guard size <= (dialect == .s3 ? 2048 : 8192) else {
      throw ServerError(
        400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    }
    return (headers, metadata)
  }
}

import Checksums

extension Operations {
  func putObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> Action {
    try requireKey(key)
    try requireLength(request)
    let (headers, metadata) = try carried(request)
    let ifAbsent = try isAbsenceRequired(request)
    if ifAbsent, files.object(key) != nil { throw exists }
    let name = try sentChecksum(request)
    let encryption = try Encryption(request, configuration)
    let tags = try sentTags(request)
    let own: ChecksumAlgorithm? = dialect == .s3 && configuration.defaultChecksum ? .crc64nvme : nil
    let kept = name?.algorithm ?? own
    return .file(Set([kept].compactMap { $0 })) { file, digests, trailers in
      try self.requireMD5(request, digests.md5)
      try self.requireChecksum(name, request, trailers, digests)
      let tag = (encryption?.tag(digests.md5) ?? digests.md5).hex
      let object = StoredObject(
        key: key, size: file.size, eTag: self.dialect == .s3 ? tag : tag.uppercased(),
        crc64xz: digests.crc64xz.text, lastModified: Instant.now(), storageClass: self.storageClass(request),
        type: "Normal", headers: headers, metadata: metadata, checksum: self.kept(kept, digests),
        encryption: encryption, tags: tags, dataFile: "")
      guard let stored = try files.publish(object, from: file.path, ifAbsent: ifAbsent) else {
        throw self.exists
      }
      return ServerResponse(200, self.receipt(stored, digests))
    }
  }

  private func receipt(
    _ object: StoredObject, _ digests: IncomingFile.Digests
  ) -> [(name: String, value: String)] {
    var answer: [(name: String, value: String)] = [("ETag", "\"\(object.eTag)\"")]
    if dialect == .oss {
      answer += [("x-oss-hash-crc64ecma", digests.crc64xz.text), ("Content-MD5", digests.md5.base64)]
    }
    answer += headers(of: object) + (object.encryption?.headers(dialect) ?? [])
    return answer + (object.checksum.map { headers(of: $0, parts: 0) } ?? [])
  }

  /// The sum of a whole body, as it is kept.
  func kept(_ algorithm: ChecksumAlgorithm?, _ digests: IncomingFile.Digests) -> KeptChecksum? {
    guard let algorithm, let sum = digests.others[algorithm] else { return nil }
    return KeptChecksum(algorithm: algorithm, value: sum.base64)
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

  /// OSS takes a body of an untold length where it comes in chunks, as oss2 sends an empty one.
  func requireLength(_ request: ServerRequest) throws {
    if dialect == .oss, request.contentLength == nil, request["transfer-encoding"]?.lowercased() == "chunked"
    {
      return
    }
    guard let length = request.contentLength, length >= 0 else {
      throw ServerError(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    }
    guard length <= 5 << 30 else {
      throw ServerError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    }
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

extension Operations {
  func headObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    try read(request, files, try wanted(request, files, key))
  }

  func getObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    let object = try wanted(request, files, key)
    guard !object.isArchived || object.isRestored else {
      throw ServerError(403, "InvalidObjectState", "The operation is not valid for the object's state")
    }
    return try read(request, files, object)
  }

  /// The answer to GET, whose body is not sent for HEAD.
  private func read(
    _ request: ServerRequest, _ files: BucketFiles, _ object: StoredObject
  ) throws -> ServerResponse {
    if dialect == .s3 { try Encryption.requireKey(request, of: object.encryption) }
    if let refusal = try condition(request, object) { return refusal }
    var headers = describe(object)
    let path = files.path(object)
    let wantsSum = request["x-amz-checksum-mode"]?.uppercased() == "ENABLED"
    if dialect == .s3, request.has("partNumber") {
      let part = try part(request, object)
      headers += part.headers
      if wantsSum { headers += part.checksum.map { self.headers(of: $0, parts: object.parts.count) } ?? [] }
      return ServerResponse(206, headers, body: .file(path: path, offset: part.offset, length: part.size))
    }
    let field = request.method == "HEAD" ? nil : request["range"]
    guard let (offset, length) = try range(field, object.size) else {
      if wantsSum {
        headers += object.checksum.map { self.headers(of: $0, parts: object.parts.count) } ?? []
      }
      return ServerResponse(200, headers, body: .file(path: path, offset: 0, length: object.size))
    }
    headers.append(("Content-Range", "bytes \(offset)-\(offset + length - 1)/\(object.size)"))
    return ServerResponse(206, headers, body: .file(path: path, offset: offset, length: length))
  }

  private struct Part {
    var offset: Int64
    var size: Int64
    var checksum: KeptChecksum?
    var headers: [(name: String, value: String)] = []
  }

  /// The part that a request names; an object that was put whole is its own first part.
  private func part(_ request: ServerRequest, _ object: StoredObject) throws -> Part {
    let parts =
      object.parts.isEmpty ? [ObjectPart(size: object.size, checksum: object.checksum)] : object.parts
    let number = try request.number("partNumber", in: 1...10_000, otherwise: 1)
    guard number <= parts.count else {
      throw ServerError(416, "InvalidPartNumber", "The requested partnumber is not satisfiable.")
    }
    let offset = parts[..<(number - 1)].reduce(0) { $0 + $1.size }
    var part = Part(offset: offset, size: parts[number - 1].size)
    // Amazon tells the sum of a part only where the object's follows from it, or where it is the object's.
    if object.checksum?.isComposite == true || parts.count == 1 {
      part.checksum = parts[number - 1].checksum
    }
    if !object.parts.isEmpty { part.headers.append(("x-amz-mp-parts-count", "\(parts.count)")) }
    if part.size > 0 {
      part.headers.append(("Content-Range", "bytes \(offset)-\(offset + part.size - 1)/\(object.size)"))
    }
    return part
  }

  /// Nil for a request of the whole, which a range that cannot be read is too.
  private func range(_ field: String?, _ size: Int64) throws -> (offset: Int64, length: Int64)? {
    guard let field, field.hasPrefix("bytes="), !field.contains(",") else { return nil }
    let ends = field.dropFirst("bytes=".count).split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    let unsatisfiable = ServerError(416, "InvalidRange", "The requested range is not satisfiable")
    if ends[0].isEmpty {
      guard let count = Int64(ends[1]) else { return nil }
      guard count > 0, size > 0 else { throw unsatisfiable }
      return (max(0, size - count), min(count, size))
    }
    guard let first = Int64(ends[0]), first >= 0 else { return nil }
    guard first < size else { throw unsatisfiable }
    let last = ends[1].isEmpty ? size - 1 : Int64(ends[1])
    guard let last, last >= first else { return nil }
    return (first, min(last, size - 1) - first + 1)
  }

  private func condition(_ request: ServerRequest, _ object: StoredObject) throws -> ServerResponse? {
    if let tag = request["if-match"], tag != "*", !tag.contains(object.eTag) {
      throw ServerError.preconditionFailed
    }
    if let tag = request["if-none-match"], tag == "*" || tag.contains(object.eTag) {
      return ServerResponse(304, [("ETag", "\"\(object.eTag)\"")])
    }
    return nil
  }

  private func describe(_ object: StoredObject) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = [
      ("ETag", "\"\(object.eTag)\""), ("Last-Modified", Instant.http(object.lastModified)),
      ("Accept-Ranges", "bytes"),
    ]
    headers += self.headers(of: object) + object.headers.map { ($0[0], $0[1]) }
    headers += object.metadata.map { ("\(vendor)meta-\($0[0])", $0[1]) }
    if object.isArchived {
      let restored = "ongoing-request=\"false\", expiry-date=\"Fri, 23 Dec 2033 00:00:00 GMT\""
      if object.isRestored { headers.append(("\(vendor)restore", restored)) }
      if object.isRestoring == true { headers.append(("\(vendor)restore", "ongoing-request=\"true\"")) }
    }
    switch dialect {
    case .s3:
      if object.storageClass != "STANDARD" { headers.append(("x-amz-storage-class", object.storageClass)) }
    case .oss:
      headers.append(("x-oss-object-type", object.type))
      headers.append(("x-oss-storage-class", object.storageClass))
      headers.append(("x-oss-hash-crc64ecma", object.crc64xz))
    }
    headers += object.encryption?.headers(dialect) ?? []
    if !object.tags.isEmpty { headers.append(("\(vendor)tagging-count", "\(object.tags.count)")) }
    return headers
  }

  func restoreObject(_ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    guard object.isArchived else {
      throw ServerError(
        dialect == .s3 ? 403 : 400, dialect == .s3 ? "InvalidObjectState" : "OperationNotSupported",
        "Restore is not allowed for the object's current storage class")
    }
    if object.isRestoring == true {
      throw ServerError(409, "RestoreAlreadyInProgress", "Object restore is already in progress")
    }
    let isRestored = configuration.restoresAtOnce
    try files.update(key) { object in
      object.isRestored = object.isRestored || isRestored
      object.isRestoring = object.isRestored ? nil : true
    }
    return ServerResponse(object.isRestored ? 200 : 202)
  }
}

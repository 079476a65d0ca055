extension Operations {
  func headObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    if let refusal = try condition(request, object) { return refusal }
    var headers = describe(object, request)
    guard request.has("partNumber"), dialect == .s3 else {
      return ServerResponse(
        200, headers, body: .file(path: files.path(object), offset: 0, length: object.size))
    }
    let count = max(1, object.partSizes.count)
    let number = try request.number("partNumber", in: 1...10_000, otherwise: 1)
    guard number <= count else {
      throw ServerError(416, "InvalidPartNumber", "The requested partnumber is not satisfiable.")
    }
    let sizes = object.partSizes.isEmpty ? [object.size] : object.partSizes
    let offset = sizes[..<(number - 1)].reduce(0, +)
    let size = sizes[number - 1]
    if !object.partSizes.isEmpty { headers.append(("x-amz-mp-parts-count", "\(count)")) }
    headers.append(("Content-Range", "bytes \(offset)-\(offset + size - 1)/\(object.size)"))
    return ServerResponse(206, headers, body: .file(path: files.path(object), offset: offset, length: size))
  }

  func getObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    if let refusal = try condition(request, object) { return refusal }
    if object.isArchived && !object.isRestored {
      throw ServerError(403, "InvalidObjectState", "The operation is not valid for the object's state")
    }
    var headers = describe(object, request)
    let path = files.path(object)
    guard let (offset, length) = try range(request["range"], object.size) else {
      return ServerResponse(200, headers, body: .file(path: path, offset: 0, length: object.size))
    }
    headers.append(("Content-Range", "bytes \(offset)-\(offset + length - 1)/\(object.size)"))
    return ServerResponse(206, headers, body: .file(path: path, offset: offset, length: length))
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

  private func describe(_ object: StoredObject, _ request: ServerRequest) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = [
      ("ETag", "\"\(object.eTag)\""), ("Last-Modified", Instant.http(object.lastModified)),
      ("Accept-Ranges", "bytes"),
    ]
    headers += object.headers.map { ($0[0], $0[1]) }
    headers += object.metadata.map { ("\(vendor)meta-\($0[0])", $0[1]) }
    if object.isArchived {
      let restored = "ongoing-request=\"false\", expiry-date=\"Fri, 23 Dec 2033 00:00:00 GMT\""
      if object.isRestored { headers.append(("\(vendor)restore", restored)) }
    }
    switch dialect {
    case .s3:
      if object.storageClass != "STANDARD" { headers.append(("x-amz-storage-class", object.storageClass)) }
      if request["x-amz-checksum-mode"]?.uppercased() == "ENABLED", request["range"] == nil,
        !object.checksums.isEmpty
      {
        headers += object.checksums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        headers.append(("x-amz-checksum-type", "FULL_OBJECT"))
      }
    case .oss:
      headers.append(("x-oss-object-type", object.type))
      headers.append(("x-oss-storage-class", object.storageClass))
      headers.append(("x-oss-hash-crc64ecma", object.crc64xz))
    }
    return headers
  }

  func restoreObject(_ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    guard object.isArchived else {
      throw ServerError(
        dialect == .s3 ? 403 : 400, dialect == .s3 ? "InvalidObjectState" : "OperationNotSupported",
        "Restore is not allowed for the object's current storage class")
    }
    // Real stores take minutes to hours; here it is done at once.
    try files.update(key) { $0.isRestored = true }
    return ServerResponse(object.isRestored ? 200 : 202)
  }
}

extension Operations {
  func versioning(_ files: BucketFiles) -> ServerResponse {
    let status = files.keepsVersions ? XML.element("Status", "Enabled") : ""
    return .xml("<VersioningConfiguration\(namespace)>\(status)</VersioningConfiguration>")
  }

  /// Versions and marks in the order of the keys, newest first; a delimiter is refused.
  func listVersions(_ request: ServerRequest, _ files: BucketFiles) throws -> ServerResponse {
    guard request.value("delimiter") ?? "" == "" else { throw ServerError.notImplemented }
    let prefix = request.value("prefix") ?? ""
    let limit = try rowLimit(request)
    let isEncoded = request.value("encoding-type") == "url"
    let rows = files.rows(prefix: Array(prefix.utf8))
    let start = try start(request, rows)
    let page = rows[start..<min(rows.count, start + limit)]
    let isTruncated = limit > 0 && page.endIndex < rows.count
    var text = XML.element("Name", request.bucket ?? "")
    text += XML.element("Prefix", spelt(Array(prefix.utf8), isEncoded))
    text += XML.element("KeyMarker", spelt(Array((request.value("key-marker") ?? "").utf8), isEncoded))
    text += XML.element("VersionIdMarker", opaque(request.value("version-id-marker") ?? "", isEncoded))
    text += XML.element("MaxKeys", "\(limit)")
    if dialect == .oss { text += XML.element("Delimiter", "") }
    if isEncoded { text += XML.element("EncodingType", "url") }
    text += XML.element("IsTruncated", "\(isTruncated)")
    if isTruncated, let last = page.last?.object {
      text += XML.element("NextKeyMarker", spelt(last.key, isEncoded))
      text += XML.element("NextVersionIdMarker", opaque(last.versionName, isEncoded))
    }
    for row in page { text += element(row, isEncoded) }
    return .xml("<ListVersionsResult\(namespace)>\(text)</ListVersionsResult>")
  }

  /// The number of the first row behind the markers of a request.
  private func start(_ request: ServerRequest, _ rows: [BucketFiles.Row]) throws -> Int {
    let version = request.value("version-id-marker") ?? ""
    guard let marker = request.value("key-marker"), !marker.isEmpty else {
      guard version.isEmpty else {
        throw ServerError.invalidArgument("A version-id marker cannot be specified without a key marker.")
      }
      return 0
    }
    let key = Array(marker.utf8)
    guard !version.isEmpty else {
      return rows.firstIndex { key.lexicographicallyPrecedes($0.object.key) } ?? rows.count
    }
    let found = rows.firstIndex { $0.object.key == key && $0.object.versionName == version }
    guard let found else { throw ServerError.invalidArgument("Invalid version id specified") }
    return found + 1
  }

  private func element(_ row: BucketFiles.Row, _ isEncoded: Bool) -> String {
    let isMarker = row.object.isDeleteMarker == true
    var text = XML.element("Key", spelt(row.object.key, isEncoded))
    text += XML.element("VersionId", row.object.versionName)
    text += XML.element("IsLatest", "\(row.isLatest)")
    text +=
      isMarker ? XML.element("LastModified", Instant.iso(row.object.lastModified)) : attributes(row.object)
    text += "<Owner><ID>1</ID><DisplayName>1</DisplayName></Owner>"
    return isMarker ? "<DeleteMarker>\(text)</DeleteMarker>" : "<Version>\(text)</Version>"
  }

  /// The generation that a request names, else the latest.
  func wanted(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> StoredObject {
    guard let version = request.value("versionId") else {
      if let object = files.object(key) { return object }
      throw ServerError.noSuchKey.with(headers(of: files.latestMarker(key)))
    }
    guard let object = files.generation(key, version: version) else {
      throw ServerError(404, "NoSuchVersion", "The specified version does not exist.")
    }
    guard object.isDeleteMarker != true else {
      throw ServerError(
        405, "MethodNotAllowed", "The specified method is not allowed against this resource."
      ).with(headers(of: object))
    }
    return object
  }

  func deleteObject(_ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    if let version = request.value("versionId") {
      return ServerResponse(204, headers(of: files.remove(key, version: version)))
    }
    return ServerResponse(204, headers(of: try files.remove(key, at: Instant.now())))
  }

  /// What an answer says of the version that it speaks of.
  func headers(of object: StoredObject?) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    if let version = object?.versionID { headers.append(("\(vendor)version-id", version)) }
    if object?.isDeleteMarker == true { headers.append(("\(vendor)delete-marker", "true")) }
    return headers
  }
}

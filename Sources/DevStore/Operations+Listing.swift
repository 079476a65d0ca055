extension Operations {
  /// Both versions of the listing of both dialects.
  func listObjects(_ request: ServerRequest, _ files: BucketFiles) throws -> ServerResponse {
    let isTwo = request.value("list-type") == "2"
    let prefix = request.value("prefix") ?? ""
    let delimiter = request.value("delimiter") ?? ""
    let limit = try rowLimit(request)
    // oss2 sends an empty token for the first page.
    let token = request.value("continuation-token").flatMap { $0.isEmpty ? nil : $0 }
    let start =
      isTwo
      ? try token.map(Self.decodeToken) ?? request.value("start-after").map { Array($0.utf8) }
      : request.value("marker").map { Array($0.utf8) }
    let isEncoded = request.value("encoding-type") == "url"
    let page = collect(files, Array(prefix.utf8), Array(delimiter.utf8), start, limit)
    var text = XML.element("Name", request.bucket ?? "")
    text += XML.element("Prefix", spelt(Array(prefix.utf8), isEncoded))
    text += XML.element("MaxKeys", "\(limit)")
    if !delimiter.isEmpty { text += XML.element("Delimiter", spelt(Array(delimiter.utf8), isEncoded)) }
    if isEncoded { text += XML.element("EncodingType", "url") }
    text += XML.element("IsTruncated", page.last == nil ? "false" : "true")
    if isTwo {
      text += XML.element("KeyCount", "\(page.objects.count + page.prefixes.count)")
      if let after = request.value("start-after") {
        text += XML.element("StartAfter", spelt(Array(after.utf8), isEncoded))
      }
      if let token { text += XML.element("ContinuationToken", opaque(token, isEncoded)) }
      if let last = page.last {
        text += XML.element("NextContinuationToken", opaque(Self.token(last), isEncoded))
      }
    } else {
      text += XML.element("Marker", spelt(start ?? [], isEncoded))
      // S3 gives NextMarker only with a delimiter; OSS always.
      if let last = page.last, dialect == .oss || !delimiter.isEmpty {
        text += XML.element("NextMarker", spelt(last, isEncoded))
      }
    }
    let ownerIsWanted = !isTwo || request.value("fetch-owner") == "true"
    for object in page.objects { text += entry(object, isEncoded, ownerIsWanted) }
    for one in page.prefixes {
      text += "<CommonPrefixes>\(XML.element("Prefix", spelt(one, isEncoded)))</CommonPrefixes>"
    }
    return .xml("<ListBucketResult\(namespace)>\(text)</ListBucketResult>")
  }

  /// As an attribute of a root.
  var namespace: String {
    dialect == .s3 ? " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"" : ""
  }

  func rowLimit(_ request: ServerRequest) throws -> Int {
    let asked = try request.number("max-keys", in: 0...1000, otherwise: dialect == .s3 ? 1000 : 100)
    return min(asked, configuration.pageLimit)
  }

  private struct Page {
    var objects: [StoredObject] = []
    var prefixes: [[UInt8]] = []
    /// Where the next page starts; nil on the last page.
    var last: [UInt8]?
  }

  /// Keys and common prefixes share the limit, in one order.
  private func collect(
    _ files: BucketFiles, _ prefix: [UInt8], _ delimiter: [UInt8], _ start: [UInt8]?, _ limit: Int
  ) -> Page {
    var page = Page()
    guard limit > 0 else { return page }
    var marker = start
    var position: [UInt8]?
    while true {
      let batch = files.objects(prefix: prefix, after: marker, limit: 1001)
      guard !batch.isEmpty else { return page }
      for object in batch {
        marker = object.key
        let common = commonPrefix(object.key, prefix, delimiter)
        if let common, common == page.prefixes.last || start.map({ $0.starts(with: common) }) == true {
          continue
        }
        if page.objects.count + page.prefixes.count == limit {
          page.last = position
          return page
        }
        if let common { page.prefixes.append(common) } else { page.objects.append(object) }
        position = common ?? object.key
      }
    }
  }

  private func commonPrefix(_ key: [UInt8], _ prefix: [UInt8], _ delimiter: [UInt8]) -> [UInt8]? {
    guard !delimiter.isEmpty, key.count >= prefix.count + delimiter.count else { return nil }
    for index in prefix.count...key.count - delimiter.count
    where Array(key[index..<index + delimiter.count]) == delimiter {
      return Array(key[..<(index + delimiter.count)])
    }
    return nil
  }

  private func entry(_ object: StoredObject, _ isEncoded: Bool, _ ownerIsWanted: Bool) -> String {
    var text = XML.element("Key", spelt(object.key, isEncoded)) + attributes(object)
    if ownerIsWanted { text += "<Owner><ID>1</ID><DisplayName>1</DisplayName></Owner>" }
    return "<Contents>\(text)</Contents>"
  }

  func attributes(_ object: StoredObject) -> String {
    var text = XML.element("LastModified", Instant.iso(object.lastModified))
    text += XML.element("ETag", "\"\(object.eTag)\"")
    if dialect == .oss { text += XML.element("Type", object.type) }
    text += XML.element("Size", "\(object.size)")
    return text + XML.element("StorageClass", object.storageClass)
  }

  /// A name in the page's spelling: S3 writes a space as `+` and keeps slashes, OSS writes `%20` and `%2F`.
  func spelt(_ bytes: [UInt8], _ isEncoded: Bool) -> String {
    guard isEncoded else { return String(decoding: bytes, as: UTF8.self) }
    guard dialect == .s3 else { return Percent.encode(bytes) }
    return Percent.encode(bytes, keeping: "/ ").split(separator: " ", omittingEmptySubsequences: false)
      .joined(separator: "+")
  }

  /// A token in the page's spelling: OSS encodes it like a name, S3 does not.
  func opaque(_ token: String, _ isEncoded: Bool) -> String {
    dialect == .s3 ? token : spelt(Array(token.utf8), isEncoded)
  }

  /// Opaque and printable: the key in Base64 with `-` for `=`, as OSS writes it.
  static func token(_ key: [UInt8]) -> String {
    String(encodeToken(key).map { $0 == "=" ? "-" : $0 })
  }

  static func decodeToken(_ token: String) throws -> [UInt8] {
    guard let bytes = readToken(String(token.map { $0 == "-" ? "=" : $0 })), bytes.first == 0x0a else {
      throw ServerError.invalidArgument("The continuation token provided is incorrect.")
    }
    return Array(bytes.dropFirst())
  }
}

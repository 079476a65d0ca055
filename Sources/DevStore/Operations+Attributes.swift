extension Operations {
  private static let attributes: Set<String> = [
    "ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize",
  ]

  /// What the request's header asks for, and nothing else.
  func getAttributes(
    _ request: ServerRequest, _ files: BucketFiles, _ key: [UInt8]
  ) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    try Encryption.requireKey(request, of: object.encryption)
    let wanted = request.headers.filter { $0.name == "x-amz-object-attributes" }.flatMap { header in
      header.value.split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
    guard !wanted.isEmpty, wanted.allSatisfy({ Self.attributes.contains($0) }) else {
      throw ServerError.invalidArgument("Invalid attribute name specified.")
    }
    var text = ""
    if wanted.contains("ETag") { text += XML.element("ETag", object.eTag) }
    if wanted.contains("Checksum"), let checksum = object.checksum {
      // Amazon leaves out the number of parts here, and only here.
      text += "<Checksum>\(elements(of: checksum, suffix: ""))</Checksum>"
    }
    if wanted.contains("ObjectParts"), !object.parts.isEmpty { text += try parts(of: object, request) }
    if wanted.contains("StorageClass") { text += XML.element("StorageClass", object.storageClass) }
    if wanted.contains("ObjectSize") { text += XML.element("ObjectSize", "\(object.size)") }
    var answer = ServerResponse.xml(
      "<GetObjectAttributesResponse xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(text)</GetObjectAttributesResponse>"
    )
    answer.headers.append(("Last-Modified", Instant.http(object.lastModified)))
    return answer
  }

  /// Parts are listed only where the object's checksum is made of theirs; their number is always told.
  private func parts(of object: StoredObject, _ request: ServerRequest) throws -> String {
    var text = XML.element("PartsCount", "\(object.parts.count)")
    guard object.checksum?.isComposite == true else { return "<ObjectParts>\(text)</ObjectParts>" }
    let limit = try request.headerNumber("x-amz-max-parts", in: 0...1000, otherwise: 1000)
    let marker = try request.headerNumber("x-amz-part-number-marker", in: 0...10_000, otherwise: 0)
    let rest = object.parts.dropFirst(marker)
    let page = rest.prefix(limit)
    text += XML.element("PartNumberMarker", "\(marker)")
    text += XML.element("NextPartNumberMarker", "\(marker + page.count)")
    text += XML.element("MaxParts", "\(limit)")
    text += XML.element("IsTruncated", rest.count > page.count ? "true" : "false")
    for (index, part) in zip(page.indices, page) {
      let row = XML.element("PartNumber", "\(index + 1)") + XML.element("Size", "\(part.size)")
      text += "<Part>\(row)\(part.checksum.map { element(of: $0, suffix: "") } ?? "")</Part>"
    }
    return "<ObjectParts>\(text)</ObjectParts>"
  }
}

extension Operations {
  func getTagging(_ files: BucketFiles, _ key: [UInt8]) throws -> ServerResponse {
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    let rows = object.tags.map { "<Tag>\(XML.element("Key", $0[0]))\(XML.element("Value", $0[1]))</Tag>" }
    return .xml("<Tagging><TagSet>\(rows.joined())</TagSet></Tagging>")
  }

  func putTagging(_ files: BucketFiles, _ key: [UInt8], _ document: [UInt8]) throws -> ServerResponse {
    let text = String(decoding: document, as: UTF8.self)
    guard let set = text.firstRange(of: "<TagSet"), text.contains("Tagging>") else {
      throw ServerError(400, "MalformedXML", "The XML you provided was not well-formed.")
    }
    let keys = XML.texts("Key", in: String(text[set.lowerBound...]))
    let values = XML.texts("Value", in: String(text[set.lowerBound...]))
    guard keys.count == values.count else {
      throw ServerError(400, "MalformedXML", "The XML you provided was not well-formed.")
    }
    let tags = try checked(zip(keys, values).map { [$0, $1] })
    try files.update(key) { $0.tags = tags }
    return ServerResponse(200)
  }

  /// The tags of a header, written like a query.
  func sentTags(_ request: ServerRequest) throws -> [[String]] {
    guard let field = request["\(vendor)tagging"] else { return [] }
    return try checked(
      field.split(separator: "&").map { item in
        let equals = item.firstIndex(of: "=") ?? item.endIndex
        return [item[..<equals], item[equals...].dropFirst()].map {
          String(decoding: Percent.decode($0, plusIsSpace: true), as: UTF8.self)
        }
      })
  }

  private func checked(_ tags: [[String]]) throws -> [[String]] {
    let isAllowed =
      tags.count <= 10 && Set(tags.map { $0[0] }).count == tags.count
      && tags.allSatisfy {
        (1...128).contains($0[0].unicodeScalars.count) && $0[1].unicodeScalars.count <= 256
      }
    guard isAllowed else {
      throw ServerError(400, "InvalidTag", "The tags you have provided are too many, too long or not unique.")
    }
    return tags
  }
}

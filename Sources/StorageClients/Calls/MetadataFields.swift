import ObjectStorage

/// Metadata to header fields and back, byte for byte.
enum MetadataFields {
  /// What an answer's fields say; `prefix` is the vendor's, in lower case.
  ///
  /// A name that comes again is one entry, its values joined by commas as Amazon does (RFC 9110 §5.3): two fields of a
  /// name are signed differently by vendors, and a store may merge them or keep the last.
  static func read(_ fields: HTTPFields, prefix: String) -> ObjectMetadata {
    var user: [ObjectMetadata.UserEntry] = []
    for field in fields.all {
      guard beginsName(field.name, with: prefix) else { continue }
      let name = String(field.name.lowercased().dropFirst(prefix.count))
      if let known = user.firstIndex(where: { $0.name == name }) {
        user[known].value += ",\(field.value)"
      } else {
        user.append(.init(name: name, value: field.value))
      }
    }
    return ObjectMetadata(
      contentType: fields["content-type"], cacheControl: fields["cache-control"],
      contentDisposition: fields["content-disposition"], contentEncoding: fields["content-encoding"],
      contentLanguage: fields["content-language"], expires: fields["expires"],
      user: user.sorted { $0.name < $1.name })
  }

  static func write(_ metadata: ObjectMetadata, prefix: String, into fields: inout HTTPFields) {
    if let value = metadata.contentType { fields.add("content-type", value) }
    if let value = metadata.cacheControl { fields.add("cache-control", value) }
    if let value = metadata.contentDisposition { fields.add("content-disposition", value) }
    if let value = metadata.contentEncoding { fields.add("content-encoding", value) }
    if let value = metadata.contentLanguage { fields.add("content-language", value) }
    if let value = metadata.expires { fields.add("expires", value) }
    for entry in metadata.user { fields.add(prefix + entry.name, entry.value) }
  }

  /// What cannot be written as header fields, whoever the vendor is; one sentence a finding.
  static func refusals(
    of metadata: ObjectMetadata, limit: Int, isNameByte: (UInt8) -> Bool, names: String
  ) -> [String] {
    guard !metadata.user.isEmpty else { return [] }
    var refusals: [String] = []
    for entry in metadata.user where entry.name.isEmpty || !entry.name.utf8.allSatisfy(isNameByte) {
      refusals.append("metadata name \(shownSafely(entry.name)) has more than \(names)")
    }
    for entry in metadata.user where !entry.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
      refusals.append("the value of metadata \(shownSafely(entry.name)) has control characters")
    }
    let size = metadata.user.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    if size > limit { refusals.append("user metadata has \(size) bytes, more than \(limit)") }
    return refusals
  }
}

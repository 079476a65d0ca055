import ObjectStorage

/// What a signature speaks of.
public struct RequestToSign: Sendable {
  public var method: String
  /// Percent-encoded, as sent.
  public var path: String
  /// The path with the bucket, not encoded: what OSS signs wherever the bucket stands.
  public var resource: [UInt8]
  public var query: [(name: String, value: String?)]
  public var fields: [(name: String, value: String)]
  /// The body, where it is a small document; nil for a stream.
  public var document: [UInt8]?

  public init(
    method: String, path: String, resource: [UInt8], query: [(name: String, value: String?)],
    fields: [(name: String, value: String)], document: [UInt8]?
  ) {
    self.method = method
    self.path = path
    self.resource = resource
    self.query = query
    self.fields = fields
    self.document = document
  }

  /// The fields of some names as signatures list them: lower-case names, sorted, values trimmed, joined by name.
  ///
  /// AWS makes one space of several inside a value, OSS leaves them.
  func canonicalFields(
    collapsingSpaces: Bool = false, where isSigned: (String) -> Bool
  ) -> [(name: String, value: String)] {
    var signed: [(name: String, value: String)] = []
    signed.reserveCapacity(fields.count)
    for field in fields {
      let name = lowercased(field.name)
      guard isSigned(name) else { continue }
      let value = trimmed(field.value, collapsingSpaces)
      if let same = signed.firstIndex(where: { $0.name == name }) {
        signed[same].value += ",\(value)"
      } else {
        signed.append((name, value))
      }
    }
    return signed.sorted { $0.name < $1.name }
  }

  private func trimmed(_ text: String, _ collapsingSpaces: Bool) -> String {
    if isTrimmed(text) { return text }
    if collapsingSpaces { return text.split { $0 == " " || $0.isNewline }.joined(separator: " ") }
    var text = Substring(text).drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  /// Whether nothing of a value has to go: it has no space at its ends, no two in a row, and no other blank.
  private func isTrimmed(_ text: String) -> Bool {
    withBytes(of: text) { bytes in
      var last = UInt8(ascii: " ")
      for byte in bytes {
        let isBlank = byte <= 0x20
        if byte >= 0x80 || (isBlank && (byte != 0x20 || last == 0x20)) { return false }
        last = byte
      }
      return last != 0x20 || bytes.isEmpty
    }
  }
}

/// Most names are in lower case already.
func lowercased(_ name: String) -> String {
  withBytes(of: name) { $0.allSatisfy { $0 < 0x80 && !(65...90).contains($0) } } ? name : name.lowercased()
}

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
    var values: [String: [String]] = [:]
    for field in fields {
      let name = field.name.lowercased()
      if isSigned(name) { values[name, default: []].append(trimmed(field.value, collapsingSpaces)) }
    }
    return values.map { (name: $0.key, value: $0.value.joined(separator: ",")) }
      .sorted { $0.name < $1.name }
  }

  private func trimmed(_ text: String, _ collapsingSpaces: Bool) -> String {
    if collapsingSpaces { return text.split { $0 == " " || $0.isNewline }.joined(separator: " ") }
    var text = Substring(text).drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

import ObjectStorage
import StorageWire

/// Tags as one header field, which both vendors write like a query.
enum TagFields {
  static func text(_ tags: [ObjectTag]) -> String {
    tags.map { "\(URIEncoding.query($0.key))=\(URIEncoding.query($0.value))" }.joined(separator: "&")
  }
}

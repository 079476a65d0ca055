public import AuditLedger
public import ObjectStorage

/// Compares what travels with the bytes, field by field; a verdict of its own, beside that on the bytes.
public enum MetadataComparison {
  public static func compare(
    _ source: ObjectMetadata, with destination: ObjectMetadata
  ) -> MetadataVerdict {
    let found = headers(source, destination) + userEntries(source, destination)
    return found.isEmpty ? .equal : .differs(found)
  }

  /// The same for tags.
  public static func compare(tags source: [ObjectTag], with destination: [ObjectTag]) -> MetadataVerdict {
    let found = entries(
      source.map { ($0.key, $0.value) }, destination.map { ($0.key, $0.value) }, "tag")
    return found.isEmpty ? .equal : .differs(found)
  }

  private static func headers(_ source: ObjectMetadata, _ destination: ObjectMetadata) -> [String] {
    let fields: [(String, KeyPath<ObjectMetadata, String?>)] = [
      ("Content-Type", \.contentType), ("Cache-Control", \.cacheControl),
      ("Content-Disposition", \.contentDisposition), ("Content-Encoding", \.contentEncoding),
      ("Content-Language", \.contentLanguage), ("Expires", \.expires),
    ]
    return fields.compactMap { name, field in
      difference(name, source[keyPath: field], destination[keyPath: field])
    }
  }

  private static func userEntries(_ source: ObjectMetadata, _ destination: ObjectMetadata) -> [String] {
    entries(
      source.user.map { ($0.name, $0.value) }, destination.user.map { ($0.name, $0.value) }, "metadata")
  }

  private static func entries(
    _ source: [(String, String)], _ destination: [(String, String)], _ kind: String
  ) -> [String] {
    let ones = Dictionary(source, uniquingKeysWith: { first, _ in first })
    let others = Dictionary(destination, uniquingKeysWith: { first, _ in first })
    return Set(ones.keys).union(others.keys).sorted().compactMap { name in
      difference("\(kind) \(shownSafely(name))", ones[name], others[name])
    }
  }

  private static func difference(_ name: String, _ source: String?, _ destination: String?) -> String? {
    guard source != destination else { return nil }
    return "\(name): \(quoted(source)) at the source, \(quoted(destination)) at the destination"
  }

  private static func quoted(_ value: String?) -> String {
    value.map { "\"\(shownSafely($0))\"" } ?? "absent"
  }
}

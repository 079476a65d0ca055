import ObjectStorage

/// What the stores ask of a key.
enum KeyRule {
  static func refusal(of key: ObjectKey, maximumBytes: Int, vendor: String) -> String? {
    guard !key.bytes.isEmpty else { return "the key is empty" }
    guard key.bytes.count <= maximumBytes else {
      return "the key has \(key.bytes.count) bytes, \(vendor) takes \(maximumBytes)"
    }
    guard !key.bytes.contains(0) else { return "the key has a NUL byte" }
    return key.text == nil ? "the key is not UTF-8" : nil
  }
}

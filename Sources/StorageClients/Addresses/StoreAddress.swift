public import ObjectStorage

/// Where objects live, as people write it: `s3://bucket/prefix`, `oss://bucket/prefix`, `file:///dir`.
public struct StoreAddress: Hashable, Sendable {
  public let kind: StoreLocation.Kind
  /// The bucket, or the absolute path of the root directory.
  public let bucket: String
  /// The bytes as written: nothing is percent-decoded.
  ///
  /// Empty for a directory.
  public let prefix: ObjectKey

  public init(kind: StoreLocation.Kind, bucket: String, prefix: ObjectKey = ObjectKey("")) {
    self.kind = kind
    self.bucket = bucket
    self.prefix = prefix
  }

  /// Throws `invalid-request` with the cause for anything that is not one of the three forms.
  public init(parsing text: String) throws(StorageError) {
    guard let colon = text.firstRange(of: "://") else {
      throw Self.malformed(
        text, "it has no scheme; write s3://bucket/prefix, oss://bucket/prefix or file:///dir")
    }
    let rest = text[colon.upperBound...]
    switch text[..<colon.lowerBound] {
    case "s3": try self.init(.s3, rest, text, refusal: BucketName.refusalByS3)
    case "oss": try self.init(.oss, rest, text, refusal: BucketName.refusalByOSS)
    case "file": try self.init(directory: rest, text)
    case let scheme:
      throw Self.malformed(text, "the scheme \(shownSafely(String(scheme))) is not s3, oss or file")
    }
  }

  private init(
    _ kind: StoreLocation.Kind, _ rest: Substring, _ text: String, refusal: (Substring) -> String?
  ) throws(StorageError) {
    let bucket = rest.prefix { $0 != "/" }
    if let refusal = refusal(bucket) { throw Self.malformed(text, refusal) }
    self.init(
      kind: kind, bucket: String(bucket), prefix: ObjectKey(bytes: rest.utf8.dropFirst(bucket.utf8.count + 1))
    )
  }

  private init(directory path: Substring, _ text: String) throws(StorageError) {
    guard path.hasPrefix("/") else {
      throw Self.malformed(text, "a directory is written with its absolute path: file:///dir")
    }
    guard !path.utf8.contains(0) else { throw Self.malformed(text, "the path has a NUL byte") }
    self.init(kind: .directory, bucket: String(path))
  }

  private static func malformed(_ text: String, _ cause: String) -> StorageError {
    StorageError(.invalidRequest, "the address \(shownSafely(text)) is not valid: \(cause)")
  }
}

extension StoreAddress: CustomStringConvertible {
  public var description: String {
    kind == .directory ? "file://\(shownSafely(bucket))" : "\(kind.rawValue)://\(bucket)/\(prefix.shown)"
  }
}

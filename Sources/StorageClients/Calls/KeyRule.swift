public import ObjectStorage

/// Why a key cannot land in a store.
public struct KeyRefusal: Hashable, Sendable {
  public enum Reason: String, CaseIterable, Sendable {
    case empty = "key-empty"
    case tooLong = "key-too-long"
    case zeroByte = "key-zero-byte"
    case notText = "key-not-utf8"
    case leadingSlash = "key-leading-slash"
    case leadingBackslash = "key-leading-backslash"
    case emptySegment = "path-empty-segment"
    case dotSegment = "path-dot-segment"
    case parentSegment = "path-parent-segment"
    case longSegment = "path-long-segment"
    case reservedFolder = "path-reserved-folder"
  }

  public var reason: Reason
  /// What is wrong with this key.
  public var message: String

  init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }
}

/// What a kind of store asks of a key; known without a connection.
public enum KeyRule: Sendable {
  case s3
  case oss
  case directory

  /// Nil where every key can land.
  public init?(_ kind: StoreLocation.Kind) {
    switch kind {
    case .s3: self = .s3
    case .oss: self = .oss
    case .directory: self = .directory
    case .memory: return nil
    }
  }

  /// The sizes that the store takes.
  public var limits: WriteLimits {
    switch self {
    case .s3: WriteLimits()
    case .oss: WriteLimits(minimumPart: 100 << 10)
    case .directory:
      WriteLimits(
        maximumPut: .max, minimumPart: 1, maximumPart: .max, maximumObject: .max, maximumParts: 10_000)
    }
  }

  /// Why a key cannot land, or nil where it can.
  public func refusal(of key: ObjectKey) -> KeyRefusal? {
    switch self {
    case .s3: Self.refusal(of: key, maximumBytes: 1024, vendor: "S3")
    case .oss: Self.refusal(of: key, maximumBytes: 1023, vendor: "OSS") ?? Self.refusalByOSS(of: key)
    case .directory: DirectoryPath.finding(of: key)
    }
  }

  private static func refusal(of key: ObjectKey, maximumBytes: Int, vendor: String) -> KeyRefusal? {
    guard !key.bytes.isEmpty else { return KeyRefusal(.empty, "the key is empty") }
    guard key.bytes.count <= maximumBytes else {
      return KeyRefusal(.tooLong, "the key has \(key.bytes.count) bytes, \(vendor) takes \(maximumBytes)")
    }
    guard !key.bytes.contains(0) else { return KeyRefusal(.zeroByte, "the key has a NUL byte") }
    return key.isText ? nil : KeyRefusal(.notText, "the key is not UTF-8")
  }

  private static func refusalByOSS(of key: ObjectKey) -> KeyRefusal? {
    switch key.bytes.first {
    case UInt8(ascii: "/"): KeyRefusal(.leadingSlash, "the key starts with /, which OSS does not take")
    case UInt8(ascii: "\\"): KeyRefusal(.leadingBackslash, "the key starts with \\, which OSS does not take")
    default: nil
    }
  }
}

/// The name of an object: bytes, never normalised and never folded as a path.
public struct ObjectKey: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// The key as text, or nil where its bytes are not UTF-8.
  public var text: String? { String(validating: bytes, as: UTF8.self) }

  public func hasPrefix(_ prefix: ObjectKey) -> Bool { bytes.starts(with: prefix.bytes) }
}

/// Keys are ordered by their bytes, as stores list them.
extension ObjectKey: Comparable {
  public static func < (one: ObjectKey, other: ObjectKey) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }
}

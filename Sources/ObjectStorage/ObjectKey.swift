import Glibc

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

  /// Whether the bytes are UTF-8.
  public var isText: Bool { bytes.reduce(0, |) < 0x80 || text != nil }

  public func hasPrefix(_ prefix: ObjectKey) -> Bool { bytes.starts(with: prefix.bytes) }
}

/// Keys are ordered by their bytes, as stores list them.
extension ObjectKey: Comparable {
  public static func < (one: ObjectKey, other: ObjectKey) -> Bool { one.order(against: other) < 0 }

  /// Below zero where this key, without its first bytes, comes before another one without its own; zero where they
  /// are equal.
  public func order(
    dropping first: Int = 0, against other: ObjectKey, dropping otherFirst: Int = 0
  ) -> Int {
    bytes.withUnsafeBytes { one in
      other.bytes.withUnsafeBytes { other in
        let (oneCount, otherCount) = (
          one.count - min(first, one.count), other.count - min(otherFirst, other.count)
        )
        let common = min(oneCount, otherCount)
        if common > 0, let start = one.baseAddress, let otherStart = other.baseAddress {
          let order = memcmp(start + (one.count - oneCount), otherStart + (other.count - otherCount), common)
          if order != 0 { return Int(order) }
        }
        return oneCount - otherCount
      }
    }
  }
}

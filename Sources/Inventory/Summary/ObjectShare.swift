import ObjectStorage

/// Objects of one kind, and their sizes.
public struct ObjectShare: Hashable, Sendable {
  public private(set) var objects: Int64 = 0
  /// Stays at the largest number where the sum would not fit.
  public private(set) var bytes: Int64 = 0

  public init() {}

  public init(objects: Int64, bytes: Int64) {
    self.objects = objects
    self.bytes = bytes
  }

  mutating func add(_ other: ObjectShare) {
    objects += other.objects
    bytes = bytes.addingSaturated(other.bytes)
  }

  public mutating func add(_ size: Int64) {
    objects += 1
    bytes = bytes.addingSaturated(size)
  }
}

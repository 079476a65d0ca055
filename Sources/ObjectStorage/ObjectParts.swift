public import Checksums

/// How a store says that an object was put together.
///
/// What the ETag is stands nowhere here: only HEAD or GET show it (see `ObjectAttributes`).
public struct ObjectParts: Hashable, Sendable {
  /// One part, as the uploader cut it.
  public struct Part: Hashable, Sendable {
    /// 1 to 10,000; numbers may be left out.
    public var number: Int
    /// In bytes.
    public var size: Int64
    /// Digests of the part that the store keeps.
    public var checksums: [Checksum]

    public init(number: Int, size: Int64, checksums: [Checksum] = []) {
      self.number = number
      self.size = size
      self.checksums = checksums
    }
  }

  public var eTag: ETag?
  /// In bytes.
  public var size: Int64?
  /// Nil for an object that was not put together from parts.
  public var partCount: Int?
  /// Digests of the whole object.
  public var checksums: [Checksum]
  /// Digests over the digests of the parts, each with its number of parts.
  public var compositeChecksums: [Checksum]
  /// All parts, ascending by number; empty where the store does not tell them.
  public var parts: [Part]

  public init(
    eTag: ETag? = nil, size: Int64? = nil, partCount: Int? = nil, checksums: [Checksum] = [],
    compositeChecksums: [Checksum] = [], parts: [Part] = []
  ) {
    self.eTag = eTag
    self.size = size
    self.partCount = partCount
    self.checksums = checksums
    self.compositeChecksums = compositeChecksums
    self.parts = parts
  }
}

/// A label that somebody put on an object.
public struct ObjectTag: Hashable, Sendable {
  public var key: String
  public var value: String

  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

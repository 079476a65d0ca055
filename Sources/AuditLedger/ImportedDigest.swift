public import Checksums
public import ObjectStorage

/// A digest that somebody else computed.
public struct ImportedDigest: Hashable, Sendable {
  public var side: Side
  /// The key on that side.
  public var key: ObjectKey
  public var checksum: Checksum
  /// What the row says of the object that it speaks of.
  public var size: Int64?
  public var eTag: ETag?
  public var versionID: String?
  public var modifiedAt: Timestamp?
  public var file: String
  /// From 1.
  public var line: Int64
  /// Tells several digests of one line apart.
  public var ordinal: Int

  public init(
    side: Side, key: ObjectKey, checksum: Checksum, size: Int64? = nil, eTag: ETag? = nil,
    versionID: String? = nil, modifiedAt: Timestamp? = nil, file: String, line: Int64, ordinal: Int = 0
  ) {
    self.side = side
    self.key = key
    self.checksum = checksum
    self.size = size
    self.eTag = eTag
    self.versionID = versionID
    self.modifiedAt = modifiedAt
    self.file = file
    self.line = line
    self.ordinal = ordinal
  }
}

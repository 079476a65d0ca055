public import Checksums
public import ObjectStorage

/// What was read of a saved listing and not taken away yet.
public struct SavedRows: Sendable {
  public var objects: [ListedObject] = []
  /// Rows of listings that name every version.
  public var versions: [ListedVersion] = []
  public var digests: [SavedDigest] = []
  /// Entries that are folders of a file system, and no objects.
  public var folders: Int64 = 0
  /// Rows of objects that the side does not have.
  public var absent: Int64 = 0

  public init() {}

  public var count: Int { objects.count + versions.count }
}

/// A digest that a listing has beside an object.
public struct SavedDigest: Hashable, Sendable {
  public var key: ObjectKey
  public var checksum: Checksum
  /// In bytes.
  public var size: Int64?
  public var eTag: ETag?
  public var versionID: String?
  public var modifiedAt: Timestamp?
  /// Where the row begins, from 1.
  public var line: Int64
  /// From 0; a row may have several digests.
  public var ordinal: Int

  public init(
    key: ObjectKey, checksum: Checksum, size: Int64?, eTag: ETag? = nil, versionID: String? = nil,
    modifiedAt: Timestamp? = nil, line: Int64, ordinal: Int = 0
  ) {
    self.key = key
    self.checksum = checksum
    self.size = size
    self.eTag = eTag
    self.versionID = versionID
    self.modifiedAt = modifiedAt
    self.line = line
    self.ordinal = ordinal
  }
}

/// Keys that come out of reports.
enum ReportKey {
  /// The longest path of a directory; stores take a quarter of it.
  static let longest = 4096

  static func checked(_ key: ObjectKey) throws(ReportProblem) -> ObjectKey {
    guard !key.bytes.isEmpty else { throw ReportProblem("a name is empty") }
    guard key.bytes.count <= longest else {
      throw ReportProblem("a name of more than \(longest) bytes is no key")
    }
    return key
  }
}

/// One version of an object as a listing of versions names it, or the mark of its deletion.
public struct ListedVersion: Hashable, Sendable {
  /// A mark has no bytes and no ETag.
  public var object: ListedObject
  /// `null` where the bucket had no versions when it was written.
  public var versionID: String
  /// Whether a plain GET or listing speaks of this one.
  public var isLatest: Bool
  public var isDeleteMarker: Bool

  public init(object: ListedObject, versionID: String, isLatest: Bool, isDeleteMarker: Bool = false) {
    self.object = object
    self.versionID = versionID
    self.isLatest = isLatest
    self.isDeleteMarker = isDeleteMarker
  }
}

/// One page of a listing of versions, parsed whole before it exists.
public struct VersionPage: Sendable {
  public var versions: [ListedVersion]
  /// Folders whose versions the page does not name; only a page that somebody saved has any.
  public var commonPrefixes: [ObjectKey]
  /// Where the next page starts; nil on the last page.
  public var next: VersionPosition?
  /// Whether every byte of a key could be spelt.
  public var isByteExact: Bool

  public init(
    versions: [ListedVersion], commonPrefixes: [ObjectKey] = [], next: VersionPosition? = nil,
    isByteExact: Bool = true
  ) {
    self.versions = versions
    self.commonPrefixes = commonPrefixes
    self.next = next
    self.isByteExact = isByteExact
  }
}

/// A place in a listing of versions.
public struct VersionPosition: Hashable, Sendable {
  /// The last key that was listed.
  public var key: ObjectKey
  /// The last version of it that was listed; nil where the next page starts behind the key.
  public var versionID: String?

  public init(key: ObjectKey, versionID: String?) {
    self.key = key
    self.versionID = versionID
  }
}

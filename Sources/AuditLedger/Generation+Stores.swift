public import ObjectStorage

extension ObjectAttributes {
  /// The generation that an answer speaks of.
  public var generation: Generation {
    Generation(eTag: eTag, versionID: versionID, size: size, lastModifiedAt: lastModifiedAt)
  }
}

extension ListedObject {
  /// The generation that the inventory row names.
  public var generation: Generation { Generation(eTag: eTag, size: size, lastModifiedAt: lastModifiedAt) }
}

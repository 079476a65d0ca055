import ObjectStorage

extension ListingAssembly {
  /// A page of versions and delete marks, in the order in which the store names them.
  func versionPage(after position: VersionPosition?) throws(StorageError) -> VersionPage {
    try checkBucketAndPrefix()
    try checkCount()
    var page = VersionPage(versions: [], isByteExact: isEncoded)
    page.versions.reserveCapacity(draft.entries.count)
    var duplicates = DuplicateWatch<VersionName>()
    for entry in draft.entries where entry.tag != .commonPrefixes {
      let version = try version(entry)
      guard duplicates.admits(VersionName(key: version.object.key, id: version.versionID)) else {
        throw refused("names version \(shownSafely(version.versionID)) of a key twice", version.object.key)
      }
      page.versions.append(version)
    }
    page.commonPrefixes = try commonPrefixes()
    page.next = try nextVersion()
    guard page.next == nil || page.next != position else {
      throw refused("does not come forward: it ends where it began")
    }
    return page
  }

  private func version(_ entry: ListingDraft.Entry) throws(StorageError) -> ListedVersion {
    let key = try listedKey(entry)
    let isDeleteMarker = entry.tag == .deleteMarker
    guard let size = isDeleteMarker ? 0 : size(entry.fields[.size]) else {
      throw refused("has a version without a valid Size", key)
    }
    guard let id = draft.text(entry.fields[.versionID]), !id.isEmpty else {
      throw refused("has a version without VersionId", key)
    }
    let isLatest: Bool
    switch draft.text(entry.fields[.isLatest]) {
    case "true"?: isLatest = true
    case "false"?: isLatest = false
    default: throw refused("has a version that is neither the latest nor not", key)
    }
    return ListedVersion(
      object: listed(key, size, entry), versionID: id, isLatest: isLatest, isDeleteMarker: isDeleteMarker)
  }

  private func nextVersion() throws(StorageError) -> VersionPosition? {
    guard try isTruncated() else { return nil }
    guard let range = draft.values[.nextKeyMarker], !range.isEmpty else { throw noPlace }
    let id = token(.nextVersionIDMarker)
    return VersionPosition(key: try place(range, .nextKeyMarker), versionID: id?.isEmpty == false ? id : nil)
  }
}

/// What tells the rows of a listing of versions apart.
private struct VersionName: Hashable, Comparable {
  let key: ObjectKey
  let id: String

  static func < (one: VersionName, other: VersionName) -> Bool {
    one.key == other.key ? one.id < other.id : one.key < other.key
  }
}

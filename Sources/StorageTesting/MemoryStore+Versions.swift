public import ObjectStorage
import Synchronization

/// A version of an object of a `MemoryStore`, or the mark of its deletion.
struct MemoryVersion: Sendable {
  /// Nil for a mark.
  let object: MemoryObject?
  let id: String
  let modifiedAt: Timestamp

  /// What has no version of its own is called `null`, as the vendors do.
  init(_ object: MemoryObject) {
    self.object = object
    id = object.versionID ?? "null"
    modifiedAt = object.modifiedAt
  }

  init(markedAt time: Timestamp, id: String) {
    object = nil
    self.id = id
    modifiedAt = time
  }

  func listed(as key: ObjectKey, isLatest: Bool) -> ListedVersion {
    ListedVersion(
      object: object?.listed(as: key) ?? ListedObject(key: key, size: 0, lastModifiedAt: modifiedAt),
      versionID: id, isLatest: isLatest, isDeleteMarker: object == nil)
  }
}

extension MemoryStore {
  public func versioning() async throws(StorageError) -> Versioning { keepsVersions ? .enabled : .never }

  /// In the order of the keys, and newest first; a store without versions has one of each key.
  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    let rows = state.withLock { $0.versions(prefix: prefix) }
    let start = try Self.start(rows, position)
    let end = min(rows.count, start + pageSize)
    var page = VersionPage(versions: Array(rows[start..<end]))
    if end < rows.count, let last = page.versions.last {
      page.next = VersionPosition(key: last.object.key, versionID: last.versionID)
    }
    return page
  }

  private static func start(
    _ rows: [ListedVersion], _ position: VersionPosition?
  ) throws(StorageError) -> Int {
    guard let position else { return 0 }
    guard let id = position.versionID else {
      return rows.firstIndex { position.key < $0.object.key } ?? rows.count
    }
    guard let index = rows.firstIndex(where: { $0.object.key == position.key && $0.versionID == id }) else {
      throw StorageError(.invalidRequest, "there is no such version to go on from", key: position.key)
    }
    return index + 1
  }
}

extension MemoryStore.State {
  /// Makes an object what a plain GET finds, or nothing where it is nil; returns it as it is kept.
  @discardableResult
  mutating func replace(_ key: ObjectKey, by object: MemoryObject?, keepsVersions: Bool) -> MemoryObject? {
    var object = object
    if keepsVersions {
      if let old = objects[key] { past[key, default: []].insert(MemoryVersion(old), at: 0) }
      versionCount += 1
      object?.versionID = "version-\(versionCount)"
      if object == nil {
        let mark = MemoryVersion(markedAt: nextWriteTime(), id: "version-\(versionCount)")
        past[key, default: []].insert(mark, at: 0)
      }
    }
    objects[key] = object
    return object
  }

  func versions(prefix: ObjectKey) -> [ListedVersion] {
    Set(objects.keys).union(past.keys).filter { $0.hasPrefix(prefix) }.sorted().flatMap { key in
      let versions = (objects[key].map { [MemoryVersion($0)] } ?? []) + (past[key] ?? [])
      return versions.enumerated().map { $1.listed(as: key, isLatest: $0 == 0) }
    }
  }
}

import ObjectStorage

/// A listing of a tree under way: a value that gives keys in the order of their bytes, page by page.
///
/// It holds names, not open folders, so that it can wait for the next page. Keys that appear or vanish while
/// it is under way may be missed or given; each key is given once.
struct DirectoryWalk: Sendable {
  /// Which folders a listing shows as zero-byte keys that end in `/`.
  typealias Markers = DirectoryStore.FolderMarkers

  /// One folder on the way down to where the listing stands.
  private struct Level: Sendable {
    /// The folder's key prefix: empty, or ending in `/`.
    let path: [UInt8]
    let bound: DirectoryNames.Bound
    var names: DirectoryNames
  }

  private let tree: DirectoryTree
  private let prefix: [UInt8]
  private let batch: Int
  private let markers: Markers
  private var levels: [Level] = []
  private var ready: [ListedObject] = []
  /// The folder of the last level; let go between pages.
  private var open: DirectoryDescriptor?

  /// Stands before the first key above `position` that starts with `prefix`.
  init(
    tree: DirectoryTree, prefix: ObjectKey, after position: ObjectKey?, markers: Markers, batch: Int
  ) throws(StorageError) {
    self.tree = tree
    self.prefix = prefix.bytes
    self.markers = markers
    self.batch = batch
    try tree.checkRoot()
    let base = Array(prefix.bytes.prefix(prefix.bytes.lastIndex(of: slash).map { $0 + 1 } ?? 0))
    guard isReachable(base), let bound = Self.bound(in: base, after: position?.bytes) else { return }
    try descend(to: base, bound)
  }

  /// The next keys, and whether others follow.
  mutating func page(size: Int) throws(StorageError) -> (objects: [ListedObject], hasMore: Bool) {
    defer { open = nil }
    while ready.count <= size, let level = levels.indices.last {
      if let name = levels[level].names.takeSmallest() {
        try visit(name, level)
      } else {
        try leave(level)
      }
    }
    let objects = Array(ready.prefix(size))
    ready.removeFirst(objects.count)
    return (objects, !ready.isEmpty)
  }

  private mutating func visit(_ name: [UInt8], _ level: Int) throws(StorageError) {
    let key = levels[level].path + name
    if name.last == slash { return try descend(to: key, levels[level].bound.inside(name)) }
    let folder = try openFolder(levels[level].path)
    do throws(SystemFault) {
      ready.append(DirectoryEntry(try folder.status(of: name)).listed(as: ObjectKey(bytes: key)))
    } catch {
      guard error.isAbsence else { throw error.storageError("listing \(tree.shown(key))", key: nil) }
    }
  }

  /// Enters a folder; one that vanished is as good as empty, and no marker.
  private mutating func descend(
    to path: [UInt8], _ bound: DirectoryNames.Bound
  ) throws(StorageError) {
    do throws(StorageError) {
      open = nil
      let folder = try openFolder(path)
      let names = try readNames(of: folder, path, bound)
      levels.append(Level(path: path, bound: bound, names: names))
      try addMarker(path, bound, isEmpty: names.isEmpty && names.isLast, folder)
    } catch {
      open = nil
      guard error.code == .notFound else { throw error }
    }
  }

  private mutating func addMarker(
    _ path: [UInt8], _ bound: DirectoryNames.Bound, isEmpty: Bool, _ folder: DirectoryDescriptor
  ) throws(StorageError) {
    guard case .start = bound, !path.isEmpty, path.starts(with: prefix), isEmpty || markers == .all else {
      return
    }
    do throws(SystemFault) {
      ready.append(DirectoryEntry(try folder.status()).listed(as: ObjectKey(bytes: path)))
    } catch {
      throw error.storageError("listing \(tree.shown(path))", key: nil)
    }
  }

  /// Reads the next batch of a folder whose names ran out, or goes back up.
  private mutating func leave(_ index: Int) throws(StorageError) {
    let level = levels.removeLast()
    open = nil
    guard !level.names.isLast, let last = level.names.last else { return }
    do throws(StorageError) {
      let names = try readNames(of: try openFolder(level.path), level.path, .after(last))
      levels.append(Level(path: level.path, bound: .after(last), names: names))
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  private func readNames(
    of folder: DirectoryDescriptor, _ path: [UInt8], _ bound: DirectoryNames.Bound
  ) throws(StorageError) -> DirectoryNames {
    let wanted = prefix.count > path.count ? Array(prefix.dropFirst(path.count)) : []
    do throws(SystemFault) {
      return try DirectoryNames(of: folder, from: bound, prefix: wanted, limit: batch) { name in
        path.isEmpty && name == DirectoryArea.name
      }
    } catch {
      throw error.storageError("listing the folder \(tree.shown(path))", key: nil)
    }
  }

  private mutating func openFolder(_ path: [UInt8]) throws(StorageError) -> DirectoryDescriptor {
    if let open { return open }
    let names = path.split(separator: slash).map { Array($0) }
    let folder = try tree.folder(names, key: nil)
    open = folder
    return folder
  }

  /// Whether a prefix that ends in `/` can be a folder at all; under any other there is no key.
  private func isReachable(_ base: [UInt8]) -> Bool {
    base.isEmpty || DirectoryPath.finding(of: ObjectKey(bytes: base)) == nil
  }

  /// Where a listing of a folder begins; nil where all its keys are past.
  private static func bound(in base: [UInt8], after position: [UInt8]?) -> DirectoryNames.Bound? {
    guard let position else { return .start }
    if position.starts(with: base) { return .within(Array(position.dropFirst(base.count))) }
    return position.lexicographicallyPrecedes(base) ? .start : nil
  }
}

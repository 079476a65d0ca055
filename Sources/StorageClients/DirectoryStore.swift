import Checksums
import Glibc
public import NIOCore
public import NIOPosix
public import ObjectStorage
import Synchronization

/// A local or mounted directory as a store: keys are paths below a root.
///
/// - Symbolic links are never followed and nothing outside the root is ever touched. A link, device, pipe or
///   socket is listed with an object type that says so, and refused as `unsafe-key` when it is read.
/// - A folder stands for the zero-byte key that ends in `/`.
/// - A file carries no metadata and no storage class, so none is kept and none is reported.
/// - A directory computes no digest, so what it reports of a file has none; a write is read back and hashed,
///   and the receipt carries those digests.
/// - An ETag is an opaque validator of size, time of change and file.
///
/// No call blocks an event loop or a task's thread: the thread pool does the work.
public final class DirectoryStore: Sendable {
  /// Which folders a listing shows as keys.
  public enum FolderMarkers: Sendable {
    /// Folders with nothing in them: right for a source, where a full folder is implied by its files.
    case emptyOnly
    /// Every folder: right for a destination, where a marker and files below it may both have been written.
    case all
  }

  /// Where an unfinished listing waits for its next page.
  private struct WaitingWalk: Sendable {
    let prefix: ObjectKey
    let position: ObjectKey
    let walk: DirectoryWalk
  }

  public let location: StoreLocation
  let tree: DirectoryTree
  let threadPool: NIOThreadPool
  private let markers: FolderMarkers
  private let pageSize: Int
  private let batchSize: Int
  private let waiting = Mutex<[WaitingWalk]>([])
  /// A store that only reads changes nothing, not even the folder for unfinished writes.
  let hasWritten = Mutex(false)
  let hasSwept = Mutex(false)

  /// Opens an existing directory.
  ///
  /// Throws `no-such-bucket` where there is none. The thread pool must run for as long as the store is used.
  public static func open(
    path: String, threadPool: NIOThreadPool, folderMarkers: FolderMarkers = .emptyOnly, pageSize: Int = 1000
  ) async throws(StorageError) -> DirectoryStore {
    try await open(
      path: path, threadPool: threadPool, folderMarkers: folderMarkers, pageSize: pageSize, batchSize: 32_768)
  }

  static func open(
    path: String, threadPool: NIOThreadPool, folderMarkers: FolderMarkers, pageSize: Int, batchSize: Int
  ) async throws(StorageError) -> DirectoryStore {
    let tree = try await threadPool.run { () throws(StorageError) in try DirectoryTree(rootPath: path) }
    return DirectoryStore(
      tree: tree, threadPool: threadPool, markers: folderMarkers, pageSize: pageSize, batchSize: batchSize)
  }

  private init(
    tree: DirectoryTree, threadPool: NIOThreadPool, markers: FolderMarkers, pageSize: Int, batchSize: Int
  ) {
    self.tree = tree
    self.threadPool = threadPool
    self.markers = markers
    self.pageSize = max(1, pageSize)
    self.batchSize = max(1, batchSize)
    location = StoreLocation(kind: .directory, bucket: tree.rootPath)
  }

  deinit {
    if hasWritten.withLock({ $0 }) { DirectoryArea(tree: tree).removeIfEmpty() }
  }
}

extension DirectoryStore: ObjectReader {
  /// A page in the order of the keys' bytes; links and special files are in it, with their object type.
  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    guard !scope.isDelimited else {
      throw StorageError(.invalidRequest, "a directory's listing is not divided by folders")
    }
    let prefix = scope.prefix
    let after = try key(of: position)
    let started = takeWalk(prefix, after)
    let (walk, page) = try await threadPool.run {
      [tree, markers, batchSize, pageSize = min(pageSize, scope.limit)] () throws(StorageError) in
      var walk =
        if let started { started } else {
          try DirectoryWalk(tree: tree, prefix: prefix, after: after, markers: markers, batch: batchSize)
        }
      let page = try walk.page(size: pageSize)
      return (walk, page)
    }
    guard page.hasMore, let last = page.objects.last else { return ListingPage(objects: page.objects) }
    keep(WaitingWalk(prefix: prefix, position: last.key, walk: walk))
    return ListingPage(objects: page.objects, next: .after(last.key))
  }

  public func versioning() async throws(StorageError) -> Versioning { .never }

  /// A file has one part: itself.
  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    guard part == nil || part == 1 else {
      throw StorageError(.invalidRequest, "a file has no part \(part ?? 0)", key: key)
    }
    let path = try DirectoryPath(key)
    return try await threadPool.run { [tree] () throws(StorageError) in
      guard let entry = try tree.status(of: path), (entry.kind == .folder) == path.isFolder else {
        throw Self.notFound(path.key, tree)
      }
      return entry.attributes
    }
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let path = try DirectoryPath(key)
    guard !path.isFolder else { return try await getMarker(path, range, ifMatch, on: eventLoop) }
    let (file, entry) = try await threadPool.run { [tree] () throws(StorageError) in try tree.open(path) }
    try Self.check(ifMatch, against: entry, key)
    let span = try Self.span(of: range, size: entry.size, key)
    let (threadPool, shownPath) = (self.threadPool, tree.shown(key.bytes))
    return await eventLoop.perform {
      let source = DirectoryFileBody(
        file, entry: entry, from: span.lowerBound, to: span.upperBound, key: key, path: shownPath,
        threadPool: threadPool, eventLoop: eventLoop)
      return ObjectDownload(
        attributes: entry.attributes,
        body: ObjectBody(
          eventLoop: eventLoop, length: span.upperBound - span.lowerBound, source: source))
    }
  }

  private func getMarker(
    _ path: DirectoryPath, _ range: ByteRange?, _ ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let attributes = try await head(path.key, part: nil)
    if let ifMatch, attributes.eTag != ifMatch { throw Self.otherGeneration(path.key) }
    _ = try Self.span(of: range, size: 0, path.key)
    return ObjectDownload(attributes: attributes, body: await .bytes(ByteBuffer(), on: eventLoop))
  }
}

extension DirectoryStore {
  private static func check(
    _ ifMatch: ETag?, against entry: DirectoryEntry, _ key: ObjectKey
  ) throws(StorageError) {
    if let ifMatch, ifMatch != entry.eTag { throw otherGeneration(key) }
  }

  private static func otherGeneration(_ key: ObjectKey) -> StorageError {
    StorageError(.preconditionFailed, "the file is another one than the condition names", key: key)
  }

  static func notFound(_ key: ObjectKey, _ tree: DirectoryTree) -> StorageError {
    StorageError(.notFound, "\(tree.shown(key.bytes)) does not exist", key: key)
  }

  /// A range is answered whole or not at all.
  private static func span(
    of range: ByteRange?, size: Int64, _ key: ObjectKey
  ) throws(StorageError) -> Range<Int64> {
    guard let range else { return 0..<size }
    guard range.last < size else {
      throw StorageError(
        .invalidRequest, "bytes \(range.first) to \(range.last) are not in a file of \(size) bytes", key: key)
    }
    return range.first..<range.last + 1
  }

  private func key(of position: ListPosition?) throws(StorageError) -> ObjectKey? {
    switch position {
    case nil: return nil
    case .after(let key): return key
    case .token: throw StorageError(.invalidRequest, "a directory's listing goes on after a key, not a token")
    }
  }

  /// The walk that stands exactly there; a page that is asked for again starts a new one.
  private func takeWalk(_ prefix: ObjectKey, _ position: ObjectKey?) -> DirectoryWalk? {
    waiting.withLock { walks in
      guard let index = walks.firstIndex(where: { $0.prefix == prefix && $0.position == position }) else {
        return nil
      }
      return walks.remove(at: index).walk
    }
  }

  private func keep(_ walk: WaitingWalk) {
    waiting.withLock { walks in
      walks.append(walk)
      if walks.count > 8 { walks.removeFirst() }
    }
  }
}

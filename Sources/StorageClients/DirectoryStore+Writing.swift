import Checksums
import NIOCore
import NIOPosix
public import ObjectStorage
import Synchronization

extension DirectoryStore: ObjectWriter {
  public func refusal(of key: ObjectKey) -> String? { KeyRule.directory.refusal(of: key)?.message }

  /// A directory takes a file of any size whole, and parts of any size.
  public var limits: WriteLimits { KeyRule.directory.limits }

  public var tagRule: TagRule? { nil }

  /// Metadata and storage class are not kept: a file has no place for them.
  ///
  /// The receipt's digests were computed from the file's bytes as the file system gave them back.
  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    do throws(StorageError) {
      let path = try DirectoryPath(key)
      let length = try Self.announcedLength(of: body, key)
      guard !path.isFolder else { return try await putMarker(path, length, options, body) }
      let publication = DirectoryPublication(tree: tree, path: path)
      let temporary = try await begin(key) { () throws(StorageError) in
        try publication.checkTarget(ifAbsent: options.ifAbsent)
      }
      return try await fill(temporary, body, length, publication, options)
    } catch {
      body.cancel()
      throw error.about(key)
    }
  }

  /// A temporary file, after checks that need the disk.
  ///
  /// The store's first write also removes what killed writers left.
  func begin(
    _ key: ObjectKey, after check: @escaping @Sendable () throws(StorageError) -> Void
  ) async throws(StorageError) -> DirectoryTemporary {
    hasWritten.withLock { $0 = true }
    let isFirst = isFirstWrite()
    return try await threadPool.run { [tree] () throws(StorageError) in
      try tree.checkRoot()
      try check()
      let area = DirectoryArea(tree: tree)
      if isFirst { area.removeLeftovers() }
      return try area.makeFile(for: key)
    }
  }

  /// True once in the store's life.
  private func isFirstWrite() -> Bool {
    hasSwept.withLock { swept in
      defer { swept = true }
      return !swept
    }
  }

  private func fill(
    _ temporary: DirectoryTemporary, _ body: ObjectBody, _ length: Int64,
    _ publication: DirectoryPublication, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try await discarding(temporary) { () throws(StorageError) in
      let received = try await DirectoryReceiver.receive(
        body, length: length, into: temporary.file, path: publication.shownPath, threadPool: self.threadPool)
      return try await self.threadPool.run { () throws(StorageError) in
        let digests = try publication.prove(
          temporary, received: received, length: length, contentMD5: options.contentMD5)
        let eTag = try publication.place(temporary, ifAbsent: options.ifAbsent)
        return WriteReceipt(eTag: eTag, checksums: digests.all)
      }
    }
  }

  /// A marker is its folder, so it is written by making that, and writing it twice is no conflict.
  private func putMarker(
    _ path: DirectoryPath, _ length: Int64, _ options: WriteOptions, _ body: ObjectBody
  ) async throws(StorageError) -> WriteReceipt {
    defer { body.cancel() }
    guard length == 0 else {
      throw StorageError(
        .unsafeKey, "the key ends in a slash, which makes it a folder, and \(length) bytes cannot be a folder"
      )
    }
    let digests = DirectoryEntry.folderChecksums
    if let contentMD5 = options.contentMD5, !digests.contains(contentMD5) {
      throw StorageError(.digestRefused, "an empty body does not have the announced Content-MD5")
    }
    let publication = DirectoryPublication(tree: tree, path: path)
    try await threadPool.run { () throws(StorageError) in try publication.placeMarker() }
    return WriteReceipt(eTag: DirectoryEntry.folderETag, checksums: digests)
  }

  static func announcedLength(of body: ObjectBody, _ key: ObjectKey) throws(StorageError) -> Int64 {
    if let length = body.length, length >= 0 { return length }
    throw StorageError(.invalidRequest, "the body announces no length, and a write needs one", key: key)
  }
}

extension StorageError {
  /// The same error, naming the key where it named none.
  func about(_ key: ObjectKey) -> StorageError {
    var error = self
    if error.key == nil { error.key = key }
    return error
  }
}

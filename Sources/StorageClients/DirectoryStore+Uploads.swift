public import Checksums
import NIOCore
import NIOPosix
public import ObjectStorage
import Synchronization

/// Parts are files of their own until the upload is completed; then they are joined, read back and named.
extension DirectoryStore {
  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    let path = try DirectoryPath(key)
    guard !path.isFolder else {
      throw StorageError(.unsafeKey, "the key ends in a slash, which makes it a folder", key: key)
    }
    let publication = DirectoryPublication(tree: tree, path: path)
    hasWritten.withLock { $0 = true }
    return try await threadPool.run { [tree] () throws(StorageError) in
      try publication.checkTarget(ifAbsent: options.ifAbsent)
      return try DirectoryUpload.create(key, in: DirectoryArea(tree: tree))
    }
  }

  public func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    do throws(StorageError) {
      guard (1...limits.maximumParts).contains(number) else {
        throw StorageError(.invalidRequest, "part \(number) is not one of 1 to \(limits.maximumParts)")
      }
      let publication = DirectoryPublication(tree: tree, path: try DirectoryPath(key))
      let length = try Self.announcedLength(of: body, key)
      let (open, temporary) = try await beginPart(key, upload)
      return try await discarding(temporary) { () throws(StorageError) in
        let received = try await DirectoryReceiver.receive(
          body, length: length, into: temporary.file, path: publication.shownPath, threadPool: self.threadPool
        )
        return try await self.threadPool.run { () throws(StorageError) in
          let digests = try publication.prove(
            temporary, received: received, length: length, contentMD5: contentMD5)
          return try open.keep(temporary, number: number, digests)
        }
      }
    } catch {
      body.cancel()
      throw error.about(key)
    }
  }

  private func beginPart(
    _ key: ObjectKey, _ upload: UploadID
  ) async throws(StorageError) -> (DirectoryUpload, DirectoryTemporary) {
    let open = try await threadPool.run { [tree] () throws(StorageError) in
      try DirectoryUpload(key, upload, in: DirectoryArea(tree: tree))
    }
    return (open, try await begin(key) {})
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    let publication = DirectoryPublication(tree: tree, path: try DirectoryPath(key))
    let (open, joined) = try await threadPool.run { [tree] () throws(StorageError) in
      let open = try DirectoryUpload(key, upload, in: DirectoryArea(tree: tree))
      return (open, try DirectoryJoin(parts, of: open))
    }
    let temporary = try await begin(key) { () throws(StorageError) in
      try publication.checkTarget(ifAbsent: ifAbsent)
    }
    return try await discarding(temporary) { () throws(StorageError) in
      try await self.threadPool.run { () throws(StorageError) in
        try joined.write(to: temporary.file, path: publication.shownPath)
        let digests = try publication.prove(
          temporary, received: joined.crc64xz, length: joined.size, contentMD5: nil)
        let eTag = try publication.place(temporary, ifAbsent: ifAbsent)
        try open.remove()
        return WriteReceipt(eTag: eTag, checksums: digests.all)
      }
    }
  }

  public func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await threadPool.run { [tree] () throws(StorageError) in
      do throws(StorageError) {
        try DirectoryUpload(key, upload, in: DirectoryArea(tree: tree)).remove()
      } catch {
        guard error.code == .noSuchUpload else { throw error }
      }
    }
  }

  public func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await threadPool.run { [tree] () throws(StorageError) in
      try DirectoryUpload(key, upload, in: DirectoryArea(tree: tree)).parts().map(\.stored)
    }
  }

  public func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await threadPool.run { [tree] () throws(StorageError) in
      try DirectoryUpload.all(prefix: prefix, in: DirectoryArea(tree: tree))
    }
  }

  /// Does the work on a temporary file; where it fails, the file is gone before the error is seen.
  func discarding<T: Sendable>(
    _ temporary: DirectoryTemporary, _ work: () async throws(StorageError) -> T
  ) async throws(StorageError) -> T {
    do throws(StorageError) {
      return try await work()
    } catch {
      try await threadPool.run { temporary.discard() }
      throw error
    }
  }
}

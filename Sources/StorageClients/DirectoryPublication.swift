import Checksums
import Glibc
import ObjectStorage

/// The last steps of a write: the file is proven on the disk, then gets its name.
///
/// Every call blocks and belongs on a thread pool.
struct DirectoryPublication: Sendable {
  let tree: DirectoryTree
  let path: DirectoryPath

  /// Throws, before any byte moves, what `place` would throw now.
  func checkTarget(ifAbsent: Bool) throws(StorageError) {
    var folder = tree.root
    for name in path.folders {
      guard let entry = try tree.entry(name, in: folder, key: path.key) else { return }
      guard entry.kind == .folder else { throw fileInTheWay(name) }
      folder = try tree.folder(name, in: folder, key: path.key)
    }
    try checkTarget(in: folder, ifAbsent: ifAbsent)
  }

  /// Writes the file to the medium and reads it back.
  ///
  /// Throws `digest-refused` where the bytes are not those of the Content-MD5, and `local-fault` where the disk
  /// gives back other bytes than it was given.
  func prove(
    _ temporary: DirectoryTemporary, received: Checksum, length: Int64, contentMD5: Checksum?
  ) throws(StorageError) -> DirectoryDigests {
    do throws(SystemFault) {
      try temporary.file.synchronize()
    } catch {
      throw error.storageError("writing \(shownPath) to the disk", key: path.key)
    }
    let digests = try temporary.file.readBack(path: shownPath)
    guard digests.size == length, digests.crc64xz == received else {
      throw StorageError(
        .localFault, "\(shownPath) reads back other bytes than were written; check the disk", key: path.key)
    }
    if let contentMD5, contentMD5 != digests.md5 {
      throw StorageError(.digestRefused, "the bytes do not have the announced Content-MD5", key: path.key)
    }
    return digests
  }

  /// Gives a proven file its name, making the folders on the way; folders of a failed try are taken back.
  func place(_ temporary: DirectoryTemporary, ifAbsent: Bool) throws(StorageError) -> ETag {
    for _ in 0..<3 {
      do throws(StorageError) {
        return try placeOnce(temporary, ifAbsent: ifAbsent)
      } catch {
        // Another writer that failed took back the folder it had made, between our two steps.
        guard error.code == .notFound else { throw error }
      }
    }
    return try placeOnce(temporary, ifAbsent: ifAbsent)
  }

  private func placeOnce(_ temporary: DirectoryTemporary, ifAbsent: Bool) throws(StorageError) -> ETag {
    var made: [(parent: DirectoryDescriptor, name: [UInt8])] = []
    do throws(StorageError) {
      let folder = try makeFolders(path.folders, made: &made)
      try checkTarget(in: folder, ifAbsent: ifAbsent)
      if !ifAbsent { try checkSpelling(in: folder) }
      do throws(SystemFault) {
        try name(temporary, in: folder, ifAbsent: ifAbsent)
        try folder.synchronizeNames()
        return DirectoryEntry(try temporary.file.status()).eTag
      } catch {
        throw refusal(of: error)
      }
    } catch {
      for (parent, name) in made.reversed() { _ = try? parent.removeFolder(name) }
      throw error
    }
  }

  /// Makes a marker: the folder itself, which may stand there already.
  func placeMarker() throws(StorageError) {
    var made: [(parent: DirectoryDescriptor, name: [UInt8])] = []
    _ = try makeFolders(path.names[...], made: &made)
  }

  /// `link` refuses an existing name in one step; where a file system has no links, the check made just
  /// before has to do.
  private func name(
    _ temporary: DirectoryTemporary, in folder: DirectoryDescriptor, ifAbsent: Bool
  ) throws(SystemFault) {
    if ifAbsent {
      do throws(SystemFault) {
        try temporary.folder.link(temporary.name, to: folder, path.name)
        return temporary.discard()
      } catch {
        guard [EPERM, ENOTSUP, ENOSYS, EMLINK].contains(error.number) else { throw error }
      }
    }
    try temporary.folder.rename(temporary.name, to: folder, path.name)
  }

  private func makeFolders(
    _ names: ArraySlice<[UInt8]>, made: inout [(parent: DirectoryDescriptor, name: [UInt8])]
  ) throws(StorageError) -> DirectoryDescriptor {
    var folder = tree.root
    for name in names {
      do throws(SystemFault) {
        try folder.makeFolder(name, mode: 0o777)
        made.append((folder, name))
        try folder.synchronizeNames()
      } catch {
        guard error.number == EEXIST else {
          throw error.storageError("making the folder \(tree.shown(name))", key: path.key)
        }
        guard try tree.entry(name, in: folder, key: path.key)?.kind == .folder else {
          throw fileInTheWay(name)
        }
      }
      folder = try tree.folder(name, in: folder, key: path.key)
    }
    return folder
  }

  private func checkTarget(in folder: DirectoryDescriptor, ifAbsent: Bool) throws(StorageError) {
    guard let entry = try tree.entry(path.name, in: folder, key: path.key) else { return }
    guard entry.kind == .file else {
      throw StorageError(
        .unsafeKey, "a folder stands at \(shownPath), where the file would have to be", key: path.key)
    }
    if ifAbsent { throw alreadyExists }
  }

  /// Throws where the file that would be replaced is spelt otherwise: the file system folds case or accents.
  private func checkSpelling(in folder: DirectoryDescriptor) throws(StorageError) {
    guard try tree.entry(path.name, in: folder, key: path.key) != nil else { return }
    do throws(SystemFault) {
      // The least of the names that start with this one is this one, where it is there.
      var names = try DirectoryNames(of: folder, from: .start, prefix: path.name, limit: 1) { _ in false }
      if names.takeSmallest() == path.name { return }
    } catch {
      throw error.storageError("listing the folder of \(shownPath)", key: path.key)
    }
    throw StorageError(
      .unsafeKey, "the file system takes another file's name for \(shownPath) and would replace that",
      key: path.key)
  }

  private func refusal(of fault: SystemFault) -> StorageError {
    fault.number == EEXIST ? alreadyExists : fault.storageError("naming \(shownPath)", key: path.key)
  }

  private var alreadyExists: StorageError {
    StorageError(.alreadyExists, "\(shownPath) exists and is not overwritten", key: path.key)
  }

  private func fileInTheWay(_ name: [UInt8]) -> StorageError {
    StorageError(
      .unsafeKey, "a file stands at \(tree.shown(name)), where a folder would have to be", key: path.key)
  }

  var shownPath: String { tree.shown(path.key.bytes) }
}

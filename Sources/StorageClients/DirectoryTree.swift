import Glibc
import ObjectStorage

/// A root directory and the safe ways into it: one segment at a time, never through a symbolic link.
///
/// Every call blocks and belongs on a thread pool.
final class DirectoryTree: Sendable {
  let root: DirectoryDescriptor
  /// The root as it was given, for messages.
  let rootPath: String

  /// Opens an existing directory; the root itself may be reached through links.
  init(rootPath: String) throws(StorageError) {
    self.rootPath = rootPath
    do throws(SystemFault) {
      let number = try SystemFault.result { Glibc.open(rootPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }.get()
      root = DirectoryDescriptor(adopting: number)
    } catch {
      let action = "opening the directory \(shownSafely(rootPath))"
      guard error.isAbsence else { throw error.storageError(action, key: nil) }
      throw StorageError(.noSuchBucket, "\(action) failed: \(error.reason.lowercased()); make it first")
    }
  }

  /// Throws `no-such-bucket` where the root was removed while in use: its emptiness would mean nothing.
  func checkRoot() throws(StorageError) {
    do throws(SystemFault) {
      guard try root.status().st_nlink == 0 else { return }
    } catch {
      throw error.storageError("looking at \(shownSafely(rootPath))", key: nil)
    }
    throw StorageError(.noSuchBucket, "the directory \(shownSafely(rootPath)) was removed")
  }

  /// The folder that holds an object.
  ///
  /// Throws `not-found` where a folder on the way is missing, `unsafe-key` where one is a link.
  func folder(of path: DirectoryPath) throws(StorageError) -> DirectoryDescriptor {
    try folder(path.folders, key: path.key)
  }

  func folder(_ names: some Sequence<[UInt8]>, key: ObjectKey?) throws(StorageError) -> DirectoryDescriptor {
    var folder = root
    for name in names { folder = try self.folder(name, in: folder, key: key) }
    return folder
  }

  /// A folder inside an open one, not through a link.
  func folder(
    _ name: [UInt8], in parent: DirectoryDescriptor, key: ObjectKey?
  ) throws(StorageError) -> DirectoryDescriptor {
    do throws(SystemFault) {
      return try parent.openFolder(name)
    } catch {
      if (error.number == ENOTDIR || error.number == ELOOP), isLink(name, in: parent) {
        throw linkRefusal(name, key: key)
      }
      throw error.storageError("opening the folder \(shown(name))", key: key)
    }
  }

  /// What stands under an object's path; nil where nothing does.
  ///
  /// Throws `unsafe-key` for a symbolic link and for anything that is neither a file nor a folder.
  func status(of path: DirectoryPath) throws(StorageError) -> DirectoryEntry? {
    do throws(StorageError) {
      let folder = try folder(of: path)
      return try entry(path.name, in: folder, key: path.key)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// Opens a file for reading and says which generation was opened.
  func open(_ path: DirectoryPath) throws(StorageError) -> (DirectoryDescriptor, DirectoryEntry) {
    let folder = try folder(of: path)
    do throws(SystemFault) {
      // A pipe would hold up the open; what is no file is refused before a byte is read.
      let file = try folder.open(path.name, O_RDONLY | O_NONBLOCK)
      let entry = DirectoryEntry(try file.status())
      switch entry.kind {
      case .file: return (file, entry)
      case .folder: throw SystemFault(number: ENOENT)
      case .link, .special: throw SystemFault(number: ENXIO)
      }
    } catch {
      if error.number == ELOOP { throw linkRefusal(path.name, key: path.key) }
      if error.number == ENXIO { throw specialRefusal(path.name, key: path.key) }
      throw error.storageError("opening \(shown(path.key.bytes))", key: path.key)
    }
  }

  func entry(
    _ name: [UInt8], in folder: DirectoryDescriptor, key: ObjectKey?
  ) throws(StorageError) -> DirectoryEntry? {
    do throws(SystemFault) {
      let entry = DirectoryEntry(try folder.status(of: name))
      switch entry.kind {
      case .file, .folder: return entry
      case .link: throw SystemFault(number: ELOOP)
      case .special: throw SystemFault(number: ENXIO)
      }
    } catch {
      if error.isAbsence { return nil }
      if error.number == ELOOP { throw linkRefusal(name, key: key) }
      if error.number == ENXIO { throw specialRefusal(name, key: key) }
      throw error.storageError("looking at \(shown(name))", key: key)
    }
  }

  private func isLink(_ name: [UInt8], in folder: DirectoryDescriptor) -> Bool {
    // A name that cannot be looked at keeps the first error, which says more.
    guard let status = try? folder.status(of: name) else { return false }
    return DirectoryEntry(status).kind == .link
  }

  func linkRefusal(_ name: [UInt8], key: ObjectKey?) -> StorageError {
    StorageError(.unsafeKey, "\(shown(name)) is a symbolic link, and links are never followed", key: key)
  }

  func specialRefusal(_ name: [UInt8], key: ObjectKey?) -> StorageError {
    StorageError(
      .unsafeKey, "\(shown(name)) is a device, pipe or socket, and only files and folders are objects",
      key: key)
  }

  func shown(_ name: [UInt8]) -> String { "'\(ObjectKey(bytes: name).shown)' in \(shownSafely(rootPath))" }
}

import Glibc
import ObjectStorage

/// The folder below the root where files stand until they are whole.
///
/// Listings never show it and no key can name it. It is on the root's file system, so that a finished file
/// moves to its key in one step. Writers lock their files; what a killed writer left is not locked, and the
/// next writer removes it. Every call blocks and belongs on a thread pool.
struct DirectoryArea: Sendable {
  static let shownName = ".tranship-incomplete"
  static let name = Array(shownName.utf8)
  private static let filePrefix = Array("file-".utf8)

  let tree: DirectoryTree

  /// Opens the area, making it where it is missing.
  func open() throws(StorageError) -> DirectoryDescriptor {
    do throws(SystemFault) {
      do throws(SystemFault) {
        try tree.root.makeFolder(Self.name, mode: 0o700)
      } catch {
        guard error.number == EEXIST else { throw error }
      }
      return try tree.root.openFolder(Self.name)
    } catch {
      throw refusal(of: error, "making")
    }
  }

  /// The area where it exists.
  func openExisting() throws(StorageError) -> DirectoryDescriptor? {
    do throws(SystemFault) {
      return try tree.root.openFolder(Self.name)
    } catch {
      if error.number == ENOENT { return nil }
      throw refusal(of: error, "opening")
    }
  }

  private func refusal(of fault: SystemFault, _ action: String) -> StorageError {
    guard fault.number == ENOTDIR || fault.number == ELOOP else {
      return fault.storageError("\(action) \(tree.shown(Self.name))", key: nil)
    }
    return StorageError(
      .localFault, "\(tree.shown(Self.name)) is no folder, and unfinished writes need one; take it away")
  }

  /// A new, empty, locked file.
  ///
  /// Another writer that finishes may remove the empty area at any moment, so it is made again.
  func makeFile(for key: ObjectKey) throws(StorageError) -> DirectoryTemporary {
    for _ in 0..<100 {
      let folder = try open()
      do throws(SystemFault) {
        return try Self.makeFile(Self.filePrefix + Array(randomHex().utf8), in: folder)
      } catch {
        guard error.number == ENOENT else {
          throw error.storageError("making a file in \(tree.shown(Self.name))", key: key)
        }
      }
    }
    throw StorageError(.localFault, "\(tree.shown(Self.name)) vanishes as fast as it is made", key: key)
  }

  /// Throws `ENOENT` where another writer's clean-up took the file before it was locked.
  static func makeFile(
    _ name: [UInt8], in folder: DirectoryDescriptor
  ) throws(SystemFault) -> DirectoryTemporary {
    let file = try folder.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o666)
    let lock = file.call { number in SystemFault.result { flock(number, LOCK_EX | LOCK_NB) } }
    // A file system without locks only loses the clean-up after a kill.
    if case .failure(let fault) = lock, fault.number == EWOULDBLOCK { throw SystemFault(number: ENOENT) }
    guard try file.status().st_nlink > 0 else { throw SystemFault(number: ENOENT) }
    return DirectoryTemporary(folder: folder, name: name, file: file)
  }

  /// Removes files that no living writer holds; failures leave them for the next time.
  func removeLeftovers() {
    guard let folder = try? openExisting() else { return }
    DirectoryUpload.removeUnbegun(in: folder)
    guard
      let names = try? DirectoryNames(
        of: folder, from: .start, prefix: Self.filePrefix, limit: 10_000, isHidden: { _ in false })
    else { return }
    for name in names.descending {
      guard let file = try? folder.open(name, O_RDONLY),
        file.call({ number in flock(number, LOCK_EX | LOCK_NB) }) == 0
      else { continue }
      _ = try? folder.removeFile(name)
    }
  }

  /// Removes the area where nothing stands in it.
  func removeIfEmpty() {
    // The area stays where an upload or another writer is in it, which is no failure.
    _ = try? tree.root.removeFolder(Self.name)
  }
}

/// A file under its temporary name.
struct DirectoryTemporary: Sendable {
  let folder: DirectoryDescriptor
  let name: [UInt8]
  let file: DirectoryDescriptor

  /// Removes the file; the next writer's clean-up takes what cannot be removed here.
  func discard() {
    _ = try? folder.removeFile(name)
  }
}

/// 128 random bits as hexadecimal digits.
func randomHex() -> String {
  (0..<2).map { _ in
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }.joined()
}

import Checksums
import Glibc
import NIOCore
import ObjectStorage

/// A multipart upload on the disk: a folder in the area with the key in one file and every part in another.
///
/// A part's digests stand in its file's name, so that a later run can go on with what is there. Every call
/// blocks and belongs on a thread pool.
struct DirectoryUpload: Sendable {
  private static let folderPrefix = Array("upload-".utf8)
  private static let keyFile = Array("key".utf8)

  let key: ObjectKey
  let id: UploadID
  let startedAt: Timestamp?
  let folder: DirectoryDescriptor
  private let area: DirectoryDescriptor
  private let name: [UInt8]

  /// Makes a new upload.
  static func create(_ key: ObjectKey, in area: DirectoryArea) throws(StorageError) -> UploadID {
    let parent = try area.open()
    let id = randomHex()
    let folder = try attempt("making an upload", key) { () throws(SystemFault) in
      try parent.makeFolder(folderPrefix + Array(id.utf8), mode: 0o700)
      return try parent.openFolder(folderPrefix + Array(id.utf8))
    }
    let file = try attempt("making an upload", key) { () throws(SystemFault) in
      try DirectoryArea.makeFile(keyFile, in: folder).file
    }
    try file.write(.init(bytes: key.bytes), at: 0, path: "an upload's key")
    try attempt("making an upload", key) { () throws(SystemFault) in
      try file.synchronize()
      try folder.synchronizeNames()
      try parent.synchronizeNames()
    }
    return UploadID(id)
  }

  /// Throws `no-such-upload` for one that does not exist or belongs to another key.
  init(_ key: ObjectKey, _ id: UploadID, in area: DirectoryArea) throws(StorageError) {
    let isOurs =
      id.text.utf8.count == 32
      && id.text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    guard isOurs, let parent = try area.openExisting(),
      let upload = try Self(named: Self.folderPrefix + Array(id.text.utf8), in: parent), upload.key == key
    else {
      throw StorageError(.noSuchUpload, "there is no upload \(shownSafely(id.text)) for this key", key: key)
    }
    self = upload
  }

  /// Reads an upload of the area; nil where it is not one, or not any more.
  private init?(named name: [UInt8], in area: DirectoryDescriptor) throws(StorageError) {
    do throws(SystemFault) {
      let folder = try area.openFolder(name)
      let file = try folder.open(Self.keyFile, O_RDONLY)
      let entry = DirectoryEntry(try file.status())
      guard entry.size <= Int64(DirectoryPath.longestPath) else { return nil }
      let key = try? file.read(entry.size, at: 0, key: ObjectKey(""), path: "an upload's key")
      guard let key, key.readableBytes > 0 else { return nil }
      self.key = ObjectKey(bytes: key.readableBytesView)
      id = UploadID(String(decoding: name.dropFirst(Self.folderPrefix.count), as: UTF8.self))
      startedAt = entry.modifiedAt
      self.folder = folder
      self.area = area
      self.name = name
    } catch {
      guard error.isAbsence else { throw error.storageError("reading an unfinished upload", key: nil) }
      return nil
    }
  }

  /// The uploads under a prefix, by key.
  static func all(prefix: ObjectKey, in area: DirectoryArea) throws(StorageError) -> [OpenUpload] {
    guard let parent = try area.openExisting() else { return [] }
    var uploads: [OpenUpload] = []
    for name in try allNames(of: parent, prefix: folderPrefix) {
      guard let upload = try Self(named: Array(name.dropLast()), in: parent), upload.key.hasPrefix(prefix)
      else {
        continue
      }
      uploads.append(OpenUpload(key: upload.key, id: upload.id, startedAt: upload.startedAt))
    }
    return uploads.sorted { ($0.key, $0.id.text) < ($1.key, $1.id.text) }
  }

  /// Removes uploads whose key never reached the disk: nobody learnt their names, and no living writer holds them.
  static func removeUnbegun(in area: DirectoryDescriptor) {
    for name in (try? allNames(of: area, prefix: folderPrefix)) ?? [] {
      // Names of folders come with a slash.
      let name = Array(name.dropLast())
      guard let folder = try? area.openFolder(name),
        let file = try? folder.open(keyFile, O_RDONLY), (try? file.status())?.st_size == 0,
        file.call({ number in flock(number, LOCK_EX | LOCK_NB) }) == 0
      else { continue }
      _ = try? folder.removeFile(keyFile)
      _ = try? area.removeFolder(name)
    }
  }

  /// The parts that are whole, ascending; the newest of two with one number.
  func parts() throws(StorageError) -> [DirectoryPart] {
    var parts: [Int: DirectoryPart] = [:]
    for name in try Self.allNames(of: folder, prefix: DirectoryPart.prefix) {
      do throws(SystemFault) {
        let entry = DirectoryEntry(try folder.status(of: name))
        guard let part = DirectoryPart(name: name, size: entry.size) else { continue }
        parts[part.stored.number] = part
      } catch {
        guard error.isAbsence else { throw error.storageError("listing parts", key: key) }
      }
    }
    return parts.values.sorted { $0.stored.number < $1.stored.number }
  }

  /// Gives a proven part its name and removes the part of that number that stood there.
  func keep(
    _ temporary: DirectoryTemporary, number: Int, _ digests: DirectoryDigests
  ) throws(StorageError) -> StoredPart {
    let part = DirectoryPart(number: number, digests)
    let older = try parts().filter { $0.stored.number == number && $0.name != part.name }
    try Self.attempt("keeping part \(number)", key) { () throws(SystemFault) in
      try temporary.folder.rename(temporary.name, to: folder, part.name)
      for part in older { try folder.removeFile(part.name) }
      try folder.synchronizeNames()
    }
    return part.stored
  }

  /// Removes the upload with all it holds.
  func remove() throws(StorageError) {
    // The key goes last but one, so that an upload that was not removed whole is still found.
    let names = try Self.allNames(of: folder, prefix: []).filter { $0 != Self.keyFile }
    try Self.attempt("removing an upload", key) { () throws(SystemFault) in
      for name in names + [Self.keyFile] {
        do throws(SystemFault) {
          try folder.removeFile(name)
        } catch {
          guard error.isAbsence else { throw error }
        }
      }
      try area.removeFolder(name)
    }
  }

  private static func allNames(
    of folder: DirectoryDescriptor, prefix: [UInt8]
  ) throws(StorageError) -> [[UInt8]] {
    try attempt("reading unfinished uploads", nil) { () throws(SystemFault) in
      try DirectoryNames(of: folder, from: .start, prefix: prefix, limit: 1_000_000, isHidden: { _ in false })
        .descending.reversed()
    }
  }

  private static func attempt<T>(
    _ action: String, _ key: ObjectKey?, _ work: () throws(SystemFault) -> T
  ) throws(StorageError) -> T {
    do throws(SystemFault) {
      return try work()
    } catch {
      throw error.storageError(action, key: key)
    }
  }
}

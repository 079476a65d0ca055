import Checksums
import NIOCore
import ObjectStorage

/// The parts that make an object, checked against those that are stored.
struct DirectoryJoin: Sendable {
  let size: Int64
  /// Combined from the parts' own, so that the joined file is proven against what was received.
  let crc64xz: Checksum
  private let parts: [DirectoryPart]
  private let folder: DirectoryDescriptor
  private let key: ObjectKey

  /// Throws `invalid-request` for no parts, a wrong order, and a part that is not the stored one.
  init(_ wanted: [StoredPart], of upload: DirectoryUpload) throws(StorageError) {
    let stored = Dictionary(try upload.parts().map { ($0.stored.number, $0) }) { first, _ in first }
    var size: Int64 = 0
    var crc64xz = Checksum(.crc64xz, value: 0)
    var parts: [DirectoryPart] = []
    for want in wanted {
      guard (parts.last?.stored.number ?? 0) < want.number, let part = stored[want.number],
        part.stored.eTag.isSame(as: want.eTag), part.stored.size == want.size,
        let combined = crc64xz.combined(with: part.crc64xz, secondLength: part.stored.size)
      else {
        throw StorageError(
          .invalidRequest, "part \(want.number) is not the stored one, or not in ascending order",
          key: upload.key)
      }
      crc64xz = combined
      size += part.stored.size
      parts.append(part)
    }
    guard !parts.isEmpty else {
      throw StorageError(.invalidRequest, "an upload needs a part to be completed", key: upload.key)
    }
    self.size = size
    self.crc64xz = crc64xz
    self.parts = parts
    folder = upload.folder
    key = upload.key
  }

  /// Blocks until all bytes are written.
  func write(to file: DirectoryDescriptor, path: String) throws(StorageError) {
    var position: Int64 = 0
    for part in parts {
      let source = try open(part)
      var offset: Int64 = 0
      while offset < part.stored.size {
        let count = min(DirectoryFileBody.chunkBytes, part.stored.size - offset)
        let chunk = try source.read(count, at: offset, key: key, path: "part \(part.stored.number)")
        try file.write(chunk, at: position, path: path)
        offset += count
        position += count
      }
    }
  }

  private func open(_ part: DirectoryPart) throws(StorageError) -> DirectoryDescriptor {
    do throws(SystemFault) {
      return try folder.open(part.name, 0)
    } catch {
      throw error.storageError("opening part \(part.stored.number)", key: key)
    }
  }
}

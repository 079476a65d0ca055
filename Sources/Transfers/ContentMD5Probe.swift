import Checksums
public import NIOCore
public import ObjectStorage

/// Finds out whether a destination refuses bytes that do not fit their `Content-MD5`.
///
/// One small part with a false MD5 is offered to an upload that is dropped again, so nothing is ever stored
/// under the key.
public struct ContentMD5Probe: Sendable {
  private let destination: any ObjectWriter
  private let retrying: Retrying
  private let eventLoop: any EventLoop
  private let mark: String

  /// An upload that is begun, a part, and the upload dropped again.
  public static let requests: Int64 = 3

  /// The mark is a part of the key that only one run at a time has.
  public init(destination: any ObjectWriter, retrying: Retrying, eventLoop: any EventLoop, mark: String) {
    self.mark = mark
    self.destination = destination
    self.retrying = retrying
    self.eventLoop = eventLoop
  }

  /// True where the false part was refused because of its MD5, false where it was taken.
  ///
  /// Throws what keeps the question from being asked, such as missing rights.
  public func run(under prefix: ObjectKey) async throws(StorageError) -> Bool {
    let key = key(under: prefix)
    var tries = 0
    let upload = try await retrying.run { count throws(StorageError) in
      tries = count
      return try await destination.createUpload(key, WriteOptions())
    }
    let verdict = await offerFalsePart(key, upload)
    try await retrying.run { _ throws(StorageError) in try await destination.abortUpload(key, upload) }
    // An answer that was lost may have been about another upload.
    if tries > 1 { try await dropLeft(under: prefix) }
    return try verdict.get()
  }

  /// Drops what an earlier probe of the same mark left that was killed on its way.
  public func dropLeft(under prefix: ObjectKey) async throws(StorageError) {
    let key = key(under: prefix)
    let open = try await retrying.run { _ throws(StorageError) in
      try await destination.listUploads(prefix: key)
    }
    for upload in open where upload.key == key {
      try await retrying.run { _ throws(StorageError) in try await destination.abortUpload(key, upload.id) }
    }
  }

  private func key(under prefix: ObjectKey) -> ObjectKey {
    ObjectKey(bytes: prefix.bytes + Array(".tranship-content-md5-probe-\(mark)".utf8))
  }

  private func offerFalsePart(_ key: ObjectKey, _ upload: UploadID) async -> Result<Bool, StorageError> {
    var tries = 1
    while true {
      do {
        let body = await ObjectBody.bytes(ByteBuffer(string: "true"), on: eventLoop)
        _ = try await destination.uploadPart(
          key, upload, number: 1, body, contentMD5: Checksum.of(Array("false".utf8), .md5))
        return .success(false)
      } catch  where error.code == .digestRefused {
        return .success(true)
      } catch {
        do { try await retrying.wait(afterTry: tries, error) } catch let final { return .failure(final) }
        tries += 1
      }
    }
  }
}

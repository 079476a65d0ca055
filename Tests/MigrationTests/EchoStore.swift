import Checksums
import NIOCore
import ObjectStorage
import StorageTesting
import Synchronization

/// A destination that stores wrong bytes, and gives back the MD5 that it was told as their ETag.
struct EchoStore: ObjectWriter {
  let inner: MemoryStore
  /// Whether it has become a store that checks and keeps what it is sent.
  var isRepaired = false
  private let told = Told()

  private final class Told: Sendable {
    let md5s = Mutex<[ObjectKey: Checksum]>([:])
  }

  var location: StoreLocation { inner.location }
  var limits: WriteLimits { inner.limits }
  var tagRule: TagRule? { inner.tagRule }
  func refusal(of key: ObjectKey) -> String? { inner.refusal(of: key) }

  private func echoed(_ key: ObjectKey) -> Checksum? { told.md5s.withLock { $0[key] } }

  private func echoed(_ attributes: ObjectAttributes, _ key: ObjectKey) -> ObjectAttributes {
    guard let md5 = echoed(key) else { return attributes }
    var attributes = attributes
    attributes.eTag = ETag(md5.hex)
    attributes.checksums = [md5]
    return attributes
  }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    var page = try await inner.list(scope, from: position)
    for index in page.objects.indices {
      if let md5 = echoed(page.objects[index].key) { page.objects[index].eTag = ETag(md5.hex) }
    }
    return page
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    echoed(try await inner.head(key, part: part), key)
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let download = try await inner.get(key, range: range, ifMatch: nil, on: eventLoop)
    return ObjectDownload(attributes: echoed(download.attributes, key), body: download.body)
  }

  func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    guard !isRepaired else {
      let receipt = try await inner.put(key, body, options)
      told.md5s.withLock { $0[key] = nil }
      return receipt
    }
    guard !options.ifAbsent || inner.bytes(of: key) == nil else {
      _ = try await body.drain()
      throw StorageError(.alreadyExists, "the key exists", key: key)
    }
    var bytes = [UInt8](buffer: try await body.collect(upTo: 1 << 30))
    bytes[bytes.count / 2] ^= 1
    var careless = options
    careless.contentMD5 = nil
    _ = try await inner.put(key, await .bytes(ByteBuffer(bytes: bytes), on: body.eventLoop), careless)
    guard let md5 = options.contentMD5 else { return try await receipt(key) }
    told.md5s.withLock { $0[key] = md5 }
    return try await receipt(key)
  }

  private func receipt(_ key: ObjectKey) async throws(StorageError) -> WriteReceipt {
    let attributes = try await head(key, part: nil)
    return WriteReceipt(eTag: attributes.eTag, checksums: attributes.checksums)
  }

  func createUpload(_ key: ObjectKey, _ options: WriteOptions) async throws(StorageError) -> UploadID {
    try await inner.createUpload(key, options)
  }

  func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    try await inner.uploadPart(
      key, upload, number: number, body, contentMD5: isRepaired ? contentMD5 : nil)
  }

  func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    try await inner.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
  }

  func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await inner.abortUpload(key, upload)
  }

  func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await inner.listParts(key, upload)
  }

  func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await inner.listUploads(prefix: prefix)
  }
}

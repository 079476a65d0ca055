public import Checksums
public import NIOCore

/// A store that is asked and written no more often than a limit allows.
public struct PacedWriter: ObjectWriter {
  private let inner: any ObjectWriter
  private let reader: PacedReader
  private let requests: RateLimiter?

  public init(_ inner: any ObjectWriter, requests: RateLimiter?) {
    self.inner = inner
    self.requests = requests
    reader = PacedReader(inner, requests: requests, bandwidth: nil)
  }

  public var location: StoreLocation { inner.location }
  public var listingDivision: ListingDivision { inner.listingDivision }
  public var limits: WriteLimits { inner.limits }
  public var tagRule: TagRule? { inner.tagRule }
  public func refusal(of key: ObjectKey) -> String? { inner.refusal(of: key) }

  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try await pass(body)
    return try await inner.put(key, body, options)
  }

  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    try await requests?.pass()
    return try await inner.createUpload(key, options)
  }

  public func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    try await pass(body)
    return try await inner.uploadPart(key, upload, number: number, body, contentMD5: contentMD5)
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    try await requests?.pass()
    return try await inner.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
  }

  public func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await requests?.pass()
    try await inner.abortUpload(key, upload)
  }

  public func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await requests?.pass()
    let parts = try await inner.listParts(key, upload)
    requests?.owe(furtherPages(parts.count))
    return parts
  }

  public func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await requests?.pass()
    let uploads = try await inner.listUploads(prefix: prefix)
    requests?.owe(furtherPages(uploads.count))
    return uploads
  }

  /// A body is used up by the call, whatever happens.
  private func pass(_ body: ObjectBody) async throws(StorageError) {
    do {
      try await requests?.pass()
    } catch {
      body.cancel()
      throw error
    }
  }
}

extension PacedWriter {
  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    try await reader.list(scope, from: position)
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await reader.listVersions(prefix: prefix, from: position)
  }

  public func versioning() async throws(StorageError) -> Versioning { try await reader.versioning() }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await reader.head(key, part: part)
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await reader.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
  }

  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    try await reader.parts(key)
  }

  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await reader.tags(key)
  }
}

public import Checksums
public import NIOCore

/// A store that can be written, whose requests are counted and timed.
public struct CountedWriter: ObjectWriter {
  private let inner: any ObjectWriter
  private let reader: CountedReader
  private let meter: RequestMeter

  public init(_ inner: any ObjectWriter, _ meter: RequestMeter) {
    self.inner = inner
    self.meter = meter
    reader = CountedReader(inner, meter)
  }

  public var location: StoreLocation { inner.location }
  public var listingDivision: ListingDivision { inner.listingDivision }
  public var limits: WriteLimits { inner.limits }
  public var tagRule: TagRule? { inner.tagRule }
  public func refusal(of key: ObjectKey) -> String? { inner.refusal(of: key) }

  public func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try await meter.count(.put) { () throws(StorageError) in try await inner.put(key, body, options) }
  }

  public func createUpload(
    _ key: ObjectKey, _ options: WriteOptions
  ) async throws(StorageError) -> UploadID {
    try await meter.count(.createUpload) { () throws(StorageError) in
      try await inner.createUpload(key, options)
    }
  }

  public func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    try await meter.count(.uploadPart) { () throws(StorageError) in
      try await inner.uploadPart(key, upload, number: number, body, contentMD5: contentMD5)
    }
  }

  public func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    try await meter.count(.completeUpload) { () throws(StorageError) in
      try await inner.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
    }
  }

  public func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    try await meter.count(.abortUpload) { () throws(StorageError) in
      try await inner.abortUpload(key, upload)
    }
  }

  public func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await meter.count(.listParts) { () throws(StorageError) in try await inner.listParts(key, upload) }
  }

  public func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    try await meter.count(.listUploads) { () throws(StorageError) in
      try await inner.listUploads(prefix: prefix)
    }
  }
}

extension CountedWriter {
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

extension CountedWriter {
  public var wholeReader: (any WholeReader)? { reader.wholeReader }

  public var wholeWriter: (any WholeWriter)? {
    inner.wholeWriter.map { CountedWholeWriter(inner: $0, meter: meter) }
  }
}

private struct CountedWholeWriter: WholeWriter {
  let inner: any WholeWriter
  let meter: RequestMeter

  func putWhole(
    _ key: ObjectKey, _ bytes: ByteBuffer, _ options: WriteOptions, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)? {
    inner.putWhole(key, bytes, options, on: eventLoop, meter.counting(.put, deliver))
  }
}

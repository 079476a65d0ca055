import Checksums
import NIOCore
import ObjectStorage
import StorageTesting
import Synchronization

/// A store whose every request a test can see, refuse or accompany, before it is carried out and after.
struct HookedStore: ObjectWriter {
  enum Call: String, Sendable {
    case list, head, get, put, create, part, complete, abort, parts, uploads
  }

  enum Moment: Sendable { case before, after }

  /// Gets the call, its number among its like from 1, and the moment; an error becomes the answer.
  typealias Hook = @Sendable (Call, Int, Moment) -> StorageError?

  let inner: MemoryStore
  let location: StoreLocation
  private let state: State

  private final class State: Sendable {
    let counts = Mutex<[Call: Int]>([:])
    let hook = Mutex<Hook>({ _, _, _ in nil })
  }

  init(_ inner: MemoryStore, bucket: String) {
    self.inner = inner
    location = StoreLocation(kind: .memory, bucket: bucket)
    state = State()
  }

  /// From now on every request meets this; counts begin anew.
  func meet(_ hook: @escaping Hook) {
    state.counts.withLock { $0 = [:] }
    state.hook.withLock { $0 = hook }
  }

  func meetNothing() { meet { _, _, _ in nil } }

  /// Requests since the last `meet`.
  func count(_ call: Call) -> Int { state.counts.withLock { $0[call] ?? 0 } }

  private func met<Value: Sendable>(
    _ call: Call, _ body: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    let number = state.counts.withLock { counts in
      counts[call, default: 0] += 1
      return counts[call] ?? 0
    }
    let hook = state.hook.withLock { $0 }
    if let error = hook(call, number, .before) { throw error }
    let value = try await body()
    if let error = hook(call, number, .after) { throw error }
    return value
  }

  /// What probes the destination is no request of a copy.
  private func isProbe(_ key: ObjectKey) -> Bool { key.bytes.starts(with: Array(".tranship".utf8)) }

  var wholeReader: (any WholeReader)? { BridgedWhole(self) }
  var wholeWriter: (any WholeWriter)? { BridgedWhole(self) }

  var limits: WriteLimits { inner.limits }
  var tagRule: TagRule? { inner.tagRule }
  func refusal(of key: ObjectKey) -> String? { inner.refusal(of: key) }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    try await met(.list) { () throws(StorageError) in try await inner.list(scope, from: position) }
  }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await met(.head) { () throws(StorageError) in try await inner.head(key, part: part) }
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await met(.get) { () throws(StorageError) in
      try await inner.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
    }
  }

  func put(
    _ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions
  ) async throws(StorageError) -> WriteReceipt {
    try await met(.put) { () throws(StorageError) in try await inner.put(key, body, options) }
  }

  func createUpload(_ key: ObjectKey, _ options: WriteOptions) async throws(StorageError) -> UploadID {
    guard !isProbe(key) else { return try await inner.createUpload(key, options) }
    return try await met(.create) { () throws(StorageError) in try await inner.createUpload(key, options) }
  }

  func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart {
    guard contentMD5 == nil else {
      return try await inner.uploadPart(key, upload, number: number, body, contentMD5: contentMD5)
    }
    return try await met(.part) { () throws(StorageError) in
      try await inner.uploadPart(key, upload, number: number, body, contentMD5: nil)
    }
  }

  func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt {
    try await met(.complete) { () throws(StorageError) in
      try await inner.completeUpload(key, upload, parts: parts, ifAbsent: ifAbsent)
    }
  }

  func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) {
    guard !isProbe(key) else { return try await inner.abortUpload(key, upload) }
    try await met(.abort) { () throws(StorageError) in try await inner.abortUpload(key, upload) }
  }

  func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart] {
    try await met(.parts) { () throws(StorageError) in try await inner.listParts(key, upload) }
  }

  func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload] {
    guard !isProbe(prefix) else { return try await inner.listUploads(prefix: prefix) }
    return try await met(.uploads) { () throws(StorageError) in try await inner.listUploads(prefix: prefix) }
  }
}

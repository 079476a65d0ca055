public import Checksums

/// What goes with the bytes of an object.
public struct WriteOptions: Sendable {
  public var metadata: ObjectMetadata
  public var storageClass: String?
  /// Sent as `Content-MD5`: the store is asked to refuse other bytes.
  public var contentMD5: Checksum?
  /// Refuse with `already-exists` where the key exists.
  public var ifAbsent: Bool
  /// Only tags that the store's rule takes.
  public var tags: [ObjectTag] = []

  public init(
    metadata: ObjectMetadata = ObjectMetadata(), storageClass: String? = nil, contentMD5: Checksum? = nil,
    ifAbsent: Bool = false
  ) {
    self.metadata = metadata
    self.storageClass = storageClass
    self.contentMD5 = contentMD5
    self.ifAbsent = ifAbsent
  }
}

/// What a store answers when it has stored an object.
public struct WriteReceipt: Sendable {
  public var eTag: ETag?
  public var versionID: String?
  /// Digests that the store computed over what it stored.
  public var checksums: [Checksum]
  /// Digests over the digests of the object's parts.
  ///
  /// An ETag stands here only where the answer itself shows that it is one.
  public var compositeChecksums: [Checksum]
  public var requestID: String?

  public init(
    eTag: ETag? = nil, versionID: String? = nil, checksums: [Checksum] = [],
    compositeChecksums: [Checksum] = [], requestID: String? = nil
  ) {
    self.eTag = eTag
    self.versionID = versionID
    self.checksums = checksums
    self.compositeChecksums = compositeChecksums
    self.requestID = requestID
  }
}

/// A multipart upload that was begun.
public struct UploadID: Hashable, Sendable {
  public let text: String

  public init(_ text: String) {
    self.text = text
  }
}

/// A part that the store holds.
public struct StoredPart: Hashable, Sendable {
  /// 1 to 10,000.
  public var number: Int
  /// In bytes.
  public var size: Int64
  public var eTag: ETag
  /// Digests of the part that the store computed.
  public var checksums: [Checksum]

  public init(number: Int, size: Int64, eTag: ETag, checksums: [Checksum] = []) {
    self.number = number
    self.size = size
    self.eTag = eTag
    self.checksums = checksums
  }
}

/// A multipart upload that is not completed.
public struct OpenUpload: Hashable, Sendable {
  public var key: ObjectKey
  public var id: UploadID
  public var startedAt: Timestamp?

  public init(key: ObjectKey, id: UploadID, startedAt: Timestamp? = nil) {
    self.key = key
    self.id = id
    self.startedAt = startedAt
  }
}

/// A store that can be written.
///
/// Objects are never deleted, anywhere.
///
/// Every call makes one request; nothing is retried here. The bytes of a body are gone once a call took it.
public protocol ObjectWriter: ObjectReader {
  /// Why a key cannot land in this store, or nil where it can.
  func refusal(of key: ObjectKey) -> String?

  /// The largest object that one `put` takes, and the largest and smallest part, in bytes.
  var limits: WriteLimits { get }

  /// Which tags the store keeps; nil where it keeps none.
  var tagRule: TagRule? { get }

  /// Stores an object whole.
  ///
  /// The key never holds a part of the body, whatever fails.
  ///
  /// The body must announce its length.
  func put(_ key: ObjectKey, _ body: ObjectBody, _ options: WriteOptions) async throws(StorageError)
    -> WriteReceipt

  func createUpload(_ key: ObjectKey, _ options: WriteOptions) async throws(StorageError) -> UploadID

  func uploadPart(
    _ key: ObjectKey, _ upload: UploadID, number: Int, _ body: ObjectBody, contentMD5: Checksum?
  ) async throws(StorageError) -> StoredPart

  /// Makes the object from its parts, in ascending order; an error in a 200 answer is an error.
  func completeUpload(
    _ key: ObjectKey, _ upload: UploadID, parts: [StoredPart], ifAbsent: Bool
  ) async throws(StorageError) -> WriteReceipt

  /// Drops an upload and its parts; an upload that is gone already is no error.
  func abortUpload(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError)

  /// The parts that the store holds, ascending, all pages.
  func listParts(_ key: ObjectKey, _ upload: UploadID) async throws(StorageError) -> [StoredPart]

  /// The uploads that are not completed under a prefix, all pages.
  func listUploads(prefix: ObjectKey) async throws(StorageError) -> [OpenUpload]

  /// What writes small objects whole; nil where every object takes an ordinary call.
  var wholeWriter: (any WholeWriter)? { get }
}

extension ObjectWriter {
  public var wholeWriter: (any WholeWriter)? { nil }
}

/// Sizes that a store accepts, in bytes.
public struct WriteLimits: Hashable, Sendable {
  public var maximumPut: Int64
  public var minimumPart: Int64
  public var maximumPart: Int64
  public var maximumObject: Int64
  public var maximumParts: Int

  public init(
    maximumPut: Int64 = 5 << 30, minimumPart: Int64 = 5 << 20, maximumPart: Int64 = 5 << 30,
    maximumObject: Int64 = 48_800_000_000_000, maximumParts: Int = 10_000
  ) {
    self.maximumPut = maximumPut
    self.minimumPart = minimumPart
    self.maximumPart = maximumPart
    self.maximumObject = maximumObject
    self.maximumParts = maximumParts
  }
}

public import Checksums
public import NIOCore
public import ObjectStorage
import Synchronization

/// A store in memory that keeps every promise of `ObjectWriter`, with the digests of one of two vendors.
public final class MemoryStore: Sendable {
  /// Which digests and ETags the store publishes, and which keys it takes.
  public enum Dialect: Sendable {
    /// ETags in lower case; CRC-64/NVME.
    case s3
    /// ETags alone, as S3 published them before it computed checksums by itself.
    case olderS3
    /// ETags in upper case; CRC-64/XZ; an object type.
    case oss
  }

  struct State: Sendable {
    var objects: [ObjectKey: MemoryObject] = [:]
    /// What was overwritten or deleted, and marks of deletion; newest first.
    var past: [ObjectKey: [MemoryVersion]] = [:]
    var uploads: [String: MemoryUpload] = [:]
    var uploadCount = 0
    var writeCount: Int64 = 0
    var versionCount = 0
  }

  public let location: StoreLocation
  public let dialect: Dialect
  let writeLimits: WriteLimits
  /// Whether what is written is encrypted so that its ETag is no digest, as by a bucket's own setting.
  let encrypts: Bool
  let keepsVersions: Bool
  let state = Mutex(State())
  let pageSize: Int
  private let chunkBytes: Int

  public init(
    _ dialect: Dialect = .s3, bucket: String = "memory", pageSize: Int = 1000, chunkBytes: Int = 64 << 10,
    limits: WriteLimits = WriteLimits(), encrypts: Bool = false, keepsVersions: Bool = false
  ) {
    self.dialect = dialect
    self.keepsVersions = keepsVersions
    self.pageSize = max(1, pageSize)
    self.chunkBytes = max(1, chunkBytes)
    writeLimits = limits
    self.encrypts = encrypts
    location = StoreLocation(kind: .memory, bucket: bucket)
  }

  /// Stores bytes directly, as another program would.
  public func set(
    _ key: ObjectKey, _ bytes: [UInt8], metadata: ObjectMetadata = ObjectMetadata(),
    storageClass: String? = nil
  ) {
    state.withLock { state in
      let object = MemoryObject(
        bytes, dialect, metadata: metadata, storageClass: storageClass, at: state.nextWriteTime())
      state.replace(key, by: object, keepsVersions: keepsVersions)
    }
  }

  /// Stores bytes directly and publishes these digests of them and nothing else; the ETag is made up.
  public func set(
    _ key: ObjectKey, _ bytes: [UInt8], publishing algorithms: [ChecksumAlgorithm],
    eTag: ETag = ETag("opaque to everybody")
  ) {
    state.withLock { state in
      var object = MemoryObject(
        bytes, dialect, metadata: ObjectMetadata(), storageClass: nil, at: state.nextWriteTime())
      object.eTag = eTag
      object.checksums = algorithms.map { Checksum.of(bytes, $0) }
      state.objects[key] = object
    }
  }

  /// Stores an object that was uploaded in these parts, as another program would.
  public func set(
    _ key: ObjectKey, parts: [[UInt8]], tellsParts: Bool = true, isEncrypted: Bool = false,
    composite: ChecksumAlgorithm? = nil
  ) {
    state.withLock { state in
      let upload = MemoryUpload(key: key, options: WriteOptions(), startedAt: state.nextWriteTime())
      let digested = parts.map { MemoryUpload.Part(bytes: $0, md5: Checksum.of($0, .md5)) }
      var object = MemoryObject(digested, upload, dialect, at: upload.startedAt)
      object?.tellsParts = tellsParts
      object?.isEncrypted = isEncrypted
      object?.composite = composite.flatMap { algorithm in
        Checksum.composite(of: parts.map { Checksum.of($0, algorithm) })
      }
      state.replace(key, by: object, keepsVersions: keepsVersions)
    }
  }

  /// Stores bytes under an ETag that is no digest of them, as stores do that encrypt, copy or invent ETags.
  public func set(_ key: ObjectKey, _ bytes: [UInt8], eTag: ETag, versionID: String? = nil) {
    state.withLock { state in
      var object = MemoryObject(
        bytes, dialect, metadata: ObjectMetadata(), storageClass: nil, at: state.nextWriteTime())
      object.takeETag(eTag)
      object.versionID = versionID
      state.objects[key] = object
    }
  }

  /// Takes an object away, as another program would; a store with versions marks it as deleted.
  public func remove(_ key: ObjectKey) {
    state.withLock { _ = $0.replace(key, by: nil, keepsVersions: keepsVersions) }
  }

  /// The bytes under a key, without a request.
  public func bytes(of key: ObjectKey) -> [UInt8]? {
    state.withLock { $0.objects[key]?.bytes }
  }

  public var keys: [ObjectKey] { state.withLock { $0.objects.keys.sorted() } }
  public var openUploadCount: Int { state.withLock { $0.uploads.count } }
}

extension MemoryStore: ObjectReader {
  public var listingDivision: ListingDivision { .keys }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    let after: ObjectKey? =
      switch position {
      case nil: nil
      case .after(let key): key
      case .token(let token): ObjectKey(percentEncoded: token)
      }
    guard position == nil || after != nil else {
      throw StorageError(.invalidRequest, "the continuation token is not one of this store's")
    }
    let limit = min(pageSize, scope.limit)
    return state.withLock { state in
      let keys = state.objects.keys.filter { key in
        guard key.hasPrefix(scope.prefix) else { return false }
        guard let after else { return true }
        return after < key && Self.folder(of: key, scope).map { !after.hasPrefix($0) } ?? true
      }.sorted()
      var page = ListingPage(objects: [])
      var last: ObjectKey?
      for key in keys {
        let folder = Self.folder(of: key, scope)
        if let folder, folder == page.commonPrefixes.last { continue }
        if page.objects.count + page.commonPrefixes.count == limit {
          page.next = last.map { .token($0.percentEncoded) }
          break
        }
        if let folder {
          page.commonPrefixes.append(folder)
        } else if let object = state.objects[key] {
          page.objects.append(object.listed(as: key))
        }
        last = folder ?? key
      }
      return page
    }
  }

  private static func folder(of key: ObjectKey, _ scope: ListScope) -> ObjectKey? {
    guard scope.isDelimited else { return nil }
    let rest = key.bytes[scope.prefix.bytes.count...]
    return rest.firstIndex(of: UInt8(ascii: "/")).map { ObjectKey(bytes: key.bytes[...$0]) }
  }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    let object = try object(key)
    guard let part else { return object.attributes }
    guard object.tellsParts else {
      throw StorageError(.invalidRequest, "the store tells nothing of parts", key: key)
    }
    guard let size = object.partSizes.isEmpty && part == 1 ? object.size : object.size(ofPart: part) else {
      throw StorageError(.invalidRequest, "the object has no part \(part)", key: key)
    }
    var attributes = object.attributes
    attributes.size = size
    attributes.partCount = object.partSizes.isEmpty ? nil : object.partSizes.count
    return attributes
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let object = try object(key)
    if let ifMatch, !object.eTag.isSame(as: ifMatch) {
      throw StorageError(.preconditionFailed, "the object is another one than the condition names", key: key)
    }
    if let range, range.last >= object.size {
      throw StorageError(.invalidRequest, "the range is not in the object", key: key)
    }
    let wanted = range.map { Array(object.bytes[Int($0.first)...Int($0.last)]) } ?? object.bytes
    return ObjectDownload(
      attributes: object.attributes, body: await .bytes(wanted, chunkBytes: chunkBytes, on: eventLoop))
  }

  private func object(_ key: ObjectKey) throws(StorageError) -> MemoryObject {
    guard let object = state.withLock({ $0.objects[key] }) else {
      throw StorageError(
        .notFound, "there is no such object", key: key, httpStatus: 404, vendorCode: "NoSuchKey")
    }
    return object
  }
}

extension MemoryStore.State {
  /// A clock of its own: every write is a second later than the one before.
  mutating func nextWriteTime() -> Timestamp {
    writeCount += 1
    return Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + writeCount * 1000)
  }
}

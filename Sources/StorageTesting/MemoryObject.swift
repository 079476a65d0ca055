import Checksums
import ObjectStorage

/// An object of a `MemoryStore`.
struct MemoryObject: Sendable {
  let bytes: [UInt8]
  var eTag: ETag
  var checksums: [Checksum]
  let objectType: String?
  let metadata: ObjectMetadata
  let storageClass: String?
  let modifiedAt: Timestamp
  /// Empty for an object that was put whole.
  let partSizes: [Int64]
  /// Whether `head` answers about parts.
  var tellsParts = true
  /// A checksum over those of the parts.
  var composite: Checksum?
  /// Nil where the store keeps no versions.
  var versionID: String?
  /// Whether the store shows an encryption under which its ETag is no digest.
  var isEncrypted = false

  var size: Int64 { Int64(bytes.count) }

  /// An object that was put whole: its ETag is an MD5.
  init(
    _ bytes: [UInt8], _ dialect: MemoryStore.Dialect, metadata: ObjectMetadata, storageClass: String?,
    at time: Timestamp, isEncrypted: Bool = false
  ) {
    let md5 = Checksum.of(bytes, .md5)
    self.bytes = bytes
    self.isEncrypted = isEncrypted
    eTag = dialect.eTag(isEncrypted ? .opaque(time) : md5)
    checksums = [md5, dialect.crc(of: bytes)].compactMap(\.self)
    objectType = dialect == .oss ? "Normal" : nil
    self.metadata = metadata
    self.storageClass = storageClass
    modifiedAt = time
    partSizes = []
  }

  /// An object that was made of parts; nil for none.
  init?(
    _ parts: [MemoryUpload.Part], _ upload: MemoryUpload, _ dialect: MemoryStore.Dialect, at time: Timestamp,
    isEncrypted: Bool = false
  ) {
    let tags = parts.map { isEncrypted ? .opaque(time) : $0.md5 }
    guard let digest = Checksum.multipartETag(ofPartMD5s: tags) else { return nil }
    self.isEncrypted = isEncrypted
    bytes = parts.flatMap(\.bytes)
    eTag = dialect.eTag(digest)
    checksums = [dialect.crc(of: bytes)].compactMap(\.self)
    objectType = dialect == .oss ? "Multipart" : nil
    metadata = upload.options.metadata
    storageClass = upload.options.storageClass
    modifiedAt = time
    partSizes = parts.map { Int64($0.bytes.count) }
  }

  /// Shows another ETag, which is taken for an MD5 where it looks like one.
  mutating func takeETag(_ eTag: ETag) {
    self.eTag = eTag
    checksums = checksums.filter { $0.algorithm != .md5 } + [eTag.md5Shape].compactMap(\.self)
  }

  func size(ofPart number: Int) -> Int64? {
    partSizes.indices.contains(number - 1) ? partSizes[number - 1] : nil
  }

  /// Under a key management service Amazon's ETags are no digests, its checksums still are.
  private var shownChecksums: [Checksum] {
    isEncrypted ? checksums.filter { $0.algorithm != .md5 } : checksums
  }

  var attributes: ObjectAttributes {
    ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: modifiedAt, versionID: versionID, storageClass: storageClass,
      objectType: objectType, metadata: metadata, checksums: shownChecksums,
      compositeChecksums: [composite, objectType == nil && !isEncrypted ? eTag.multipartShape : nil]
        .compactMap(\.self),
      encryption: isEncrypted ? "aws:kms" : nil)
  }

  /// Older stores say nothing of encryption when they complete an upload.
  func receipt(_ dialect: MemoryStore.Dialect) -> WriteReceipt {
    WriteReceipt(
      eTag: eTag, versionID: versionID, checksums: shownChecksums,
      compositeChecksums: dialect == .olderS3 ? [] : attributes.compositeChecksums)
  }

  func listed(as key: ObjectKey) -> ListedObject {
    ListedObject(
      key: key, size: size, eTag: eTag, lastModifiedAt: modifiedAt, storageClass: storageClass ?? "STANDARD",
      objectType: objectType)
  }
}

/// A multipart upload of a `MemoryStore`.
struct MemoryUpload: Sendable {
  /// One part and its digest.
  struct Part: Sendable {
    let bytes: [UInt8]
    let md5: Checksum
    /// Nil where it is the MD5.
    var opaqueTag: Checksum?

    var tag: Checksum { opaqueTag ?? md5 }
  }

  let key: ObjectKey
  let options: WriteOptions
  let startedAt: Timestamp
  var parts: [Int: Part] = [:]
}

extension Checksum {
  /// An MD5 of nothing that anybody knows.
  static func opaque(_ time: Timestamp) -> Checksum { .of(Array("opaque \(time)".utf8), .md5) }
}

extension MemoryStore.Dialect {
  func eTag(_ digest: Checksum) -> ETag {
    switch self {
    case .s3, .olderS3: ETag(digest.hex)
    case .oss: ETag(digest.hex.uppercased())
    }
  }

  func crc(of bytes: [UInt8]) -> Checksum? {
    switch self {
    case .s3: Checksum.of(bytes, .crc64nvme)
    case .olderS3: nil
    case .oss: Checksum.of(bytes, .crc64xz)
    }
  }
}

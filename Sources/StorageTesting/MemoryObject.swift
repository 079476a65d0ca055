import Checksums
import ObjectStorage

/// An object of a `MemoryStore`.
struct MemoryObject: Sendable {
  let bytes: [UInt8]
  let eTag: ETag
  let checksums: [Checksum]
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
    at time: Timestamp
  ) {
    let md5 = Checksum.of(bytes, .md5)
    self.bytes = bytes
    eTag = dialect.eTag(md5)
    checksums = [md5, dialect.crc(of: bytes)].compactMap(\.self)
    objectType = dialect == .oss ? "Normal" : nil
    self.metadata = metadata
    self.storageClass = storageClass
    modifiedAt = time
    partSizes = []
  }

  /// An object that was made of parts; nil for none.
  init?(
    _ parts: [MemoryUpload.Part], _ upload: MemoryUpload, _ dialect: MemoryStore.Dialect, at time: Timestamp
  ) {
    guard let digest = Checksum.multipartETag(ofPartMD5s: parts.map(\.md5)) else { return nil }
    bytes = parts.flatMap(\.bytes)
    eTag = dialect.eTag(digest)
    checksums = [dialect.crc(of: bytes)].compactMap(\.self)
    objectType = dialect == .oss ? "Multipart" : nil
    metadata = upload.options.metadata
    storageClass = upload.options.storageClass
    modifiedAt = time
    partSizes = parts.map { Int64($0.bytes.count) }
  }

  func size(ofPart number: Int) -> Int64? {
    partSizes.indices.contains(number - 1) ? partSizes[number - 1] : nil
  }

  var attributes: ObjectAttributes {
    ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: modifiedAt, versionID: versionID, storageClass: storageClass,
      objectType: objectType, metadata: metadata, checksums: isEncrypted ? [] : checksums,
      compositeChecksums: [composite, objectType == nil && !isEncrypted ? eTag.multipartShape : nil]
        .compactMap(\.self),
      encryption: isEncrypted ? "aws:kms" : nil)
  }

  var receipt: WriteReceipt { WriteReceipt(eTag: eTag, versionID: versionID, checksums: checksums) }

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
  }

  let key: ObjectKey
  let options: WriteOptions
  let startedAt: Timestamp
  var parts: [Int: Part] = [:]
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

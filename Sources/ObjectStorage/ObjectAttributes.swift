public import Checksums

/// What a store reports of one object in a HEAD or GET answer.
public struct ObjectAttributes: Sendable {
  /// In bytes.
  public var size: Int64
  public var eTag: ETag?
  public var lastModifiedAt: Timestamp?
  public var versionID: String?
  public var storageClass: String?
  /// The vendor's kind of object, such as OSS's `Normal`, `Multipart`, `Appendable`, `Symlink`.
  public var objectType: String?
  public var metadata: ObjectMetadata
  /// Digests of the whole object that the store computed itself.
  ///
  /// An ETag stands here as `md5` only where the answer shows that it is one.
  public var checksums: [Checksum]
  /// Digests over the digests of the object's parts, each with its number of parts.
  ///
  /// An ETag stands here as `multipartETag` only where nothing shows that it is something else; of one part it may
  /// still be made up.
  public var compositeChecksums: [Checksum]
  /// How the store says that it keeps the bytes, in the vendor's words; nil where it says nothing.
  public var encryption: String?
  /// The number of parts, where the answer to `?partNumber` says it.
  public var partCount: Int?
  public var requestID: String?

  public init(
    size: Int64, eTag: ETag? = nil, lastModifiedAt: Timestamp? = nil, versionID: String? = nil,
    storageClass: String? = nil, objectType: String? = nil, metadata: ObjectMetadata = ObjectMetadata(),
    checksums: [Checksum] = [], compositeChecksums: [Checksum] = [], encryption: String? = nil,
    partCount: Int? = nil, requestID: String? = nil
  ) {
    self.size = size
    self.eTag = eTag
    self.lastModifiedAt = lastModifiedAt
    self.versionID = versionID
    self.storageClass = storageClass
    self.objectType = objectType
    self.metadata = metadata
    self.checksums = checksums
    self.compositeChecksums = compositeChecksums
    self.encryption = encryption
    self.partCount = partCount
    self.requestID = requestID
  }

  public func checksum(_ algorithm: ChecksumAlgorithm) -> Checksum? {
    checksums.first { $0.algorithm == algorithm && $0.partCount == nil }
  }
}

/// The headers that travel with an object, byte for byte as the source sent them.
public struct ObjectMetadata: Hashable, Sendable {
  public var contentType: String?
  public var cacheControl: String?
  public var contentDisposition: String?
  public var contentEncoding: String?
  public var contentLanguage: String?
  public var expires: String?
  /// User metadata: names in lower case without the vendor's prefix, sorted by name.
  public var user: [UserEntry]

  public struct UserEntry: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    contentType: String? = nil, cacheControl: String? = nil, contentDisposition: String? = nil,
    contentEncoding: String? = nil, contentLanguage: String? = nil, expires: String? = nil,
    user: [UserEntry] = []
  ) {
    self.contentType = contentType
    self.cacheControl = cacheControl
    self.contentDisposition = contentDisposition
    self.contentEncoding = contentEncoding
    self.contentLanguage = contentLanguage
    self.expires = expires
    self.user = user
  }
}

import Checksums
import ObjectStorage

/// What the fields of an S3 answer say of an object.
enum S3Attributes {
  static let metadataPrefix = "x-amz-meta-"

  /// `isWhole` is false for an answer about a part or a range: its checksums are not the object's.
  static func read(_ fields: HTTPFields, size: Int64, bucket: String, isWhole: Bool) -> ObjectAttributes {
    let eTag = fields["etag"].map { ETag($0) }
    let sums = isWhole ? headerChecksums(fields, eTag: eTag) : nil
    let digest = isPlain(fields, bucket: bucket) ? eTag?.digestShape : nil
    return ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: fields["last-modified"].flatMap { Timestamp(httpDate: $0) },
      versionID: fields["x-amz-version-id"], storageClass: fields["x-amz-storage-class"] ?? "STANDARD",
      metadata: MetadataFields.read(fields, prefix: metadataPrefix),
      checksums: (digest?.partCount == nil ? [digest].compactMap { $0 } : []) + (sums?.whole ?? []),
      compositeChecksums: (digest?.partCount != nil ? [digest].compactMap { $0 } : [])
        + (sums?.composite ?? []),
      encryption: encryption(fields), partCount: partCount(fields, eTag: eTag),
      requestID: requestID(fields))
  }

  static func requestID(_ fields: HTTPFields) -> String? { fields["x-amz-request-id"] }

  /// Digests that the store computed over the whole of what the answer speaks of.
  static func checksums(_ fields: HTTPFields, eTag: ETag?, bucket: String) -> [Checksum] {
    (isPlain(fields, bucket: bucket) ? [eTag?.md5Shape].compactMap { $0 } : [])
      + headerChecksums(fields, eTag: eTag).whole
  }

  /// The ETag of an upload that was just completed, where the answer shows that it is a digest.
  ///
  /// An answer that is silent about encryption shows nothing: SSE-C is never named here, and not every store names
  /// the others.
  static func compositeChecksums(
    ofCompleted eTag: ETag, _ fields: HTTPFields, bucket: String
  ) -> [Checksum] {
    guard encryption(fields) != nil, isPlain(fields, bucket: bucket) else { return [] }
    return [eTag.multipartShape].compactMap { $0 }
  }

  private static func headerChecksums(_ fields: HTTPFields, eTag: ETag?) -> S3Checksums {
    S3Checksums(type: fields["x-amz-checksum-type"], partCount: eTag?.partCount) { field, _ in
      fields[field]
    }
  }

  /// SeaweedFS counts the pieces that it keeps of an object which was put whole.
  private static func partCount(_ fields: HTTPFields, eTag: ETag?) -> Int? {
    guard let count = fields["x-amz-mp-parts-count"], eTag?.shape != .md5 else { return nil }
    return Int(count)
  }

  private static func encryption(_ fields: HTTPFields) -> String? {
    fields["x-amz-server-side-encryption-customer-algorithm"] == nil
      ? fields["x-amz-server-side-encryption"] : "SSE-C"
  }

  /// Whether nothing shows that the ETag is something else than an MD5, or an MD5 of the parts' MD5s.
  ///
  /// | ETag | encryption | bucket | taken as |
  /// | --- | --- | --- | --- |
  /// | 32 digits | none or SSE-S3 | general purpose | MD5 |
  /// | 32 digits, `-` and a count | none or SSE-S3 | general purpose | MD5 of the parts' MD5s |
  /// | either | SSE-KMS, DSSE, SSE-C or unknown | any | nothing |
  /// | either | any | directory bucket | nothing |
  /// | either, of a replica | any | any | nothing: replication brings the ETag with the object |
  /// | anything else | any | any | nothing |
  private static func isPlain(_ fields: HTTPFields, bucket: String) -> Bool {
    guard !bucket.hasSuffix("--x-s3"), fields["x-amz-replication-status"]?.uppercased() != "REPLICA" else {
      return false
    }
    let encryption = encryption(fields)
    return encryption == nil || encryption?.uppercased() == "AES256"
  }
}

import Checksums
import ObjectStorage

/// What the fields of an S3 answer say of an object.
enum S3Attributes {
  static let metadataPrefix = "x-amz-meta-"

  private static let checksumFields: [(name: String, algorithm: ChecksumAlgorithm)] = [
    ("x-amz-checksum-crc64nvme", .crc64nvme), ("x-amz-checksum-crc32c", .crc32c),
    ("x-amz-checksum-crc32", .crc32), ("x-amz-checksum-sha256", .sha256), ("x-amz-checksum-sha1", .sha1),
  ]

  /// `isWhole` is false for an answer about a part or a range: its checksums are not the object's.
  static func read(_ fields: HTTPFields, size: Int64, bucket: String, isWhole: Bool) -> ObjectAttributes {
    let eTag = fields["etag"].map { ETag($0) }
    return ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: fields["last-modified"].flatMap { Timestamp(httpDate: $0) },
      versionID: fields["x-amz-version-id"], storageClass: fields["x-amz-storage-class"] ?? "STANDARD",
      metadata: MetadataFields.read(fields, prefix: metadataPrefix),
      checksums: isWhole
        ? checksums(fields, eTag: eTag, bucket: bucket) : wholeMD5(fields, eTag: eTag, bucket: bucket),
      partCount: fields["x-amz-mp-parts-count"].flatMap { Int($0) }, requestID: requestID(fields))
  }

  static func requestID(_ fields: HTTPFields) -> String? { fields["x-amz-request-id"] }

  /// Digests that the store computed over the whole of what the answer speaks of.
  static func checksums(_ fields: HTTPFields, eTag: ETag?, bucket: String) -> [Checksum] {
    var found = wholeMD5(fields, eTag: eTag, bucket: bucket)
    guard fields["x-amz-checksum-type"]?.uppercased() != "COMPOSITE" else { return found }
    for (name, algorithm) in checksumFields {
      // A composite value ends in -N, which is no Base64.
      if let text = fields[name], let checksum = Checksum(algorithm, base64: text) { found.append(checksum) }
    }
    return found
  }

  /// The ETag as an MD5, where nothing shows that it is something else.
  ///
  /// | ETag | encryption | bucket | an MD5 |
  /// | --- | --- | --- | --- |
  /// | 32 digits | none or SSE-S3 | general purpose | yes |
  /// | 32 digits | SSE-KMS, DSSE, SSE-C or unknown | any | no |
  /// | 32 digits | any | directory bucket | no |
  /// | anything else | any | any | no |
  private static func wholeMD5(_ fields: HTTPFields, eTag: ETag?, bucket: String) -> [Checksum] {
    guard let md5 = eTag?.md5Shape, !bucket.hasSuffix("--x-s3"),
      fields["x-amz-server-side-encryption-customer-algorithm"] == nil
    else { return [] }
    let encryption = fields["x-amz-server-side-encryption"]
    guard encryption == nil || encryption?.uppercased() == "AES256" else { return [] }
    return [md5]
  }
}

import Checksums
import ObjectStorage

/// What the fields of an OSS answer say of an object.
enum OSSAttributes {
  static let metadataPrefix = "x-oss-meta-"

  static func read(_ fields: HTTPFields, size: Int64) -> ObjectAttributes {
    let eTag = fields["etag"].map { ETag($0) }
    let type = fields["x-oss-object-type"]
    var checksums = [crc64xz(fields)].compactMap { $0 }
    // The type is necessary, not sufficient: other kinds never have an MD5 as their ETag.
    if type?.lowercased() == "normal", let md5 = eTag?.md5Shape { checksums.append(md5) }
    return ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: fields["last-modified"].flatMap { Timestamp(httpDate: $0) },
      versionID: fields["x-oss-version-id"], storageClass: fields["x-oss-storage-class"], objectType: type,
      metadata: MetadataFields.read(fields, prefix: metadataPrefix), checksums: checksums,
      encryption: fields["x-oss-server-side-encryption"], requestID: requestID(fields))
  }

  static func requestID(_ fields: HTTPFields) -> String? { fields["x-oss-request-id"] }

  /// The whole object's, also in an answer to a range; a part's in an answer to a part.
  static func crc64xz(_ fields: HTTPFields) -> Checksum? {
    fields["x-oss-hash-crc64ecma"].flatMap { Checksum(crc64xzDecimal: $0) }
  }
}

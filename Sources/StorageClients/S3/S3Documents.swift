import ObjectStorage

/// The documents of S3.
enum S3Documents {
  static func completed(_ document: [UInt8], fields: HTTPFields) throws(StorageError) -> WriteReceipt {
    let values = try StoreDocuments.values(of: document, root: "CompleteMultipartUploadResult")
    guard let eTag = values["ETag"], !eTag.isEmpty else { throw StoreDocuments.missing("ETag") }
    let type = values["ChecksumType"]
    let sums = type.map { S3Checksums(type: $0, partCount: nil) { _, element in values[element] } }
    return WriteReceipt(
      eTag: ETag(eTag), versionID: fields["x-amz-version-id"], checksums: sums?.whole ?? [],
      requestID: S3Attributes.requestID(fields))
  }

  static func restore(days: Int) -> [UInt8] {
    Array(
      "<RestoreRequest><Days>\(days)</Days><GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters></RestoreRequest>"
        .utf8)
  }
}

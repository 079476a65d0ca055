import ObjectStorage

/// The documents of S3.
enum S3Documents {
  static func completed(
    _ document: [UInt8], fields: HTTPFields, bucket: String
  ) throws(StorageError) -> WriteReceipt {
    let values = try StoreDocuments.values(of: document, root: "CompleteMultipartUploadResult")
    guard let text = values["ETag"], !text.isEmpty else { throw StoreDocuments.missing("ETag") }
    let eTag = ETag(text)
    let type = values["ChecksumType"]
    let sums = type.map { S3Checksums(type: $0, partCount: nil) { _, element in values[element] } }
    return WriteReceipt(
      eTag: eTag, versionID: fields["x-amz-version-id"], checksums: sums?.whole ?? [],
      compositeChecksums: S3Attributes.compositeChecksums(ofCompleted: eTag, fields, bucket: bucket),
      requestID: S3Attributes.requestID(fields))
  }

  static func restore(days: Int) -> [UInt8] {
    Array(
      "<RestoreRequest><Days>\(days)</Days><GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters></RestoreRequest>"
        .utf8)
  }
}

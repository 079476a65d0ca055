import ObjectStorage

/// The documents of OSS.
enum OSSDocuments {
  /// OSS writes a space as `%20` and a plus as `%2B`; a bare plus is read as the space of other encoders.
  static func listing(
    _ document: [UInt8], _ version: OSSClient.ListVersion
  ) throws(StorageError) -> ListingPage {
    try ListingDocument.read(document, plusIsSpace: true, hasMarkers: version == .one)
  }

  static func completed(_ document: [UInt8]) throws(StorageError) -> ETag {
    let values = try StoreDocuments.values(of: document, root: "CompleteMultipartUploadResult")
    guard let eTag = values["ETag"], !eTag.isEmpty else { throw StoreDocuments.missing("ETag") }
    return ETag(eTag)
  }

  static func restore(days: Int) -> [UInt8] {
    Array("<RestoreRequest><Days>\(days)</Days></RestoreRequest>".utf8)
  }
}

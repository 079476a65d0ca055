import ObjectStorage

/// The documents of OSS.
enum OSSDocuments {
  /// OSS writes a space as `%20`; a bare plus stands for itself.
  static func listing(
    _ document: [UInt8], asked: ListingQuestion, _ version: OSSClient.ListVersion
  ) throws(StorageError) -> ListingPage {
    try ListingDocument.read(document, asked: asked, plusIsSpace: false, hasMarkers: version == .one)
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

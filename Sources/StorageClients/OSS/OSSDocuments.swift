import ObjectStorage

/// The documents of OSS.
enum OSSDocuments {
  static func completed(_ document: [UInt8]) throws(StorageError) -> ETag {
    let values = try StoreDocuments.values(of: document, root: "CompleteMultipartUploadResult")
    guard let eTag = values["ETag"], !eTag.isEmpty else { throw StoreDocuments.missing("ETag") }
    return ETag(eTag)
  }

  static func restore(days: Int) -> [UInt8] {
    Array("<RestoreRequest><Days>\(days)</Days></RestoreRequest>".utf8)
  }
}

public import ObjectStorage

extension S3Client {
  /// How an object was put together, by GetObjectAttributes; nil where the store does not know the call.
  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    var pages = S3ObjectParts()
    repeat {
      var call = StoreCall(.get, key, query: [("attributes", nil)])
      call.fields.add("x-amz-object-attributes", "ETag,Checksum,ObjectParts,ObjectSize")
      call.fields.add("x-amz-max-parts", "1000")
      if let marker = pages.next { call.fields.add("x-amz-part-number-marker", String(marker)) }
      guard let document = try await caller.documentOfObject(call) else { return nil }
      do throws(StorageError) {
        try pages.add(document)
      } catch {
        throw error.named(key)
      }
    } while pages.next != nil
    return pages.found
  }

  /// The tags of an object; nil where the store does not know the call.
  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await caller.tags(key)
  }
}

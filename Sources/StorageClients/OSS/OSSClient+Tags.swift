public import ObjectStorage

extension OSSClient {
  /// The tags of an object; nil where the store does not know the call.
  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await caller.tags(key)
  }
}

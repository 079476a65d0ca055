public import AuditLedger
import ObjectStorage

extension Copier {
  /// Brings the inventory row of an object up to date that changed after it was listed.
  ///
  /// Nil where the source says what the row says, so that there is nothing else to copy.
  public func refreshed(_ item: WorkItem) async throws(CopyFailure) -> WorkItem? {
    let attributes = try await on(.source) { () throws(StorageError) in
      try await retrying.run { _ throws(StorageError) in
        try await source.head(item.source.key, part: nil)
      }
    }
    var fresh = item
    fresh.source = ListedObject(
      key: item.source.key, size: attributes.size, eTag: attributes.eTag,
      lastModifiedAt: attributes.lastModifiedAt, storageClass: attributes.storageClass,
      objectType: attributes.objectType)
    guard fresh.source.eTag != item.source.eTag || fresh.source.size != item.source.size else { return nil }
    // Its size in the inventory is another from now on.
    fresh.isFirst = false
    let object = fresh.source
    try await writing { ledger throws(LedgerError) in try await ledger.refresh(object) }
    return fresh
  }
}

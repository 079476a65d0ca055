import AuditLedger
import ObjectStorage

/// What a report says of the latest verification, gathered while the objects go by; its size has a bound.
struct AuditSummary {
  let audit: AuditRecord
  let extra: Int64
  /// The first keys that only the destination has.
  let firstExtras: [ListedObject]
  private(set) var oldestProof: Timestamp?
  private(set) var newestProof: Timestamp?
  private(set) var metadataEqual: Int64 = 0
  private(set) var metadataDiffers: Int64 = 0
  /// The first objects whose metadata differs.
  private(set) var firstDifferences: [ObjectRow] = []
  /// Completed objects for which somebody else's digest was taken in.
  private(set) var imported: Int64 = 0

  init(_ audit: AuditRecord, extra: Int64, firstExtras: [ListedObject]) {
    self.audit = audit
    self.extra = extra
    self.firstExtras = firstExtras
  }

  mutating func add(_ row: ObjectRow) {
    if let provenAt = row.provenAt {
      oldestProof = min(oldestProof ?? provenAt, provenAt)
      newestProof = max(newestProof ?? provenAt, provenAt)
    }
    if row.list == .completed, row.evidence.contains(where: { $0.origin == .imported }) { imported += 1 }
    switch row.metadata {
    case nil: break
    case .equal: metadataEqual += 1
    case .differs:
      metadataDiffers += 1
      if firstDifferences.count < Summary.excerptRows { firstDifferences.append(row) }
    }
  }
}

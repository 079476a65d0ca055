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

  /// What the sample says of the objects that were not read; nil where none was asked for.
  var sampleSentence: String? {
    guard let window = audit.settings.sample else { return nil }
    let (sampled, wrong) = (audit.counts.sampled, audit.counts.sampledWrong)
    guard let upper = ErrorRateBound.upper(sampled: sampled, wrong: wrong) else {
      return "A sample of \(window.text) was asked for, and no object fell into it: it says nothing."
    }
    return
      "A random sample of \(window.text) read \(grouped(sampled)) objects and found \(grouped(wrong)) wrong: with "
      + "95 % confidence at most \(percent(upper)) % of all objects are wrong without its being known otherwise."
  }

  /// Rounded up, so that the bound still bounds.
  private func percent(_ share: Double) -> String {
    let thousandths = Int64((share * 100_000).rounded(.up))
    return quotient(thousandths, 1000, decimals: 3) ?? "100"
  }
}

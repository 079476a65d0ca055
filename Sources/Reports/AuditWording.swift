public import AuditLedger
import ObjectStorage

/// What is said of a verification in words, the same on the console and in the report.
public struct AuditWording {
  private let audit: AuditRecord

  public init(_ audit: AuditRecord) {
    self.audit = audit
  }

  /// What the sample says of the objects that were not read; nil where none was asked for.
  public var sample: String? {
    guard let window = audit.settings.sample else { return nil }
    let counts = audit.counts
    guard let upper = ErrorRateBound.upper(sampled: counts.sampled, wrong: counts.sampledWrong) else {
      return
        "A sample of \(window.text) was asked for, and no object of it could be judged: it says nothing.\(rest)"
    }
    return "Of a random sample of \(window.text), \(grouped(counts.sampled)) objects were judged: "
      + "\(grouped(counts.sampledWrong)) ended in the error list, the bytes of the others were read and proven. "
      + "With 95 % confidence, at most \(percent(upper)) % of the objects that can be judged so would end in the error "
      + "list.\(rest)"
  }

  private var rest: String {
    let count = audit.counts.sampledUnjudged
    guard count > 0 else { return "" }
    return
      " \(grouped(count)) more of the sample could not be judged by their bytes and count for nothing here."
  }

  /// What stays as it was judged before, and as of when; nil where nothing does.
  public var kept: String? {
    guard audit.counts.kept > 0 else { return nil }
    return
      "\(grouped(audit.counts.kept)) keys stay as they were judged before: by the listings of the source "
      + "(\(time(audit.sourceListedAt))) and of the destination (\(time(audit.destinationListedAt))), and by HEAD where "
      + "these left it open, nothing that this rests on had changed"
      + (audit.settings.takesInventories ? "; nothing was listed again since" : "")
  }

  /// When a side was listed, and whether that was for this verification.
  func listed(_ time: Timestamp?) -> String {
    self.time(time) + (audit.settings.takesInventories ? ", taken from the ledger" : "")
  }

  private func time(_ time: Timestamp?) -> String { time?.spaced ?? "at a time that is not known" }

  /// Rounded up, so that the bound still bounds.
  private func percent(_ share: Double) -> String {
    let thousandths = Int64((share * 100_000).rounded(.up))
    return quotient(thousandths, 1000, decimals: 3) ?? "100"
  }
}

import AuditLedger
import ObjectStorage

/// Takes the keys out of a verification that its filters leave out.
///
/// | key so far | filters take it in | filters leave it out |
/// | --- | --- | --- |
/// | without a list, or pending | looked at | skipped |
/// | left out by earlier filters | looked at | skipped, by the rule of now |
/// | completed, error | looked at | stays as it is |
/// | refused by the plan | stays as it is | stays as it is |
struct PairFilter: Sendable {
  let filter: ObjectFilter
  /// What patterns do not see of a key of the source.
  let prefix: ObjectKey
  let ledger: Ledger
  let run: Int64
  let audit: Int64
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  /// Records the keys that are left out; returns the others.
  func admitted(_ pairs: [AuditPair]) async throws(RunStop) -> [AuditPair] {
    let now = clock.now()
    var admitted: [AuditPair] = []
    var exclusions: [Exclusion] = []
    var standing: [ObjectKey] = []
    var decisions: [Decision] = []
    for var pair in pairs {
      if let reason = filter.exclusion(of: pair.source, below: prefix) {
        if pair.isFiltered || (pair.list ?? .pending) == .pending {
          exclusions.append(
            Exclusion(key: pair.source.key, destinationKey: pair.destinationKey, reason: reason))
        } else {
          standing.append(pair.source.key)
        }
        continue
      }
      if pair.isFiltered {
        pair.isExcluded = false
        decisions.append(
          Decision(
            key: pair.source.key, destinationKey: pair.destinationKey,
            action: pair.destination == nil ? .copy : .compare))
      }
      admitted.append(pair)
    }
    let (out, stand, again) = (exclusions, standing, decisions)
    try await kept { () throws(LedgerError) in
      try await ledger.exclude(out, standing: stand, run: run, audit: audit, at: now)
      try await ledger.readmit(again, run: run, at: now)
    }
    for item in out { report(.ended(outcome(item, now))) }
    return admitted
  }

  private func outcome(_ item: Exclusion, _ now: Timestamp) -> ObjectOutcome {
    ObjectOutcome(
      key: item.key, destinationKey: item.destinationKey, resolution: .skipped(reason: item.reason),
      startedAt: now, endedAt: now, tries: 0, audit: audit)
  }
}

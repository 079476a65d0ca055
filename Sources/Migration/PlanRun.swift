import AuditLedger
import ObjectStorage
import Transfers

/// Decides on every key of the source, under the filters of the job.
///
/// | key so far | filters take it in | filters leave it out |
/// | --- | --- | --- |
/// | undecided | decided: copy, compare or refuse | skipped |
/// | left out by earlier filters | decided again | skipped, by the rule of now |
/// | to be copied or compared, and not ended | stays | skipped |
/// | completed, error, refused | stays | stays |
struct PlanRun: Sendable {
  let planner: Planner
  let mapping: KeyMapping
  let filter: ObjectFilter
  let ledger: Ledger
  let run: Int64
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 1000

  /// Decides keys again that earlier filters left out.
  func readmit() async throws(RunStop) {
    var after: ObjectKey?
    while true {
      let (start, keys) = (after, mapping)
      let rows = try await kept { () throws(LedgerError) in
        try await ledger.filteredCandidates(after: start, limit: Self.rowsAtOnce) { keys.destinationKey($0) }
      }
      guard let last = rows.last else { return }
      after = last.candidate.source.key
      var exclusions: [Exclusion] = []
      var decisions: [Decision] = []
      for row in rows {
        guard let exclusion = exclusion(row.candidate.source) else {
          decisions.append(decision(row.candidate))
          continue
        }
        if exclusion.reason != row.reason { exclusions.append(exclusion) }
      }
      try await record(exclusions, readmitting: decisions)
      report(.planned(keys: rows.count))
    }
  }

  /// Puts keys that wait to be copied or compared into the skipped list, where the filters leave them out.
  func withdraw() async throws(RunStop) {
    guard !filter.isEmpty else { return }
    var after: ObjectKey?
    while true {
      let start = after
      let items = try await kept { () throws(LedgerError) in
        try await ledger.work(after: start, limit: Self.rowsAtOnce)
      }
      guard let last = items.last else { return }
      after = last.source.key
      try await record(items.compactMap { exclusion($0.source) }, readmitting: [])
    }
  }

  /// Decides the keys that have no decision.
  func decide() async throws(RunStop) {
    let keys = mapping
    try await kept { () throws(LedgerError) in
      try await ledger.forEachPlanCandidates(
        limit: Self.rowsAtOnce, destinationKey: { keys.destinationKey($0) }, decide)
    }
  }

  private func decide(_ candidates: [PlanCandidate]) async throws(LedgerError) {
    var exclusions: [Exclusion] = []
    var decisions: [Decision] = []
    for candidate in candidates {
      if let exclusion = exclusion(candidate.source) {
        exclusions.append(exclusion)
      } else {
        decisions.append(decision(candidate))
      }
    }
    try await write(exclusions, readmitting: [])
    try await ledger.record(decisions)
    report(.planned(keys: candidates.count))
  }

  func decision(_ candidate: PlanCandidate) -> Decision {
    let key = candidate.source.key
    var decision = planner.decide(candidate)
    decision.isRenamed = mapping.isRenamed(key)
    if let reason = mapping.refusal(of: key) { decision.action = .refuse(.unsafeName, reason: reason) }
    return decision
  }

  private func exclusion(_ source: ListedObject) -> Exclusion? {
    filter.exclusion(of: source, below: mapping.sourcePrefix).map {
      Exclusion(key: source.key, destinationKey: mapping.destinationKey(source.key), reason: $0)
    }
  }

  private func record(
    _ exclusions: [Exclusion], readmitting decisions: [Decision]
  ) async throws(RunStop) {
    try await kept { () throws(LedgerError) in try await write(exclusions, readmitting: decisions) }
  }

  private func write(
    _ exclusions: [Exclusion], readmitting decisions: [Decision]
  ) async throws(LedgerError) {
    let now = clock.now()
    try await ledger.exclude(exclusions, run: run, at: now)
    try await ledger.readmit(decisions, run: run, at: now)
  }
}

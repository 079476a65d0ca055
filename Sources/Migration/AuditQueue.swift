import AuditLedger
import ObjectStorage
import Transfers
import Verification

/// Settles what the listings settle, a page at a time, and feeds the rest to a bounded number of workers.
///
/// Every settled key goes into the ledger together with what it adds to the audit's counts, so that an audit that
/// was stopped goes on with both.
struct AuditQueue: Sendable {
  let audit: AuditRecord
  let ledger: Ledger
  let verifier: ObjectVerifier
  let mapping: KeyMapping
  let filter: PairFilter
  /// No listing settles an object: each is asked about.
  let looksAtAll: Bool
  let width: Int
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 1000

  private struct Open: Sendable {
    var pair: AuditPair
    var isSampled: Bool
    /// What was said before holds where the generations are still those.
    var mayStand = false
  }

  /// Works until nothing is left; the first stop ends it, and what was in flight stays to be looked at.
  func run() async throws(RunStop) {
    let result: Result<Void, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      let outcome = await feed(&group)
      if case .failure = outcome { group.cancelAll() }
      return outcome
    }
    try result.get()
  }

  private func feed(_ group: inout TaskGroup<Result<Void, RunStop>>) async -> Result<Void, RunStop> {
    var after: ObjectKey?
    var inFlight = 0
    do throws(RunStop) {
      while true {
        let start = after
        let keys = mapping
        let pairs = try await kept { () throws(LedgerError) in
          try await ledger.auditPairs(audit.id, after: start, limit: Self.rowsAtOnce) {
            keys.destinationKey($0)
          }
        }
        guard let last = pairs.last else { break }
        for item in try await settled(try await filter.admitted(pairs)) {
          if inFlight >= width {
            try await (group.next() ?? .success(())).get()
            inFlight -= 1
          }
          if Task.isCancelled { throw .interrupted }
          group.addTask { await looked(item) }
          inFlight += 1
        }
        if Task.isCancelled { throw .interrupted }
        after = last.source.key
      }
      while let result = await group.next() { try result.get() }
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  /// Records what the listings say; returns the pairs that they leave open.
  private func settled(_ pairs: [AuditPair]) async throws(RunStop) -> [Open] {
    let comparison = ListedComparison(policy: verifier.policy, audit: audit)
    var outcomes: [ObjectOutcome] = []
    var standing: [ObjectKey] = []
    var open: [Open] = []
    var counts = AuditCounts()
    for pair in pairs {
      let isSampled = isSampled(pair)
      switch comparison.settle(pair, mustLook: isSampled || looksAtAll) {
      case .stands:
        standing.append(pair.source.key)
        counts.add(standingCounts(isSampled))
      case .sourceGone: outcomes.append(outcome(pair, .gone, isSampled))
      case .judged(let verdict, let evidence):
        var judged = outcome(pair, .of(verdict, evidence), isSampled)
        judged.provenAt = comparison.seenAt
        outcomes.append(judged)
      case .recheck: open.append(Open(pair: pair, isSampled: isSampled, mayStand: true))
      case .open: open.append(Open(pair: pair, isSampled: isSampled))
      }
    }
    let (settled, stands, added) = (outcomes, standing, counts)
    try await kept { () throws(LedgerError) in
      try await ledger.settle(settled, standing: stands, pairs: pairs, audit: audit.id, counts: added)
    }
    if !stands.isEmpty { report(.settled(keys: stands.count)) }
    for outcome in settled { report(.ended(outcome)) }
    return open
  }

  /// Keys that the plan left out are not what a sample speaks of.
  private func isSampled(_ pair: AuditPair) -> Bool {
    !pair.isExcluded && audit.settings.sample?.contains(pair.source.key) == true
  }

  private func looked(_ item: Open) async -> Result<Void, RunStop> {
    let startedAt = clock.now()
    do throws(RunStop) {
      guard let finding = try await finding(item) else {
        let counts = standingCounts(item.isSampled)
        try await kept { () throws(LedgerError) in
          try await ledger.keep(item.pair.source.key, audit: audit.id, counts: counts)
        }
        report(.settled(keys: 1))
        return .success(())
      }
      var outcome = outcome(item.pair, finding, item.isSampled)
      outcome.startedAt = startedAt
      let done = outcome
      try await kept { () throws(LedgerError) in try await ledger.record(done) }
      report(.ended(done))
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  /// Nil where what was said before holds.
  private func finding(_ item: Open) async throws(RunStop) -> AuditFinding? {
    do {
      guard item.mayStand else {
        return .of(try await verifier.verify(item.pair, mustRead: item.isSampled))
      }
      return try await verifier.recheck(item.pair).map(AuditFinding.of)
    } catch {
      if error.endsTheRun { throw RunStop(error.side, error.error) }
      return item.pair.sourceIsThere ? .failed(error) : .gone
    }
  }

  /// Its bytes were not looked at, so a sample learns nothing of it.
  private func standingCounts(_ isSampled: Bool) -> AuditCounts {
    var counts = AuditCounts()
    counts.kept = 1
    if isSampled { counts.sampledUnjudged = 1 }
    return counts
  }

  private func outcome(_ pair: AuditPair, _ finding: AuditFinding, _ isSampled: Bool) -> ObjectOutcome {
    let now = clock.now()
    return ObjectOutcome(
      key: pair.source.key, destinationKey: pair.destinationKey, resolution: finding.resolution,
      evidence: finding.evidence, startedAt: now, endedAt: now,
      destination: finding.destination ?? pair.destination?.generation, requestIDs: finding.requestIDs,
      notes: finding.notes, source: finding.source ?? pair.source.generation, metadata: finding.metadata,
      audit: audit.id, counts: finding.counts(isSampled: isSampled))
  }
}

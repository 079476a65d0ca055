import AuditLedger
import ObjectStorage
import Synchronization
import Transfers
import Verification

/// Settles what the listings settle, a page at a time, and feeds the rest to a bounded number of workers.
struct AuditQueue: Sendable {
  let audit: AuditRecord
  let ledger: Ledger
  let verifier: ObjectVerifier
  let mapping: KeyMapping
  /// No listing settles an object: each is asked about.
  let looksAtAll: Bool
  let width: Int
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 1000

  private struct Open: Sendable {
    var pair: AuditPair
    var mustRead: Bool
  }

  /// Works until nothing is left; the first stop ends it, and what was in flight stays to be looked at.
  func run() async throws(RunStop) -> AuditCounts {
    let counts = CountsBox()
    let result: Result<Void, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      let outcome = await feed(&group, counts)
      if case .failure = outcome { group.cancelAll() }
      return outcome
    }
    try result.get()
    return counts.value
  }

  private func feed(
    _ group: inout TaskGroup<Result<Void, RunStop>>, _ counts: CountsBox
  ) async -> Result<Void, RunStop> {
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
        for item in try await settled(pairs, counts) {
          if inFlight >= width {
            try await (group.next() ?? .success(())).get()
            inFlight -= 1
          }
          if Task.isCancelled { throw .interrupted }
          group.addTask { await looked(item, counts) }
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
  private func settled(_ pairs: [AuditPair], _ counts: CountsBox) async throws(RunStop) -> [Open] {
    let comparison = ListedComparison(policy: verifier.policy, clock: clock)
    var outcomes: [ObjectOutcome] = []
    var standing: [ObjectKey] = []
    var open: [Open] = []
    for pair in pairs {
      let mustRead = audit.settings.sample?.contains(pair.source.key) ?? false
      switch comparison.settle(pair, mustLook: mustRead || looksAtAll) {
      case .stands: standing.append(pair.source.key)
      case .sourceGone: outcomes.append(outcome(pair, .gone))
      case .judged(let verdict, let evidence): outcomes.append(outcome(pair, .of(verdict, evidence)))
      case .open: open.append(Open(pair: pair, mustRead: mustRead))
      }
    }
    let (settled, stands) = (outcomes, standing)
    try await kept { () throws(LedgerError) in
      try await ledger.settle(settled, standing: stands, pairs: pairs, audit: audit.id)
    }
    counts.add { $0.kept += Int64(stands.count) }
    if !stands.isEmpty { report(.settled(keys: stands.count)) }
    for outcome in settled { report(.ended(outcome)) }
    return open
  }

  private func looked(_ item: Open, _ counts: CountsBox) async -> Result<Void, RunStop> {
    let startedAt = clock.now()
    do throws(RunStop) {
      let finding = try await finding(item)
      var outcome = outcome(item.pair, finding)
      outcome.startedAt = startedAt
      let done = outcome
      try await kept { () throws(LedgerError) in try await ledger.record(done) }
      counts.add { counts in
        counts.bytesRead += finding.bytesRead
        guard finding.wasRead else { return }
        counts.objectsRead += 1
        guard item.mustRead else { return }
        counts.sampled += 1
        if case .error = done.resolution { counts.sampledWrong += 1 }
      }
      report(.ended(done))
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func finding(_ item: Open) async throws(RunStop) -> AuditFinding {
    do {
      return .of(try await verifier.verify(item.pair, mustRead: item.mustRead))
    } catch {
      if error.endsTheRun { throw RunStop(error.side, error.error) }
      return .failed(error)
    }
  }

  private func outcome(_ pair: AuditPair, _ finding: AuditFinding) -> ObjectOutcome {
    let now = clock.now()
    return ObjectOutcome(
      key: pair.source.key, destinationKey: pair.destinationKey, resolution: finding.resolution,
      evidence: finding.evidence, startedAt: now, endedAt: now,
      destination: finding.destination ?? pair.destination?.generation, requestIDs: finding.requestIDs,
      notes: finding.notes, source: pair.source.generation, metadata: finding.metadata, audit: audit.id)
  }
}

/// What was found out about one object, as an outcome needs it.
private struct AuditFinding: Sendable {
  var resolution: Resolution
  var evidence: [Evidence] = []
  var destination: Generation?
  var requestIDs: [String] = []
  var notes: [String] = []
  var metadata: MetadataVerdict?
  var wasRead = false
  var bytesRead: Int64 = 0

  static let gone = AuditFinding(
    resolution: .error(
      .sourceGone,
      message: "the source does not list the key any more, and nothing that was proven of it holds now"))

  static func failed(_ failure: VerificationFailure) -> AuditFinding {
    AuditFinding(resolution: .error(failure.errorClass, message: failure.message))
  }

  static func of(_ verdict: Verdict, _ evidence: [Evidence]) -> AuditFinding {
    AuditFinding(resolution: Resolution(verdict), evidence: evidence)
  }

  static func of(_ verified: VerifiedObject) -> AuditFinding {
    AuditFinding(
      resolution: Resolution(verified.verdict), evidence: verified.evidence,
      destination: verified.destination,
      requestIDs: verified.requestIDs, notes: verified.notes, metadata: verified.metadata,
      wasRead: verified.wasRead, bytesRead: verified.bytesRead)
  }
}

extension Resolution {
  /// How a key of a verification ends.
  init(_ verdict: Verdict) {
    switch verdict {
    case .verified(let proof, let match): self = .completed(proof, match, sent: false)
    case .mismatched(let words): self = .error(.mismatched, message: words)
    case .missing: self = .error(.missing, message: "the destination does not have the key")
    case .unverifiable(let reason): self = .error(.unverifiable, message: reason.sentence)
    }
  }
}

/// Counts that many workers add to.
private final class CountsBox: Sendable {
  private let counts = Mutex(AuditCounts())

  var value: AuditCounts { counts.withLock { $0 } }

  func add(_ change: (inout AuditCounts) -> Void) { counts.withLock { change(&$0) } }
}

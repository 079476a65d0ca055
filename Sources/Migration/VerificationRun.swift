public import AuditLedger
import Inventory
import NIOCore
import ObjectStorage
import StorageClients
import Transfers
import Verification

/// Verifies what stands on both sides: listings, verdicts from them, questions and reads for the rest.
///
/// It writes to neither side. A run that was stopped goes on with the same ledger and settings.
public struct VerificationRun: Sendable {
  static let command = "verify"
  private let configuration: VerificationConfiguration
  private let ledger: Ledger
  private let retrying: Retrying
  private let requests = RequestLog()
  private let report: @Sendable (MigrationEvent) -> Void

  public init(
    _ configuration: VerificationConfiguration, ledger: Ledger,
    report: @escaping @Sendable (MigrationEvent) -> Void
  ) {
    var counted = configuration
    counted.source.store = CountedReader(configuration.source.store, requests.source)
    counted.destination.store = CountedReader(configuration.destination.store, requests.destination)
    self.configuration = counted
    self.ledger = ledger
    self.report = report
    retrying = Retrying(
      policy: configuration.retryPolicy, budget: RequestBudget(retries: configuration.retries),
      clock: configuration.clock)
  }

  /// Goes from where the ledger stands to the end; returns the balanced counts and what the audit did.
  public func run() async throws(RunStop) -> (tally: Tally, audit: AuditRecord) {
    try await kept { () throws(LedgerError) in try await ledger.establish(configuration.job) }
    let run = try await kept { () throws(LedgerError) in
      try await ledger.beginRun(
        command: Self.command, toolVersion: configuration.toolVersion, at: configuration.clock.now())
    }
    requests.begin(run.id)
    do throws(RunStop) {
      try await kept { () throws(LedgerError) in
        try await ledger.record(configuration.filter.rules, of: run.id)
        try await ledger.record(settings: configuration.settings, of: run.id)
      }
      let (audit, settled) = try await audited(run.id)
      let tally = try await ledger.balancedTally().adding(settled)
      try await end(run, .finished, "")
      return (tally, audit)
    } catch {
      // The stop itself is the news; a ledger that cannot even take this note will say so when it is opened.
      try? await end(run, .stopped, "\(error)")
      throw error
    }
  }

  /// How the job's keys become keys of the destination.
  private func mapping() async throws(RunStop) -> KeyMapping {
    let renames = try await kept { () throws(LedgerError) in try await ledger.rename() != nil }
    let rule = KeyRule(configuration.destination.store.location.kind)
    return KeyMapping(
      sourcePrefix: configuration.source.prefix, destinationPrefix: configuration.destination.prefix,
      rename: renames
        ? KeyRename(below: configuration.destination.prefix) { rule?.refusal(of: $0)?.message } : nil)
  }

  private func audited(_ run: Int64) async throws(RunStop) -> (AuditRecord, ListingMerge.Count) {
    let mapping = try await mapping()
    var audit = try await kept { () throws(LedgerError) in
      try await ledger.beginAudit(configuration.auditSettings, at: configuration.clock.now())
    }
    report(.phase(.inventory))
    let settled = try await settledByListings(
      policy: VerificationPolicy(required: configuration.required), renames: mapping.renames)
    if settled == nil {
      try await list(.source, configuration.source)
      try await list(.destination, configuration.destination)
    }
    audit = try await kept { [audit] () throws(LedgerError) in try await ledger.dateListings(of: audit) }
    audit = try await sampled(audit)
    report(.phase(.verify))
    let verifier = ObjectVerifier(
      source: configuration.source.store, destination: configuration.destination.store, ledger: ledger,
      settings: VerificationSettings(
        required: configuration.required, reading: configuration.reading,
        acceptsImported: configuration.acceptsImported, comparesTags: configuration.comparesTags,
        distrustsETags: configuration.distrustsETags),
      retrying: retrying, memory: ByteBudget(bytes: configuration.bytesInFlight),
      eventLoops: configuration.eventLoops)
    try await AuditQueue(
      audit: audit, ledger: ledger, verifier: verifier, mapping: mapping,
      filter: PairFilter(
        filter: configuration.filter, prefix: mapping.sourcePrefix, ledger: ledger, run: run, audit: audit.id,
        clock: configuration.clock, report: report),
      looksAtAll: configuration.looksAtAll,
      width: configuration.parallelObjects, clock: configuration.clock, report: report
    ).run()
    let (prefixes, filter) = (mapping, configuration.filter)
    try await kept { () throws(LedgerError) in
      try await ledger.replaceExtras(audit: audit.id) {
        prefixes.sourceKey($0)
      } isExcluded: {
        filter.exclusion(of: $0, below: prefixes.destinationPrefix) != nil || ServiceFolder.isList($0.key)
      }
    }
    var ended =
      try await kept { [audit] () throws(LedgerError) in
        try await ledger.endAudit(audit.id, at: configuration.clock.now())
      } ?? audit
    let merged = settled ?? ListingMerge.Count()
    ended.counts.excluded += merged.excluded
    ended.counts.excludedExtra += merged.excludedExtra
    return (ended, merged)
  }

  /// Nil where the rows have to be in the ledger, or a listing does not ascend.
  private func settledByListings(
    policy: VerificationPolicy, renames: Bool
  ) async throws(RunStop) -> ListingMerge.Count? {
    guard !renames, configuration.keepsProblemsOnly, !configuration.looksAtAll,
      !configuration.takesInventories,
      configuration.sample == nil, configuration.required != .readBack
    else { return nil }
    return try await ListingMerge(
      configuration: configuration, ledger: ledger, policy: policy, retrying: retrying, report: report
    ).run()
  }

  /// The window of a sample follows from the sizes, which only the listing tells, and from the last sample's end.
  private func sampled(_ audit: AuditRecord) async throws(RunStop) -> AuditRecord {
    guard let sample = configuration.sample else { return audit }
    var audit = audit
    let last = try await kept { () throws(LedgerError) in
      try await ledger.audits().last { $0.endedAt != nil && $0.settings.sample != nil }
    }
    let tally = try await kept { () throws(LedgerError) in try await ledger.tally() }
    let window = sample.size.window(
      text: sample.text, after: last?.settings.sample, totalBytes: tally.bytesTotal)
    audit.settings.sample = window
    try await kept { [audit] () throws(LedgerError) in try await ledger.setSample(window, of: audit.id) }
    return audit
  }

  private func list(_ side: Side, _ place: RunSide<any ObjectReader>) async throws(RunStop) {
    if configuration.takesInventories {
      let state = try await kept { () throws(LedgerError) in try await ledger.inventoryState(side) }
      guard state == .complete else { throw .inventoryMissing(side) }
      return
    }
    let inventory = InventoryRun(
      side, of: place.store, prefix: place.prefix, ledger: ledger, retrying: retrying)
    do {
      try await inventory.run { report(.listed(side, keys: $0)) }
    } catch {
      throw RunStop(side, error)
    }
  }

  private func end(_ run: RunRecord, _ state: RunRecord.State, _ message: String) async throws(RunStop) {
    try await kept { () throws(LedgerError) in
      try await requests.write(to: ledger)
      try await ledger.endRun(
        run.id, state: state, message: message, contentMD5Honoured: nil, at: configuration.clock.now())
    }
  }
}

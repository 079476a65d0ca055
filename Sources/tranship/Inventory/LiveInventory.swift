import AuditLedger
import Migration
import ObjectStorage
import StorageClients

/// Lists one side of a job from its store into the ledger and says what is there; the store is only read.
struct LiveInventory {
  let address: StoreAddress
  let side: Side
  let settings: SideSettings
  let connection: ConnectionOptions
  let survey: SurveyOptions
  /// What is counted; every key is listed.
  let filter: ObjectFilter
  let isRelisting: Bool
  let listsVersions: Bool
  let retries: Int
  let json: Bool
  let console: Console

  /// Exit status 2 where the listing cannot be finished: nothing is said of a part of it.
  func run(_ ledger: Ledger) async throws -> ExitStatus {
    let clock = RunClock.system
    let factory = try StoreFactory(connection, clock: clock)
    defer { factory.transport.shutDown() }
    let store: any ObjectReader = try await factory.open(address, side, settings)
    let landing = try survey.landing(from: address.prefix)
    // A JSON document stands alone: progress is a line on a terminal.
    let reporter = ProgressReporter(console: console, json: false, clock: clock)
    let taking = InventoryTaking(
      side, of: RunSide(store: store, prefix: address.prefix), ledger: ledger,
      retrying: Retrying(policy: RetryPolicy(), budget: RequestBudget(retries: retries), clock: clock)
    ) { reporter.receive($0) }
    let counting = InventorySurvey(of: taking.job, depth: survey.depth, to: landing)
    let task = Task {
      try await taking.run(isRelisting: isRelisting, listsVersions: listsVersions, counting: counting) {
        isWanted($0, address.prefix)
      }
    }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let outcome = try await task.value
      try await show(outcome, counting, ledger)
      return .completed
    } catch let stop as RunStop {
      console.note("tranship: \(stop)")
      if case .storage = stop { console.note("the state is kept: run the same command again to go on") }
      return ExitStatus(stop)
    }
  }

  private func show(
    _ outcome: InventoryTaking.Outcome, _ fresh: InventorySurvey, _ ledger: Ledger
  ) async throws {
    var counted = outcome.survey ?? fresh
    if outcome.survey == nil {
      try await counted.run(over: ledger, side) { isWanted($0, outcome.place.keyPrefix) }
    }
    let result = InventoryResult(
      side: side, address: outcome.place.url, survey: counted,
      listRequests: outcome.listRequests > 0 ? outcome.listRequests : nil, relisting: outcome.relisting,
      rates: survey.rates)
    try InventoryReport(result: result).show(console, json: json)
  }

  private func isWanted(_ object: ListedObject, _ prefix: ObjectKey) -> Bool {
    filter.exclusion(of: object, below: prefix) == nil
  }
}

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
    let task = Task { try await taking.run(isRelisting: isRelisting, listsVersions: listsVersions) }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let outcome = try await task.value
      try await show(outcome, landing, ledger)
      return .completed
    } catch let stop as RunStop {
      console.note("tranship: \(stop)")
      if case .storage = stop { console.note("the state is kept: run the same command again to go on") }
      return ExitStatus(stop)
    }
  }

  private func show(
    _ outcome: InventoryTaking.Outcome, _ landing: Landing?, _ ledger: Ledger
  ) async throws {
    var counted = InventorySurvey(of: outcome.place, depth: survey.depth, to: landing)
    try await counted.run(over: ledger, side) {
      filter.exclusion(of: $0, below: outcome.place.keyPrefix) == nil
    }
    let result = InventoryResult(
      side: side, address: outcome.place.url, survey: counted,
      listRequests: outcome.listRequests > 0 ? outcome.listRequests : nil, relisting: outcome.relisting,
      rates: survey.rates)
    try InventoryReport(result: result).show(console, json: json)
  }
}

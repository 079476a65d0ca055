import AuditLedger
import ObjectStorage

/// Feeds the rows that have no list yet to a bounded number of workers.
struct WorkQueue: Sendable {
  let ledger: Ledger
  let migrator: ObjectMigrator
  let width: Int
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 512

  /// Works until nothing is left; the first stop ends it, and what was in flight stays pending.
  func run() async throws(RunStop) {
    let meter = ThroughputMeter(ledger: ledger)
    let result: Result<Void, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      let outcome = await feed(&group, meter)
      if case .failure = outcome { group.cancelAll() }
      return outcome
    }
    try result.get()
    try await kept { () throws(LedgerError) in try await meter.flush() }
  }

  private func feed(
    _ group: inout TaskGroup<Result<Void, RunStop>>, _ meter: ThroughputMeter
  ) async -> Result<Void, RunStop> {
    var after: ObjectKey?
    var inFlight = 0
    do throws(RunStop) {
      while true {
        let start = after
        let items = try await kept { () throws(LedgerError) in
          try await ledger.work(after: start, limit: Self.rowsAtOnce)
        }
        for item in items {
          if inFlight >= width {
            try await (group.next() ?? .success(())).get()
            inFlight -= 1
          }
          if Task.isCancelled { throw .interrupted }
          group.addTask { await migrated(item, meter) }
          inFlight += 1
        }
        guard let last = items.last else { break }
        after = last.source.key
      }
      while let result = await group.next() { try result.get() }
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func migrated(_ item: WorkItem, _ meter: ThroughputMeter) async -> Result<Void, RunStop> {
    do throws(RunStop) {
      let outcome = try await migrator.migrate(item)
      try await kept { () throws(LedgerError) in
        try await ledger.record(outcome)
        try await meter.add(outcome)
      }
      report(.ended(outcome))
      return .success(())
    } catch {
      return .failure(error)
    }
  }
}

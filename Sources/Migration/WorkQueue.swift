import AuditLedger
import ObjectStorage
import Transfers

/// Feeds the rows that have no list yet to as many workers as the pace allows, in the times that are open.
struct WorkQueue: Sendable {
  let ledger: Ledger
  let migrator: ObjectMigrator
  let pace: TransferPace
  /// Nil where rows may be begun at any time.
  let opening: OpeningTimes?
  let clock: RunClock
  /// Rows that are not selected go on waiting.
  let isSelected: @Sendable (ListedObject) -> Bool
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 512

  /// Works until nothing is left; the first stop ends it, and what was in flight stays pending.
  ///
  /// Returns how many rows go on waiting.
  func run() async throws(RunStop) -> Int64 {
    let meter = ThroughputMeter(ledger: ledger)
    let result: Result<Int64, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      let outcome = await feed(&group, meter)
      if case .failure = outcome { group.cancelAll() }
      return outcome
    }
    let waiting = try result.get()
    try await kept { () throws(LedgerError) in try await meter.flush() }
    return waiting
  }

  private func feed(
    _ group: inout TaskGroup<Result<Void, RunStop>>, _ meter: ThroughputMeter
  ) async -> Result<Int64, RunStop> {
    var waiting: Int64 = 0
    var after: ObjectKey?
    var inFlight = 0
    do throws(RunStop) {
      while true {
        let start = after
        let items = try await kept { () throws(LedgerError) in
          try await ledger.work(after: start, limit: Self.rowsAtOnce)
        }
        for item in items {
          guard isSelected(item.source) else {
            waiting += 1
            continue
          }
          while inFlight >= limit {
            try await (group.next() ?? .success(())).get()
            inFlight -= 1
          }
          if let opening, !opening.isOpen {
            // What is in flight ends, and is heard of, before anything waits for hours.
            while let result = await group.next() { try result.get() }
            inFlight = 0
            try await opening.wait()
          }
          if Task.isCancelled { throw .interrupted }
          group.addTask { await migrated(item, meter) }
          inFlight += 1
        }
        guard let last = items.last else { break }
        after = last.source.key
      }
      while let result = await group.next() { try result.get() }
      return .success(waiting)
    } catch {
      return .failure(error)
    }
  }

  /// Where there is a window, whatever is begun has a place: one that waits could come to its turn after the end.
  private var limit: Int { opening == nil ? pace.objects : pace.width }

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

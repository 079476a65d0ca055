import AuditLedger
import ObjectStorage
import Synchronization
import Transfers

/// Feeds the rows that have no list yet to as many workers as the pace allows, in the times that are open.
struct WorkQueue: Sendable {
  let ledger: Ledger
  let migrator: ObjectMigrator
  let pace: TransferPace
  let meter: ThroughputMeter
  /// Nil where rows may be begun at any time.
  let opening: OpeningTimes?
  let clock: RunClock
  /// Rows that are not selected go on waiting.
  let isSelected: @Sendable (ListedObject) -> Bool
  let report: @Sendable (MigrationEvent) -> Void
  /// Objects take turns on them; none for the threads of all tasks.
  let executors: [LoopExecutor]

  private static let rowsAtOnce = 512
  /// Outcomes that may wait for the ledger at one time, beside the objects that are on their way.
  private static let mostUnrecorded = 1024
  private let underWay = ObjectsUnderWay()

  /// Works until nothing is left; the first stop ends it, and what was in flight stays pending.
  ///
  /// Returns how many rows go on waiting.
  func run() async throws(RunStop) -> Int64 {
    let result: Result<Int64, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      let outcome = await feed(&group)
      if case .failure = outcome { group.cancelAll() }
      return outcome
    }
    guard case .success(let waiting) = result else {
      // What moved before the stop has moved; the stop itself is the news.
      try? await meter.flush()
      return try result.get()
    }
    try await kept { () throws(LedgerError) in try await meter.flush() }
    return waiting
  }

  private func feed(
    _ group: inout TaskGroup<Result<Void, RunStop>>
  ) async -> Result<Int64, RunStop> {
    var waiting: Int64 = 0
    var after: ObjectKey?
    var (begun, turn) = (0, 0)
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
          await underWay.wait(below: limit)
          // The others may end because of it, and before it is through.
          if let stop = underWay.firstStop { throw stop }
          if begun >= limit + Self.mostUnrecorded {
            try await (group.next() ?? .success(())).get()
            begun -= 1
          }
          if let opening, !opening.isOpen {
            // What is in flight ends, and is heard of, before anything waits for hours.
            while let result = await group.next() { try result.get() }
            begun = 0
            try await opening.wait()
          }
          if Task.isCancelled { throw .interrupted }
          underWay.enter()
          let executor = executors.isEmpty ? nil : executors[turn % executors.count]
          group.addTask(executorPreference: executor) { await recorded(item) }
          (begun, turn) = (begun + 1, turn &+ 1)
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

  /// An object that has ended makes room for the next before the ledger has its outcome: commits are shared by many.
  private func recorded(_ item: WorkItem) async -> Result<Void, RunStop> {
    do throws(RunStop) {
      let outcome = try await migrated(item)
      try await kept { () throws(LedgerError) in
        try await ledger.recordInTime(outcome)
        try await meter.add(outcome)
      }
      report(.ended(outcome))
      return .success(())
    } catch {
      underWay.fail(error)
      return .failure(error)
    }
  }

  private func migrated(_ item: WorkItem) async throws(RunStop) -> ObjectOutcome {
    defer { underWay.leave() }
    return try await migrator.migrate(item)
  }
}

/// Counts the objects that are on their way, for the one that begins them.
private final class ObjectsUnderWay: Sendable {
  private struct State {
    var count = 0
    var limit = 0
    var firstStop: RunStop?
    /// Who waits for fewer than `limit`.
    var waiting: CheckedContinuation<Void, Never>?

    mutating func released() -> CheckedContinuation<Void, Never>? {
      count < limit || firstStop != nil ? waiting.take() : nil
    }
  }

  private let state = Mutex(State())

  /// What the first to end badly ended with.
  var firstStop: RunStop? { state.withLock { $0.firstStop } }

  func enter() { state.withLock { $0.count += 1 } }

  func leave() { change { $0.count -= 1 } }

  func fail(_ stop: RunStop) { change { $0.firstStop = $0.firstStop ?? stop } }

  /// Returns once fewer than so many are on their way, or one has failed; for one caller at a time.
  func wait(below limit: Int) async {
    await withCheckedContinuation { continuation in
      let released = state.withLock { state in
        state.limit = limit
        state.waiting = continuation
        return state.released()
      }
      released?.resume()
    }
  }

  private func change(_ body: (inout State) -> Void) {
    let released = state.withLock { state in
      body(&state)
      return state.released()
    }
    released?.resume()
  }
}

import AuditLedger
import ObjectStorage
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
  /// Small objects go by them; nil where every object is a task.
  let lanes: WholeLanes?
  let underWay: ObjectsUnderWay

  private static let rowsAtOnce = 512

  /// Works until nothing is left; the first stop ends it, and what was in flight stays pending.
  ///
  /// Returns how many rows go on waiting.
  func run() async throws(RunStop) -> Int64 {
    let result: Result<Int64, RunStop> = await withTaskGroup(of: Result<Void, RunStop>.self) { group in
      if let lanes { group.addTask { await serve(lanes) } }
      var outcome = await feed(&group)
      underWay.close()
      lanes?.close()
      if case .failure = outcome { group.cancelAll() }
      while let result = await group.next() {
        if case .failure(let stop) = result, case .success = outcome {
          group.cancelAll()
          outcome = .failure(stop)
        }
      }
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
        var whole: [WorkItem] = []
        for item in items {
          guard isSelected(item.source) else {
            waiting += 1
            continue
          }
          if let lanes, lanes.takes(item) {
            whole.append(item)
            continue
          }
          await underWay.wait(below: limit)
          // The others may end because of it, and before it is through.
          if let stop = underWay.firstStop { throw stop }
          if begun >= limit + WholeLanes.mostUnrecorded {
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
        if let lanes, !whole.isEmpty {
          lanes.add(whole)
          // The next rows are read while these are begun.
          await underWay.wait(queued: Self.rowsAtOnce)
          if let stop = underWay.firstStop { throw stop }
          if Task.isCancelled { throw .interrupted }
        }
        guard let last = items.last else { break }
        after = last.source.key
      }
      return .success(waiting)
    } catch {
      return .failure(error)
    }
  }

  /// Makes tasks of what the lanes leave, until they are through.
  private func serve(_ lanes: WholeLanes) async -> Result<Void, RunStop> {
    await withTaskCancellationHandler {
      // The first stop is kept where it is noted; it cancels the other tasks.
      try? await withThrowingDiscardingTaskGroup { group in
        var turn = 0
        for await left in lanes.left {
          let executor = executors.isEmpty ? nil : executors[turn % executors.count]
          turn &+= 1
          group.addTask(executorPreference: executor) { try await finish(left, lanes) }
        }
      }
      await lanes.end()
    } onCancel: {
      lanes.stop()
    }
    return underWay.firstStop.map { .failure($0) } ?? .success(())
  }

  private func finish(_ left: WholeLanes.Left, _ lanes: WholeLanes) async throws(RunStop) {
    do {
      switch left {
      case .object(let item, let end): try await recorded(item, begun: end).get()
      case .samples(let samples):
        try await kept { () throws(LedgerError) in try await meter.write(samples) }
      }
    } catch {
      underWay.fail(error)
      lanes.stop()
      throw error
    }
  }

  /// Where there is a window, whatever is begun has a place: one that waits could come to its turn after the end.
  private var limit: Int { opening == nil ? pace.objects : pace.width }

  /// An object that has ended makes room for the next before the ledger has its outcome: commits are shared by many.
  private func recorded(_ item: WorkItem, begun: WholeCopyEnd? = nil) async -> Result<Void, RunStop> {
    do throws(RunStop) {
      let outcome = try await migrated(item, begun)
      try await kept { () throws(LedgerError) in
        try await ledger.recordInTime(outcome, isLast: underWay.isOver)
        try await meter.add(outcome)
      }
      report(.ended(outcome))
      return .success(())
    } catch {
      underWay.fail(error)
      return .failure(error)
    }
  }

  private func migrated(_ item: WorkItem, _ begun: WholeCopyEnd?) async throws(RunStop) -> ObjectOutcome {
    defer { underWay.leave() }
    return try await migrator.migrate(item, begun: begun)
  }
}

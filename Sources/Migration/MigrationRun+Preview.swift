import AuditLedger
import Checksums
import ObjectStorage
import Transfers
import Verification

extension MigrationRun {
  private static let rowsAtOnce = 512

  /// Decides as `run` would, and gives every key of the source to the body, in the order of the keys.
  ///
  /// Both sides are listed and looked at, nothing is written to either, and no restore is asked for. The ledger
  /// changes as that of a run does: give it a `ScratchLedger`.
  public func preview(
    _ command: Command, _ body: @Sendable (PlannedKey) throws -> Void
  ) async throws -> PlanSummary {
    let (_, selection) = try await prepare(command) { _ in }
    report(.phase(.plan))
    var migrator = migrator(contentMD5Honoured: false)
    migrator.restoring = nil
    var summary = PlanSummary()
    var after: ObjectKey?
    while true {
      let start = after
      let rows = try await kept { () throws(LedgerError) in
        try await ledger.planRows(after: start, limit: Self.rowsAtOnce)
      }
      guard let last = rows.last else { return summary }
      after = last.source.key
      let waiting = rows.count { $0.list == .pending }
      let items =
        waiting == 0
        ? []
        : try await kept { () throws(LedgerError) in try await ledger.work(after: start, limit: waiting) }
      let looked = try await looked(at: items.filter { selection.contains($0.source) }, migrator)
      for row in rows {
        let key = looked[row.source.key] ?? PlannedKey(standing: row)
        summary.add(key)
        try body(key)
      }
    }
  }

  /// Weighs some keys, as many at one time as a run would copy.
  private func looked(
    at items: [WorkItem], _ migrator: ObjectMigrator
  ) async throws(RunStop) -> [ObjectKey: PlannedKey] {
    let width = pace.objects
    let result: Result<[ObjectKey: PlannedKey], RunStop> = await withTaskGroup(
      of: Result<PlannedKey, RunStop>.self
    ) { group in
      var found: [ObjectKey: PlannedKey] = [:]
      do throws(RunStop) {
        for (index, item) in items.enumerated() {
          if index >= width, let key = try await group.next()?.get() { found[key.source.key] = key }
          if Task.isCancelled { throw .interrupted }
          group.addTask { await migrator.planned(item) }
        }
        while let key = try await group.next()?.get() { found[key.source.key] = key }
        return .success(found)
      } catch {
        group.cancelAll()
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension ObjectMigrator {
  /// What would be done with a key; nothing is sent.
  fileprivate func planned(_ item: WorkItem) async -> Result<PlannedKey, RunStop> {
    var draft = OutcomeDraft(item: item, startedAt: clock.now())
    do throws(RunStop) {
      var (item, step) = (item, try await weigh(item, &draft))
      // The run begins an object that changed once more, as it is by then.
      if takesChanged, case .end(.error(.sourceChanged, _)) = step, let fresh = try await refreshed(item) {
        draft.begin(fresh)
        item = fresh
        step = try await weigh(fresh, &draft)
      }
      return .success(PlannedKey(item, step, draft))
    } catch {
      return .failure(error)
    }
  }
}

extension PlannedKey {
  fileprivate init(_ item: WorkItem, _ step: NextStep, _ draft: OutcomeDraft) {
    self.init(
      source: item.source, destinationKey: item.destinationKey, action: .copy, cause: "", reason: "")
    switch step {
    case .send(nil):
      // Only reading tells whether it was restored.
      guard StorageClass(item.source.storageClass).access == .archived else { break }
      cause = "archived"
      reason = "the source may refuse to read it unless it was restored"
    case .send(let over?): (action, cause, reason) = (.overwrite, over.cause.rawValue, over.text)
    case .end(.completed(let proof, let match, _)):
      (action, cause, reason) = (.equal, proof.rawValue, match.checksum.algorithm.rawValue)
    case .end(.skipped(let why)):
      (action, cause, reason) = (
        draft.reason == nil ? .skip : .keep, draft.reason?.cause.rawValue ?? "gone", why
      )
    case .end(.error(let errorClass, let message)):
      (action, cause, reason) = (
        draft.reason == nil ? .refuse : .conflict, draft.reason?.cause.rawValue ?? errorClass.rawValue,
        message
      )
    }
  }

  /// A key that a run does not come to.
  fileprivate init(standing row: PlanRow) {
    self.init(
      source: row.source, destinationKey: row.destinationKey, action: .wait, cause: "", reason: row.message)
    switch row.list {
    case .pending: cause = "filters"
    case .completed: action = .done
    case .skipped: (action, cause) = (.skip, row.message)
    case .error: (action, cause) = (row.isRefused ? .refuse : .error, row.errorClass?.rawValue ?? "")
    }
  }
}

import AuditLedger
import ObjectStorage
import Transfers

extension MigrationRun {
  /// Takes up what an earlier run kept or refused by another rule than this one's.
  func takeUpAsides(_ command: Command, _ run: Int64) async throws(RunStop) {
    let rule = configuration.decisions.overwrite
    try await kept { () throws(LedgerError) in
      try await ledger.record(overwrite: rule.rawValue, of: run)
      switch command {
      case .migrate: _ = try await ledger.reopenKept(unlike: rule.rawValue)
      case .retry: try await ledger.compareConflicts()
      }
    }
  }

  /// How the job's keys become keys of the destination; adopts renaming where it is asked for the first time.
  func mapping() async throws(RunStop) -> (KeyMapping, isNew: Bool) {
    let store = configuration.destination.store
    let known = try await kept { () throws(LedgerError) in try await ledger.rename() }
    guard known != nil || configuration.decisions.renames else {
      return (
        KeyMapping(
          sourcePrefix: configuration.source.prefix, destinationPrefix: configuration.destination.prefix),
        false
      )
    }
    let mapping = KeyMapping(
      sourcePrefix: configuration.source.prefix, destinationPrefix: configuration.destination.prefix,
      rename: KeyRename(below: configuration.destination.prefix) { store.refusal(of: $0) })
    guard known == nil else { return (mapping, false) }
    try await kept { () throws(LedgerError) in
      if let key = try await ledger.keyDecidedOtherwise(than: { mapping.destinationKey($0) }) {
        throw LedgerError(
          .otherJob,
          "the ledger decided on \(key.shown) without --rename, and its name would be another one now; use another ledger"
        )
      }
      try await ledger.adopt(rename: KeyRename.percent)
    }
    return (mapping, true)
  }

  /// Begins another listing of the sides that were listed to their end; one that is under way goes on.
  func beginRelisting(_ command: Command) async throws(RunStop) {
    guard command == .migrate, configuration.decisions.relists else { return }
    try await kept { () throws(LedgerError) in
      for side in Side.allCases { try await ledger.beginRelisting(side) }
    }
  }
}

extension PlanRun {
  /// Decides keys again that were refused for their names, once they have other spellings.
  func takeUpRefused() async throws(RunStop) {
    var after: ObjectKey?
    while true {
      let (start, keys) = (after, mapping)
      let candidates = try await kept { () throws(LedgerError) in
        try await ledger.refusedCandidates(after: start, limit: Self.changesAtOnce) {
          keys.destinationKey($0)
        }
      }
      guard let last = candidates.last else { return }
      after = last.source.key
      let decisions = candidates.filter { mapping.isRenamed($0.source.key) }.map { decision($0) }
      let now = clock.now()
      try await kept { () throws(LedgerError) in
        try await ledger.decideAgain(
          decisions, changed: false, because: "the key has another spelling now", at: now)
      }
    }
  }

  private static let changesAtOnce = 1000

  /// Decides keys again whose objects changed at the source, or came back, and sets aside those that are gone.
  ///
  /// | key so far | object changed | gone from the source |
  /// | --- | --- | --- |
  /// | completed | decided again | stays completed |
  /// | error | decided again | skipped |
  /// | kept at the destination by a rule | decided again | skipped |
  /// | gone before | decided again where it is back | stays skipped |
  /// | waits, or has no decision | goes on as it is now | skipped |
  /// | left out by filters | they are asked again | stays skipped |
  func takeUpChanges() async throws(RunStop) {
    guard try await kept({ () throws(LedgerError) in try await ledger.hasRelisting() }) else { return }
    try await kept { () throws(LedgerError) in
      try await ledger.recountFound()
      _ = try await ledger.setGoneAside(
        reason: "gone from the source when it was listed again", at: clock.now())
    }
    var after: ObjectKey?
    while true {
      let (start, keys) = (after, mapping)
      let rows = try await kept { () throws(LedgerError) in
        try await ledger.changedCandidates(after: start, limit: Self.changesAtOnce) {
          keys.destinationKey($0)
        }
      }
      guard let last = rows.last else { return }
      after = last.candidate.source.key
      let changed = rows.map(\.candidate).filter {
        filter.exclusion(of: $0.source, below: mapping.sourcePrefix) == nil
      }
      let decisions = changed.map { candidate in
        var decision = decision(candidate)
        // Our own copy is there, whatever an earlier listing of the destination said; looking is cheaper than sending.
        if decision.action == .copy { decision.action = .compare }
        return decision
      }
      let now = clock.now()
      try await kept { () throws(LedgerError) in
        try await ledger.decideAgain(decisions, because: "the object changed at the source since", at: now)
      }
      report(.planned(keys: rows.count))
    }
  }
}

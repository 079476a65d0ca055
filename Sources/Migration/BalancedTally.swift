import AuditLedger

extension Ledger {
  /// The counts of a run that reached its end; throws where they do not add up or a key has no list.
  func balancedTally() async throws(RunStop) -> Tally {
    let tally = try await kept { () throws(LedgerError) in try await self.tally() }
    // The counters are kept by the way; the rows have the last word.
    let recounted = try await kept { () throws(LedgerError) in try await recount() }
    guard tally == recounted, tally.isBalanced, tally.pending == 0 else { throw .unbalanced(tally) }
    return tally
  }
}

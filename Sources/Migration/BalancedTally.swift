import AuditLedger

extension Ledger {
  /// The counts of a run that reached its end; throws where they do not add up, or where other keys wait than those
  /// that the run left alone.
  func balancedTally(waiting: Int64 = 0) async throws(RunStop) -> Tally {
    let tally = try await kept { () throws(LedgerError) in try await self.tally() }
    // The counters are kept by the way; the rows have the last word.
    let recounted = try await kept { () throws(LedgerError) in try await recount() }
    guard tally == recounted, tally.isBalanced, tally.pending == waiting else { throw .unbalanced(tally) }
    return tally
  }
}

extension Tally {
  /// The counts with those of rows that were settled without the ledger; throws where a key of the source is lost.
  func adding(_ settled: ListingMerge.Count) throws(RunStop) -> Tally {
    guard settled.source > 0 else { return self }
    var sum = self
    sum.total += settled.verified + settled.excluded
    sum.skipped += settled.excluded
    sum.completed += settled.verified
    sum.foundEqual += settled.verified
    sum.bytesTotal += settled.bytes + settled.excludedBytes
    sum.bytesCompleted += settled.bytes
    if settled.verified > 0 { sum.proofs[.endToEnd, default: 0] += settled.verified }
    guard sum.total == settled.source, sum.isBalanced else { throw .unbalanced(sum) }
    return sum
  }
}

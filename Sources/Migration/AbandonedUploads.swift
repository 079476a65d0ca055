import AuditLedger
import ObjectStorage
import Transfers

/// Multipart uploads that an earlier run of this job began and that no object waits for any more; nobody else's.
///
/// Those of objects that are still to be copied are taken up with them.
struct AbandonedUploads {
  let uploads: LeftUploads
  let ledger: Ledger

  func drop(_ selection: RetrySelection) async throws(RunStop) {
    // Which objects they were of is not known any more: a run that touches some objects alone leaves them be.
    if selection.scope == nil {
      for upload in try await kept({ () throws(LedgerError) in try await ledger.abandonedUploads() }) {
        await uploads.drop(abandoned: upload)
      }
    }
    for started in try await kept({ () throws(LedgerError) in try await ledger.uploadsWithoutWork() })
    where selection.contains(started) {
      await uploads.drop(started)
      guard started.others != nil else { continue }
      await uploads.dropUnanswered(started)
      var settled = started
      settled.others = nil
      try await kept { [settled] () throws(LedgerError) in try await ledger.record(settled) }
    }
  }
}

import AuditLedger
import ObjectStorage

/// What `tranship status` says of a ledger.
struct StatusReport: Encodable {
  var state: String
  var job: String
  var source: String
  var destination: String
  var total: Int64
  var completed: Int64
  var error: Int64
  var skipped: Int64
  var pending: Int64
  var bytesTotal: Int64
  var bytesCompleted: Int64
  var bytesSent: Int64
  var foundEqual: Int64
  var duplicates: Int64
  var extra: Int64
  var proofs: [String: Int64]
  var errors: [String: Int64]
  /// The filters of the last run, as they bind; empty where it had none.
  var filters: String
  /// Why the last run stopped; empty where it did not.
  var message: String

  init(
    job: JobSettings?, runs: [RunRecord], tally: Tally, filters: [Int64: [ObjectFilter.Rule]] = [:],
    isKilled: Bool = false
  ) {
    state = Self.state(runs.last, isKilled: isKilled)
    self.job = job?.name ?? ""
    source = job?.source.url ?? ""
    destination = job?.destination.url ?? ""
    total = tally.total
    completed = tally.completed
    error = tally.error
    skipped = tally.skipped
    pending = tally.pending
    bytesTotal = tally.bytesTotal
    bytesCompleted = tally.bytesCompleted
    bytesSent = tally.bytesSent
    foundEqual = tally.foundEqual
    duplicates = tally.duplicates
    extra = tally.extra
    proofs = Dictionary(uniqueKeysWithValues: tally.proofs.map { ($0.rawValue, $1) })
    errors = Dictionary(uniqueKeysWithValues: tally.errors.map { ($0.rawValue, $1) })
    self.filters = runs.last.flatMap { filters[$0.id] }?.text ?? ""
    message = runs.last?.message ?? ""
  }

  /// `new`, `running`, `killed` while it ran, `stopped`, or `finished`.
  private static func state(_ last: RunRecord?, isKilled: Bool) -> String {
    guard let last else { return "new" }
    return last.state == .running && isKilled ? "killed" : last.state.rawValue
  }
}

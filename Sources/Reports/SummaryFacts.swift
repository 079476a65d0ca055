import AuditLedger
import ObjectStorage

/// What a summary says, gathered from the ledger alone.
struct SummaryFacts {
  let job: JobSettings
  let runs: [RunRecord]
  let tally: Tally
  private(set) var sizes = SizeClasses()
  /// The first rows of each class of the error list.
  private(set) var errorRows: [ErrorClass: [ObjectRow]] = [:]
  /// Notes on objects that were carried over in part, such as metadata that the destination refuses.
  private(set) var notedRows: [ObjectRow] = []

  static let rowsShown = 10

  init(job: JobSettings, runs: [RunRecord], tally: Tally) {
    self.job = job
    self.runs = runs
    self.tally = tally
  }

  mutating func add(_ row: ObjectRow) {
    sizes.add(row.source.size)
    if let errorClass = row.errorClass, errorRows[errorClass, default: []].count < Self.rowsShown {
      errorRows[errorClass, default: []].append(row)
    }
    if !row.notes.isEmpty, notedRows.count < Self.rowsShown { notedRows.append(row) }
  }

  var startedAt: Timestamp? { runs.first?.startedAt }
  var endedAt: Timestamp? { runs.last.flatMap { $0.endedAt } }

  /// Seconds that runs took, without the time between them.
  var seconds: Double {
    let milliseconds = runs.reduce(Int64(0)) { sum, run in
      guard let endedAt = run.endedAt else { return sum }
      return sum + max(0, endedAt.millisecondsSinceEpoch - run.startedAt.millisecondsSinceEpoch)
    }
    return Double(milliseconds) / 1000
  }

  var mebibytesPerSecond: Double { seconds > 0 ? Double(tally.bytesSent) / seconds / 1_048_576 : 0 }
  var objectsPerSecond: Double { seconds > 0 ? Double(tally.completed) / seconds : 0 }

  enum Outcome { case proven, errors, unfinished }

  var outcome: Outcome {
    if tally.pending > 0 || runs.last?.state != .finished { return .unfinished }
    return tally.error > 0 ? .errors : .proven
  }

  /// The result in one sentence.
  var headline: String {
    let streamed = tally.proofs[.streamed] ?? 0
    let remark =
      streamed > 0
      ? " \(count(streamed)) of them are stored as received: the source publishes no digest for them." : ""
    switch outcome {
    case .proven:
      return "All \(count(tally.completed)) objects that were to be migrated are proven equal."
        + (tally.skipped > 0 ? " \(count(tally.skipped)) were left out for a stated reason." : "") + remark
    case .errors:
      return "\(count(tally.completed)) of \(count(tally.total)) objects are proven equal; "
        + "\(count(tally.error)) are in the error list." + remark
    case .unfinished:
      return "Not finished: \(count(tally.completed)) of \(count(tally.total)) objects are proven equal, "
        + "\(count(tally.error)) are in the error list, \(count(tally.pending)) are pending." + remark
    }
  }
}

/// Objects by size, in powers of a thousand and twenty-four.
struct SizeClasses {
  private static let bounds: [(name: String, limit: Int64)] = [
    ("empty", 1), ("below 1 KiB", 1 << 10), ("1 KiB to 1 MiB", 1 << 20), ("1 MiB to 64 MiB", 64 << 20),
    ("64 MiB to 1 GiB", 1 << 30), ("1 GiB and more", .max),
  ]

  private(set) var rows = bounds.map { (name: $0.name, objects: Int64(0), bytes: Int64(0)) }

  mutating func add(_ size: Int64) {
    guard let index = Self.bounds.firstIndex(where: { size < $0.limit }) else { return }
    rows[index].objects += 1
    rows[index].bytes += size
  }
}

import AuditLedger
import ObjectStorage

/// What a report says of a job as a whole, gathered while the objects go by; its size has a bound.
struct Summary {
  let job: JobSettings
  let toolVersion: String
  let runs: [RunRecord]
  /// The ledger's own counters, which the rows have to agree with.
  let counted: Tally
  /// The filters of the runs that had any, by the run's number.
  let filters: [Int64: String]
  let measures: Measures
  /// The latest verification; nil where there was none.
  private(set) var audit: AuditSummary?

  /// Objects and bytes of one kind.
  struct Share: Hashable {
    var objects: Int64 = 0
    var bytes: Int64 = 0

    mutating func add(_ size: Int64) {
      objects += 1
      bytes = bytes.addingReportingOverflow(size).partialValue
    }
  }

  /// An object and how long its latest attempt took.
  struct Slow: Hashable {
    var key: ObjectKey
    var size: Int64
    var milliseconds: Int64
    var tries: Int
    var list: ListName
  }

  /// The slowest, slowest first.
  private(set) var slowest: [Slow] = []
  private static let slowestRows = 10

  private(set) var total = Share()
  private(set) var lists: [ListName: Share] = [:]
  private(set) var proofs: [Proof: Share] = [:]
  private(set) var errors: [ErrorClass: Share] = [:]
  private(set) var firstErrors: [ErrorClass: [ObjectRow]] = [:]
  private(set) var skipReasons: [String: Share] = [:]
  private(set) var sizes: [SizeClass: Share] = [:]
  private(set) var foundEqual = Share()
  private(set) var noted: Int64 = 0
  private(set) var firstPending: [ObjectRow] = []

  static let excerptRows = 20
  private static let reasonLimit = 50
  static let otherReasons = "other reasons"

  init(
    job: JobSettings, toolVersion: String, runs: [RunRecord], counted: Tally, audit: AuditSummary? = nil,
    filters: [Int64: String] = [:], measures: Measures = Measures()
  ) {
    self.job = job
    self.toolVersion = toolVersion
    self.runs = runs
    self.counted = counted
    self.audit = audit
    self.filters = filters
    self.measures = measures
  }

  mutating func add(_ row: ObjectRow) {
    let size = row.source.size
    total.add(size)
    lists[row.list, default: Share()].add(size)
    sizes[SizeClass(size), default: Share()].add(size)
    if !row.notes.isEmpty { noted += 1 }
    audit?.add(row)
    addSlow(row)
    switch row.list {
    case .completed:
      if let proof = row.proof { proofs[proof, default: Share()].add(size) }
      if !row.sent { foundEqual.add(size) }
    case .error: addError(row)
    case .skipped: addReason(row)
    case .pending: if firstPending.count < Self.excerptRows { firstPending.append(row) }
    }
  }

  /// Rows come by key: of those that took as long as each other, the first stay.
  private mutating func addSlow(_ row: ObjectRow) {
    guard row.tries > 0, let startedAt = row.startedAt, let endedAt = row.endedAt else { return }
    let milliseconds = endedAt.millisecondsSinceEpoch - startedAt.millisecondsSinceEpoch
    guard milliseconds > 0, slowest.count < Self.slowestRows || milliseconds > slowest.last?.milliseconds ?? 0
    else { return }
    let place = slowest.firstIndex { $0.milliseconds < milliseconds } ?? slowest.endIndex
    slowest.insert(
      Slow(
        key: row.source.key, size: row.source.size, milliseconds: milliseconds, tries: row.tries,
        list: row.list), at: place)
    if slowest.count > Self.slowestRows { slowest.removeLast() }
  }

  private mutating func addError(_ row: ObjectRow) {
    let errorClass = row.errorClass ?? .failed
    errors[errorClass, default: Share()].add(row.source.size)
    if firstErrors[errorClass, default: []].count < Self.excerptRows {
      firstErrors[errorClass, default: []].append(row)
    }
  }

  private mutating func addReason(_ row: ObjectRow) {
    let isKnown = skipReasons[row.message] != nil || skipReasons.count < Self.reasonLimit
    skipReasons[isKnown ? row.message : Self.otherReasons, default: Share()].add(row.source.size)
  }

  func share(_ list: ListName) -> Share { lists[list] ?? Share() }
}

extension Summary {
  /// The law `total = completed + error + skipped + pending` over the rows, and the ledger's counters agree.
  var isBalanced: Bool {
    let lists = ListName.allCases.reduce(0) { $0 + share($1).objects }
    return total.objects == lists && counted.isBalanced && counted.total == total.objects
      && counted.completed == share(.completed).objects && counted.error == share(.error).objects
      && counted.skipped == share(.skipped).objects && counted.pending == share(.pending).objects
  }

  /// The time of all runs that ended, together.
  var runMilliseconds: Int64 {
    runs.reduce(0) { sum, run in
      guard let endedAt = run.endedAt else { return sum }
      return sum + max(0, endedAt.millisecondsSinceEpoch - run.startedAt.millisecondsSinceEpoch)
    }
  }

  /// MiB that were sent a second; nil where no run ended.
  var mebibytesPerSecond: String? {
    // A MiB a second is 1,048,576 / 1000 bytes a millisecond.
    let (scaled, overflow) = counted.bytesSent.multipliedReportingOverflow(by: 1000)
    let (span, isLong) = runMilliseconds.multipliedReportingOverflow(by: 1 << 20)
    return overflow || isLong ? nil : quotient(scaled, span, decimals: 1)
  }

  /// Completed objects a second; nil where no run ended.
  var objectsPerSecond: String? {
    quotient(
      share(.completed).objects.multipliedReportingOverflow(by: 1000).partialValue, runMilliseconds,
      decimals: 1)
  }
}

/// A span of object sizes, each ten to a thousand times the one before.
enum SizeClass: Int, CaseIterable {
  case empty
  case upTo64KiB
  case upTo1MiB
  case upTo64MiB
  case upTo1GiB
  case above1GiB

  init(_ bytes: Int64) {
    switch bytes {
    case ...0: self = .empty
    case ...(64 << 10): self = .upTo64KiB
    case ...(1 << 20): self = .upTo1MiB
    case ...(64 << 20): self = .upTo64MiB
    case ...(1 << 30): self = .upTo1GiB
    default: self = .above1GiB
    }
  }

  var label: String {
    switch self {
    case .empty: "empty"
    case .upTo64KiB: "up to 64 KiB"
    case .upTo1MiB: "up to 1 MiB"
    case .upTo64MiB: "up to 64 MiB"
    case .upTo1GiB: "up to 1 GiB"
    case .above1GiB: "above 1 GiB"
    }
  }
}

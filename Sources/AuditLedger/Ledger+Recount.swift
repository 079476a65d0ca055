import Checksums
import GRDB
import Glibc

extension Ledger {
  /// Counts everything again from the rows themselves, for the check of the conservation law.
  ///
  /// `total` comes from the inventory, `completed`, `error` and `skipped` from the outcomes of its keys, and `pending`
  /// from the keys without one. A sound ledger gives what `tally()` gives, in one pass over both tables; duplicates and
  /// extra keys are taken from there.
  public func recount() async throws(LedgerError) -> Tally {
    try await reader.perform { db in
      let isOurs = try Self.beginReading(db)
      defer { if isOurs { Self.endReading(db) } }
      var count = Recount()
      try count.read(db)
      let counters = try Self.inventoryTally(on: db)
      var tally = count.tally
      (tally.duplicates, tally.extra) = (counters.duplicates, counters.extra)
      return tally
    }
  }
}

/// Walks the inventory and the outcomes side by side, both in the order of the keys: SQLite would sort the rows to
/// group them, and look up every key.
private struct Recount {
  private(set) var tally = Tally()
  /// Rows of one kind that follow one another.
  private var kind: OutcomeKind?
  private var sum = OutcomeSum()

  mutating func read(_ db: Database) throws {
    let sources = try PreparedStatement(Self.readSources, on: db)
    let outcomes = try PreparedStatement(Self.readOutcomes, on: db)
    var isThere = try outcomes.step()
    while try sources.step() {
      let (key, size) = (sources.rawBytes(0), sources.integer(1))
      tally.total += 1
      try sumUp(&tally.bytesTotal, size)
      var order = isThere ? compare(outcomes.rawBytes(0), key) : 1
      // What is not in the inventory is no object.
      while isThere, order < 0 {
        isThere = try outcomes.step()
        order = isThere ? compare(outcomes.rawBytes(0), key) : 1
      }
      guard order == 0 else {
        tally.pending += 1
        continue
      }
      try add(outcomes, size)
      isThere = try outcomes.step()
    }
    try flush()
  }

  private mutating func add(_ row: PreparedStatement, _ size: Int64) throws {
    let found = OutcomeKind(
      list: try row.word(1, ListName.self), proof: try row.optionalWord(2, Proof.self),
      errorClass: try row.optionalWord(3, ErrorClass.self), isSent: row.integer(4) != 0)
    if found != kind {
      try flush()
      kind = found
    }
    sum.objects += 1
    try sumUp(&sum.bytes, size)
    try sumUp(&sum.bytesSent, row.integer(5))
  }

  private mutating func flush() throws {
    if let kind { try tally.add(kind, sum) }
    sum = OutcomeSum()
  }

  private func compare(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Int {
    guard let start = one.baseAddress, let otherStart = other.baseAddress else {
      return one.count - other.count
    }
    let order = memcmp(start, otherStart, min(one.count, other.count))
    return order != 0 ? Int(order) : one.count - other.count
  }

  private static let readSources = "SELECT key, size FROM source_object ORDER BY key"
  private static let readOutcomes = """
    SELECT key, list, proof, error_class, sent, bytes_sent FROM outcome ORDER BY key
    """
}

/// What the counters tell apart.
struct OutcomeKind: Equatable {
  var list: ListName
  var proof: Proof?
  var errorClass: ErrorClass?
  var isSent: Bool
}

struct OutcomeSum {
  var objects: Int64 = 0
  var bytes: Int64 = 0
  var bytesSent: Int64 = 0
}

extension Tally {
  /// Adds what was counted of one kind; throws `corrupt` where that cannot be.
  mutating func add(_ kind: OutcomeKind, _ sum: OutcomeSum) throws {
    try sumUp(&bytesSent, sum.bytesSent)
    if kind.list != .pending { try sumUp(&bytesEnded, sum.bytes) }
    switch kind.list {
    case .completed:
      guard let proof = kind.proof else { throw Self.unknown("a completed key without a proof") }
      try sumUp(&completed, sum.objects)
      try sumUp(&bytesCompleted, sum.bytes)
      proofs[proof] = try sumOf(proofs[proof] ?? 0, sum.objects)
      if !kind.isSent { try sumUp(&foundEqual, sum.objects) }
    case .error:
      guard let errorClass = kind.errorClass else { throw Self.unknown("an error without a class") }
      try sumUp(&error, sum.objects)
      errors[errorClass] = try sumOf(errors[errorClass] ?? 0, sum.objects)
    case .skipped: try sumUp(&skipped, sum.objects)
    case .pending: try sumUp(&pending, sum.objects)
    }
  }

  private static func unknown(_ what: String) -> LedgerError {
    LedgerError(.corrupt, "the ledger counts \(what); restore a copy")
  }
}

private func sumUp(_ sum: inout Int64, _ more: Int64) throws { sum = try sumOf(sum, more) }

private func sumOf(_ sum: Int64, _ more: Int64) throws -> Int64 {
  let (total, isTooLarge) = sum.addingReportingOverflow(more)
  guard !isTooLarge else { throw LedgerError(.corrupt, "the ledger's counts are too large; restore a copy") }
  return total
}

import Checksums
import GRDB
import ObjectStorage

/// Writes what transfers report, inside a transaction of the caller.
struct TransferRows {
  private let db: Database
  private let newRows = NewRows()
  private let previous: PreparedStatement
  private let change: PreparedStatement
  private let firstOutcome: PreparedStatement
  private let outcome: PreparedStatement
  private let dropEvidence: PreparedStatement
  private let evidence: PreparedStatement
  private let written: PreparedStatement
  private let started: PreparedStatement
  private let wasStarted: PreparedStatement
  private let dropStarted: PreparedStatement
  private let kept: PreparedStatement
  private let counted: PreparedStatement
  private let part: PreparedStatement
  private let abandoned: PreparedStatement
  /// Whether some transfer may be under way; most batches are of objects that begin and end within one.
  private var hasStarted: Bool
  private let isContentMD5Honoured: Int64?

  /// Its statements are the connection's: one of these at a time.
  ///
  /// `finish` has to be called before the transaction ends.
  init(_ db: Database) throws {
    self.db = db
    previous = try PreparedStatement(kept: Self.readPrevious, on: db)
    change = try PreparedStatement(kept: Self.insertChange, on: db)
    firstOutcome = try PreparedStatement(kept: Self.insertOutcome, on: db)
    outcome = try PreparedStatement(kept: Self.upsertOutcome, on: db)
    dropEvidence = try PreparedStatement(kept: Self.deleteEvidence, on: db)
    evidence = try PreparedStatement(kept: Self.insertEvidence, on: db)
    written = try PreparedStatement(kept: Self.upsertWritten, on: db)
    started = try PreparedStatement(kept: Self.upsertStarted, on: db)
    wasStarted = try PreparedStatement(kept: Self.readStarted, on: db)
    dropStarted = try PreparedStatement(kept: Self.deleteStarted, on: db)
    kept = try PreparedStatement(kept: Self.keepOutcome, on: db)
    counted = try PreparedStatement(kept: Self.addCounts, on: db)
    part = try PreparedStatement(kept: Self.insertPart, on: db)
    abandoned = try PreparedStatement(kept: Self.insertAbandoned, on: db)
    let standing = try PreparedStatement(kept: Self.readStanding, on: db)
    defer { standing.reset() }
    _ = try standing.step()
    hasStarted = standing.integer(0) != 0
    isContentMD5Honoured = standing.optionalInteger(1)
  }

  mutating func write(_ entry: CommitGroup.Entry) throws {
    switch entry {
    case .started(let transfer):
      hasStarted = true
      try write(transfer)
    case .forgotten(let transfer):
      try dropStarted.bind(transfer.key.bytes, at: 1)
      try dropStarted.run()
    case .part(let one, let transfer): try write(one, of: transfer)
    case .abandoned(let transfer):
      try abandoned.bind(transfer.destinationKey.bytes, at: 1)
      try abandoned.bind(transfer.upload?.text, at: 2)
      try abandoned.run()
      try write(.forgotten(transfer))
    case .outcome(let object):
      try write(object.outcome)
      try add(object.outcome.counts, to: object.outcome.audit)
    case .kept(let key, let audit, let counts):
      try kept.bind(key.bytes, at: 1)
      try kept.bind(audit, at: 2)
      try kept.run()
      try add(counts, to: audit)
    }
  }

  /// Writes down how many rows came.
  func finish() throws { try newRows.write(to: db) }

  /// Adds to an audit's counts, in the transaction of what they count: a run that is killed counts nothing twice.
  func add(_ counts: AuditCounts, to audit: Int64) throws {
    guard !counts.isEmpty else { return }
    try counted.bind(audit, at: 1)
    try counted.bind(counts.kept, at: 2)
    try counted.bind(counts.objectsRead, at: 3)
    try counted.bind(counts.bytesRead, at: 4)
    try counted.bind(counts.sampled, at: 5)
    try counted.bind(counts.sampledWrong, at: 6)
    try counted.bind(counts.sampledUnjudged, at: 7)
    try counted.run()
  }

  private func write(_ transfer: StartedTransfer) throws {
    try started.bind(transfer.key.bytes, at: 1)
    try started.bind(transfer.destinationKey.bytes, at: 2)
    try started.bind(transfer.source, from: 3)
    try started.bind(transfer.upload?.text, at: 7)
    try started.bind(transfer.startedAt.millisecondsSinceEpoch, at: 8)
    try started.bind(transfer.cut, at: 9)
    try started.bind(transfer.others.map { joinedLines($0.map(\.text)) }, at: 10)
    try started.run()
  }

  /// A part of an upload that is not the key's any more is not written.
  private func write(_ one: StartedPart, of transfer: StartedTransfer) throws {
    try part.bind(transfer.key.bytes, at: 1)
    try part.bind(transfer.upload?.text, at: 2)
    try part.bind(Int64(one.stored.number), at: 3)
    try part.bind(one.range.first, at: 4)
    try part.bind(one.range.length, at: 5)
    try part.bind(one.stored.eTag.text, at: 6)
    try part.bind(StartedPart.text(one.stored.checksums), at: 7)
    try part.bind(StartedPart.text(one.streamed), at: 8)
    try part.bind(StartedPart.text(one.sourceParts), at: 9)
    try part.run()
  }

  private func write(_ outcome: ObjectOutcome) throws {
    let row = OutcomeRow(outcome.resolution)
    if let size = outcome.firstOfSize, try isWrittenFirst(outcome, as: row) {
      newRows.add(row, size: size, bytesSent: outcome.bytesSent)
      return try writeRest(outcome, as: row, attempt: 1)
    }
    let (size, before) = try standing(outcome.key)
    if let before, before.list == .completed, row.list != .completed {
      try recordChange(outcome.key, attempt: before.attempts, to: row)
    }
    let attempt = (before?.attempts ?? 0) + 1
    try write(outcome, as: row, attempt: attempt, before: before)
    if before == nil { newRows.add(row, size: size, bytesSent: outcome.bytesSent) }
    if before != nil { try forgetEvidence(outcome.key) }
    try writeRest(outcome, as: row, attempt: attempt)
  }

  /// Writes an outcome that is said to be its key's first; false where the key has one.
  private func isWrittenFirst(_ outcome: ObjectOutcome, as row: OutcomeRow) throws -> Bool {
    do {
      try write(outcome, as: row, attempt: 1, before: nil)
      return true
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY {
      return false
    }
  }

  private func writeRest(_ outcome: ObjectOutcome, as row: OutcomeRow, attempt: Int64) throws {
    try writeEvidence(outcome)
    try writeWritten(outcome, as: row, attempt: attempt)
    // An audit looks and sends nothing: what a stopped transfer may have left is still to be settled.
    guard outcome.audit == 0, hasStarted else { return }
    try dropStarted.bind(outcome.key.bytes, at: 1)
    try dropStarted.run()
  }

  private struct Previous {
    var list: ListName
    var attempts: Int64
    var tries: Int64
    var bytesSent: Int64
  }

  /// The size of a key in the inventory, and how it ended before; throws for a key that was never listed.
  private func standing(_ key: ObjectKey) throws -> (size: Int64, before: Previous?) {
    try previous.bind(key.bytes, at: 1)
    defer { previous.reset() }
    guard try previous.step() else { throw NewRows.unlisted(key) }
    let size = previous.integer(0)
    guard !previous.isNull(1) else { return (size, nil) }
    return (
      size,
      Previous(
        list: try previous.word(1, ListName.self), attempts: previous.integer(2), tries: previous.integer(3),
        bytesSent: previous.integer(4))
    )
  }

  private func recordChange(_ key: ObjectKey, attempt: Int64, to row: OutcomeRow) throws {
    try change.bind(key.bytes, at: 1)
    try change.bind(attempt, at: 2)
    try change.bind(ListName.completed.rawValue, at: 3)
    try change.bind(row.list.rawValue, at: 4)
    try change.bind("\(row.errorClass?.rawValue ?? row.list.rawValue): \(row.message)", at: 5)
    try change.run()
  }

  private func write(
    _ outcome: ObjectOutcome, as row: OutcomeRow, attempt: Int64, before: Previous?
  ) throws {
    let statement = before == nil ? firstOutcome : self.outcome
    try statement.bind(outcome.key.bytes, at: 1)
    try statement.bind(outcome.destinationKey.bytes, at: 2)
    try row.bind(to: statement, from: 3)
    try statement.bind(attempt, at: 9)
    try statement.bind((before?.tries ?? 0) + Int64(outcome.tries), at: 10)
    try statement.bind((before?.bytesSent ?? 0) + outcome.bytesSent, at: 11)
    try statement.bind(outcome.startedAt.millisecondsSinceEpoch, at: 12)
    try statement.bind(outcome.endedAt.millisecondsSinceEpoch, at: 13)
    try statement.bind(outcome.destination, from: 14)
    try statement.bind(joinedLines(outcome.requestIDs), at: 18)
    try statement.bind(joinedLines(outcome.notes), at: 19)
    let provenAt = outcome.provenAt ?? outcome.endedAt
    try statement.bind(row.list == .completed ? provenAt.millisecondsSinceEpoch : nil, at: 20)
    try statement.bind(outcome.source, from: 21)
    try statement.bind(outcome.audit, at: 25)
    try statement.bind(outcome.metadata?.column, at: 26)
    try statement.bind(outcome.aside?.column, at: 27)
    try statement.bind(outcome.overwrote, at: 28)
    try statement.run()
  }

  private func forgetEvidence(_ key: ObjectKey) throws {
    try dropEvidence.bind(key.bytes, at: 1)
    try dropEvidence.run()
  }

  private func writeEvidence(_ outcome: ObjectOutcome) throws {
    guard !outcome.evidence.isEmpty else { return }
    var text = TextWriter(capacity: 1024)
    EvidenceText.write(outcome.evidence, to: &text)
    try evidence.bind(outcome.key.bytes, at: 1)
    try evidence.bind(borrowedText: UnsafeRawBufferPointer(text.bytes), at: 2)
    var (isTold, isImported) = (false, false)
    // By their places: a copy of each would count references.
    for index in outcome.evidence.indices {
      isTold = isTold || Self.isTold(outcome.evidence[index])
      isImported = isImported || outcome.evidence[index].origin == .imported
    }
    try evidence.bind(isTold ? 1 : 0, at: 3)
    try evidence.bind(isImported ? 1 : 0, at: 4)
    try evidence.run()
  }

  /// Whether it is a digest of the whole object that the source's store computed.
  private static func isTold(_ item: Evidence) -> Bool {
    item.side == .source && (item.origin == .listed || item.origin == .reported)
      && item.checksum.partCount == nil
  }

  /// Keeps the destination's generation where it is known to be ours.
  ///
  /// | resolution | ours when |
  /// | --- | --- |
  /// | completed | it was sent |
  /// | error(conflict) | never: somebody else's bytes stand there |
  /// | error(any other) | bytes were sent, or the transfer had started (an empty object sends none) |
  /// | skipped | never |
  private func writeWritten(_ outcome: ObjectOutcome, as row: OutcomeRow, attempt: Int64) throws {
    guard let destination = outcome.destination else { return }
    let isOurs =
      switch outcome.resolution {
      case .completed(_, _, let sent): sent
      case .error(.conflict, _), .skipped: false
      case .error: try outcome.bytesSent > 0 || isStarted(outcome.key)
      }
    guard isOurs else { return }
    try written.bind(outcome.key.bytes, at: 1)
    try written.bind(attempt, at: 2)
    try written.bind(destination, from: 3)
    try written.bind(outcome.endedAt.millisecondsSinceEpoch, at: 7)
    try written.bind(isContentMD5Honoured, at: 8)
    try written.run()
  }

  private func isStarted(_ key: ObjectKey) throws -> Bool {
    guard hasStarted else { return false }
    try wasStarted.bind(key.bytes, at: 1)
    defer { wasStarted.reset() }
    return try wasStarted.step()
  }
}

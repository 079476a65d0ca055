import Checksums
import GRDB
import ObjectStorage

/// Writes the ends of objects inside one transaction.
struct OutcomeWriter {
  private let outcome: HotStatement
  private let evidence: HotStatement
  private let dropEvidence: HotStatement
  private let started: HotStatement
  private let dropStarted: HotStatement

  init(_ db: Database) throws {
    outcome = try HotStatement(db, Self.outcomeSQL)
    evidence = try HotStatement(db, Self.evidenceSQL)
    dropEvidence = try HotStatement(db, "DELETE FROM evidence WHERE key = ?")
    started = try HotStatement(db, Self.startedSQL)
    dropStarted = try HotStatement(db, "DELETE FROM started WHERE key = ?")
  }

  func write(_ write: DurableWrite) throws {
    switch write {
    case .outcome(let ended): try self.write(ended)
    case .started(let transfer): try self.write(transfer)
    case .forget(let key): try dropStarted.execute([.blob(key.bytes)])
    }
  }

  private func write(_ ended: ObjectOutcome) throws {
    let (list, proof, errorClass, message, sent) = columns(ended.resolution)
    let changed = try outcome.execute([
      .text(list.rawValue), .text(proof?.rawValue), .text(errorClass?.rawValue), .text(message),
      .integer(sent ? 1 : 0), .integer(Int64(ended.tries)), .integer(ended.bytesSent),
      .integer(ended.startedAt.millisecondsSinceEpoch), .integer(ended.endedAt.millisecondsSinceEpoch),
      .text(ended.destination?.eTag?.text), .text(ended.destination?.versionID),
      .integer(ended.destination?.size),
      .integer(ended.destination?.lastModifiedAt?.millisecondsSinceEpoch),
      .text(ended.requestIDs.joined(separator: "\n")), .text(ended.notes.joined(separator: "\n")),
      .blob(ended.key.bytes),
    ])
    guard changed == 1 else {
      throw LedgerError(
        .failed, "the ledger has no open row for key \(ended.key.shown); nothing was written for it")
    }
    try dropEvidence.execute([.blob(ended.key.bytes)])
    for (ordinal, row) in ended.evidence.enumerated() { try write(row, of: ended.key, ordinal) }
    try dropStarted.execute([.blob(ended.key.bytes)])
  }

  private func write(_ row: Evidence, of key: ObjectKey, _ ordinal: Int) throws {
    try evidence.execute([
      .blob(key.bytes), .integer(Int64(ordinal)), .text(row.side.rawValue), .text(row.origin.rawValue),
      .text(row.checksum.algorithm.rawValue), .blob(row.checksum.bytes),
      .integer(row.checksum.partCount.map { Int64($0) }), .text(row.generation.eTag?.text),
      .text(row.generation.versionID), .integer(row.generation.size),
      .integer(row.generation.lastModifiedAt?.millisecondsSinceEpoch),
      .integer(row.observedAt.millisecondsSinceEpoch),
    ])
  }

  private func write(_ transfer: StartedTransfer) throws {
    try started.execute([
      .blob(transfer.key.bytes), .blob(transfer.destinationKey.bytes), .text(transfer.source.eTag?.text),
      .text(transfer.source.versionID), .integer(transfer.source.size),
      .integer(transfer.source.lastModifiedAt?.millisecondsSinceEpoch), .text(transfer.upload?.text),
      .integer(transfer.startedAt.millisecondsSinceEpoch),
    ])
  }

  private func columns(
    _ resolution: Resolution
  ) -> (ListName, Proof?, ErrorClass?, message: String, sent: Bool) {
    switch resolution {
    case .completed(let proof, _, let sent): (.completed, proof, nil, "", sent)
    case .error(let errorClass, let message): (.error, nil, errorClass, message, false)
    case .skipped(let reason): (.skipped, nil, nil, reason, false)
    }
  }

  // What an earlier attempt wrote at the destination stays known until a later one writes something else there.
  private static let outcomeSQL = """
    UPDATE outcome SET list = ?1, proof = ?2, error_class = ?3, message = ?4, sent = ?5, attempts = attempts + ?6,
      bytes_sent = bytes_sent + ?7, started_at = ?8, ended_at = ?9,
      destination_etag = coalesce(?10, destination_etag),
      destination_version_id = iif(?10 IS NULL, destination_version_id, ?11),
      destination_size = iif(?10 IS NULL, destination_size, ?12),
      destination_last_modified_at = iif(?10 IS NULL, destination_last_modified_at, ?13),
      request_ids = ?14, notes = ?15
    WHERE key = ?16 AND list <> 'completed'
    """

  private static let evidenceSQL = "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

  private static let startedSQL = "INSERT OR REPLACE INTO started VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
}

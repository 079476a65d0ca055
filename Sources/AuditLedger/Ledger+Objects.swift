import Checksums
import GRDB
public import ObjectStorage

extension Ledger {
  /// Gives every object of a list, or of all four, to the body: in the order of the key bytes, as they stood when
  /// the call began, in constant memory.
  ///
  /// Ends with the body's error where it throws.
  public func forEachObject(
    in list: ListName?, isolation: isolated (any Actor)? = #isolation, _ body: (ObjectRow) throws -> Void
  ) async throws {
    guard !isSnapshot else {
      return try await Self.forEach(list, in: ObjectSnapshot(connection: reader), body)
    }
    let snapshot = try await ObjectSnapshot.begin(path)
    do {
      try await Self.forEach(list, in: snapshot, body)
    } catch {
      await snapshot.end()
      throw error
    }
    await snapshot.end()
  }

  private static func forEach(
    _ list: ListName?, in snapshot: ObjectSnapshot, isolation: isolated (any Actor)? = #isolation,
    _ body: (ObjectRow) throws -> Void
  ) async throws {
    var next = try await snapshot.page(list, after: nil).value
    while var rest = next.take() {
      // The next rows are read while these are written.
      let following = snapshot.page(list, after: rest.first?.source.key)
      // Taken out one by one: a copy of a row would count a reference to each of its texts.
      while let row = rest.popLast() { try body(row) }
      next = try await following.value
    }
  }

  /// The evidence that the latest outcome of a key rests on.
  public func evidence(of key: ObjectKey) async throws(LedgerError) -> [Evidence] {
    try await reader.perform { db in
      let statement = try PreparedStatement(ObjectSnapshot.readEvidence, on: db)
      try statement.bind(key.bytes, at: 1)
      try statement.bind(key.bytes, at: 2)
      return try statement.step() ? try ObjectSnapshot.evidence(statement, 1) : []
    }
  }
}

extension Ledger {
  /// The statements that go through millions of rows in the order of the key; none of them may sort.
  static var orderedReadings: [String] {
    let lists = ([nil] + ListName.allCases).map { ObjectSnapshot.sql(for: $0) }
    let inventories = Side.allCases.map { readListed($0) }
    return lists + inventories + [
      ObjectSnapshot.readEvidence, readWork, readFirstWork, readUndecided, readAuditPairs,
    ]
      + [readFiltered, readErrorRows, readPlanRows, readChanged]
  }
}

/// A connection that sees the ledger as it was at one instant, however long the reading takes.
private struct ObjectSnapshot {
  let connection: LedgerConnection
  private static let pageRows: Int64 = 500

  static func begin(_ path: String) async throws(LedgerError) -> ObjectSnapshot {
    ObjectSnapshot(connection: try await LedgerConnection.snapshot(path))
  }

  func end() async { await connection.close() }

  /// The next rows, the last of them first; nil at the end.
  func page(_ list: ListName?, after: ObjectKey?) -> LedgerAccess<[ObjectRow]?> {
    connection.begin { db in
      var rows = try Self.rows(list, after: after, on: db)
      guard let first = rows.first?.source.key, let last = rows.last?.source.key else { return nil }
      try Self.merge(evidenceFrom: first, through: last, into: &rows, on: db)
      rows.withUnsafeMutableBufferPointer { rows in
        // Moves them, where `reverse` copies.
        for index in 0..<rows.count / 2 { rows.swapAt(index, rows.count - 1 - index) }
      }
      return rows
    }
  }

  private static func rows(_ list: ListName?, after: ObjectKey?, on db: Database) throws -> [ObjectRow] {
    let statement = try PreparedStatement(kept: sql(for: list), on: db)
    defer { statement.reset() }
    // The empty key comes first of all: only a page that nothing precedes may hold it.
    try statement.bind(after?.bytes ?? [], at: 1)
    try statement.bind(after == nil ? 1 : 0, at: 2)
    try statement.bind(pageRows, at: 3)
    var rows: [ObjectRow] = []
    while try statement.step() { rows.append(try row(statement)) }
    return rows
  }

  private static func row(_ statement: PreparedStatement) throws -> ObjectRow {
    let source = statement.listedObject(from: 0)
    return ObjectRow(
      source: source, destinationKey: statement.isNull(6) ? source.key : statement.key(6),
      list: try statement.optionalWord(7, ListName.self) ?? .pending,
      proof: try statement.optionalWord(8, Proof.self),
      errorClass: try statement.optionalWord(9, ErrorClass.self), message: statement.text(10) ?? "",
      sent: statement.integer(11) != 0, attempts: Int(statement.integer(12)),
      bytesSent: statement.integer(13),
      startedAt: statement.timestamp(14), endedAt: statement.timestamp(15),
      destination: statement.generation(from: 16), evidence: [],
      requestIDs: splitLines(statement.text(20) ?? ""), notes: splitLines(statement.text(21) ?? ""),
      provenAt: statement.timestamp(22), metadata: statement.text(23).map { MetadataVerdict(column: $0) },
      proofAlgorithm: try statement.optionalWord(24, ChecksumAlgorithm.self),
      tries: Int(statement.integer(25)), overwrote: statement.text(26), judged: statement.generation(from: 27)
    )
  }

  /// Walks the evidence of a span of keys beside the rows; both are in the order of the keys.
  private static func merge(
    evidenceFrom first: ObjectKey, through last: ObjectKey, into rows: inout [ObjectRow], on db: Database
  ) throws {
    let statement = try PreparedStatement(kept: readEvidence, on: db)
    defer { statement.reset() }
    try statement.bind(first.bytes, at: 1)
    try statement.bind(last.bytes, at: 2)
    var index = rows.startIndex
    while try statement.step() {
      let key = statement.key(0)
      while index < rows.endIndex, rows[index].source.key < key { index += 1 }
      guard index < rows.endIndex else { return }
      if rows[index].source.key == key { rows[index].evidence = try evidence(statement, 1) }
    }
  }

  static func evidence(_ statement: PreparedStatement, _ column: Int32) throws -> [Evidence] {
    guard let evidence = EvidenceText.read(statement.rawText(column)) else {
      throw LedgerError(.corrupt, "the ledger holds an unreadable digest; restore a copy")
    }
    return evidence
  }

  static func sql(for list: ListName?) -> String {
    switch list {
    case nil: readAll
    case .completed: readCompleted
    case .error: readErrors
    case .skipped: readSkipped
    case .pending: readPending
    }
  }

  private static let columns = """
    source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
    ifnull(outcome.destination_key, (SELECT destination_key FROM decision WHERE key = source.key)),
    outcome.list, outcome.proof, outcome.error_class, outcome.message, outcome.sent, outcome.attempts,
    outcome.bytes_sent, outcome.started_at, outcome.ended_at, outcome.etag, outcome.version_id,
    outcome.size, outcome.modified_at, outcome.request_ids, outcome.notes,
    outcome.proven_at, outcome.metadata, outcome.proof_algorithm, outcome.tries, outcome.overwrote,
    outcome.source_etag, outcome.source_version_id, outcome.source_size, outcome.source_modified_at
    """
  private static let fromSource = """
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key
    """
  private static let fromOutcome = """
    FROM outcome CROSS JOIN source_object AS source ON source.key = outcome.key
    """
  private static let readAll = """
    SELECT \(columns) \(fromSource)
    WHERE source.key >= ?1 AND (?2 OR source.key > ?1) ORDER BY source.key LIMIT ?3
    """
  private static let readPending = """
    SELECT \(columns) \(fromSource)
    WHERE source.key >= ?1 AND (?2 OR source.key > ?1) AND (outcome.key IS NULL OR outcome.list = 'pending')
    ORDER BY source.key LIMIT ?3
    """
  private static let readCompleted = """
    SELECT \(columns) \(fromOutcome)
    WHERE outcome.key >= ?1 AND (?2 OR outcome.key > ?1) AND outcome.list = 'completed'
    ORDER BY outcome.key LIMIT ?3
    """
  private static let readErrors = """
    SELECT \(columns) \(fromOutcome)
    WHERE outcome.key >= ?1 AND (?2 OR outcome.key > ?1) AND outcome.list = 'error'
    ORDER BY outcome.key LIMIT ?3
    """
  private static let readSkipped = """
    SELECT \(columns) \(fromOutcome)
    WHERE outcome.key >= ?1 AND (?2 OR outcome.key > ?1) AND outcome.list = 'skipped'
    ORDER BY outcome.key LIMIT ?3
    """
  static let readEvidence = """
    SELECT key, digests FROM key_evidence WHERE key >= ?1 AND key <= ?2 ORDER BY key
    """
}

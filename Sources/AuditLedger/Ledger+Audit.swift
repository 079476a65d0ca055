import GRDB
public import ObjectStorage

extension Ledger {
  /// Begins an audit, or goes on with the last one where it was stopped and asked for the same.
  ///
  /// Unless `takingInventories`, an audit that begins lists both sides again: `inventoryState` then says where
  /// that stands.
  public func beginAudit(
    _ settings: AuditSettings, takingInventories: Bool, at: Timestamp
  ) async throws(LedgerError) -> AuditRecord {
    let last = try await audits().last
    if let last, last.endedAt == nil, Self.isSame(last.settings, settings) { return last }
    return try await writing().connection.write(durable: true) { db in
      if !takingInventories, try Int64.fetchOne(db, sql: Self.countIncomplete) == 0 {
        try self.relist(on: db)
      }
      try db.execute(
        sql: Self.insertAudit,
        arguments: [
          at.millisecondsSinceEpoch, settings.reading, settings.required, settings.sample?.text ?? "",
          settings.sample?.from, settings.sample?.to,
        ])
      return AuditRecord(id: db.lastInsertedRowID, settings: settings, startedAt: at)
    }
  }

  /// The window of a sample has moved on by the time that an audit goes on; what was asked for is what counts.
  private static func isSame(_ one: AuditSettings, _ other: AuditSettings) -> Bool {
    one.reading == other.reading && one.required == other.required && one.sample?.text == other.sample?.text
  }

  /// Every audit, oldest first.
  public func audits() async throws(LedgerError) -> [AuditRecord] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readAudits, on: db)
      var records: [AuditRecord] = []
      while try statement.step() { records.append(Self.audit(statement)) }
      return records
    }
  }

  private static func audit(_ statement: PreparedStatement) -> AuditRecord {
    var settings = AuditSettings(reading: statement.text(3) ?? "", required: statement.text(4) ?? "")
    if let from = statement.optionalInteger(6), let to = statement.optionalInteger(7) {
      settings.sample = SampleWindow(text: statement.text(5) ?? "", from: from, to: to)
    }
    var counts = AuditCounts()
    counts.kept = statement.integer(8)
    counts.objectsRead = statement.integer(9)
    counts.bytesRead = statement.integer(10)
    counts.sampled = statement.integer(11)
    counts.sampledWrong = statement.integer(12)
    return AuditRecord(
      id: statement.integer(0), settings: settings,
      startedAt: Timestamp(millisecondsSinceEpoch: statement.integer(1)), endedAt: statement.timestamp(2),
      counts: counts)
  }

  /// Keys after another one that the audit has not settled, in key order.
  public func auditPairs(
    _ audit: Int64, after: ObjectKey?, limit: Int,
    destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [AuditPair] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readAuditPairs, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(audit, at: 3)
      try statement.bind(Int64(limit), at: 4)
      var pairs: [AuditPair] = []
      while try statement.step() { pairs.append(try Self.pair(statement, destinationKey)) }
      let found = try Self.destinationObjects(pairs.map(\.destinationKey), on: db)
      for (index, object) in found.enumerated() { pairs[index].destination = object }
      return pairs
    }
  }

  private static func pair(
    _ statement: PreparedStatement, _ destinationKey: (ObjectKey) -> ObjectKey
  ) throws -> AuditPair {
    let source = statement.listedObject(from: 0)
    var earlier: EarlierProof?
    if let proof = try statement.optionalWord(8, Proof.self), let proven = statement.generation(from: 10),
      let there = statement.generation(from: 14)
    {
      earlier = EarlierProof(
        proof: proof, provenAt: statement.timestamp(9), source: proven, destination: there,
        sourceHadDigest: statement.integer(18) != 0)
    }
    let action = statement.text(7)
    return AuditPair(
      source: source, sourceIsThere: statement.integer(6) != 0, destinationKey: destinationKey(source.key),
      destination: nil, earlier: earlier,
      isExcluded: action == DecisionAction.skip(reason: "").name
        || action == DecisionAction.refuse(.failed, reason: "").name)
  }

  /// Settles keys of an audit in one transaction: new outcomes, and keys whose earlier outcome stands.
  ///
  /// Keys that the plan has not decided get their decision: to copy what the destination lacks, to compare the rest.
  public func settle(
    _ outcomes: [ObjectOutcome], standing: [ObjectKey], pairs: [AuditPair], audit: Int64
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(Self.decideIfOpen, on: db)
      for pair in pairs where !pair.isExcluded {
        try decision.bind(pair.source.key.bytes, at: 1)
        try decision.bind(pair.destinationKey.bytes, at: 2)
        let action = pair.destination == nil ? DecisionAction.copy : .compare
        try decision.bind(action.name, at: 3)
        try decision.bind(pair.destination == nil ? 0 : 1, at: 4)
        try decision.run()
      }
      let stand = try PreparedStatement(Self.keepOutcome, on: db)
      for key in standing {
        try stand.bind(key.bytes, at: 1)
        try stand.bind(audit, at: 2)
        try stand.run()
      }
      let rows = try TransferRows(db)
      for outcome in outcomes { try rows.write(.outcome(outcome)) }
    }
  }

  /// Stores the keys that only the destination's latest listing names.
  public func replaceExtras(
    audit: Int64, sourceKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.forgetExtras)
      let destination = try PreparedStatement(Self.readDestinationKeys, on: db)
      let source = try PreparedStatement(Self.readSourceKey, on: db)
      let insert = try PreparedStatement(Self.insertExtra, on: db)
      while try destination.step() {
        let key = destination.key(0)
        try source.bind(sourceKey(key).bytes, at: 1)
        defer { source.reset() }
        guard try !source.step() else { continue }
        try insert.bind(key.bytes, at: 1)
        try insert.bind(destination.integer(1), at: 2)
        try insert.bind(audit, at: 3)
        try insert.run()
      }
    }
  }

  /// Sets the window of an audit's sample.
  public func setSample(_ window: SampleWindow, of audit: Int64) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateSample, arguments: [window.from, window.to, audit])
    }
  }

  /// Ends an audit with its counts.
  public func endAudit(_ id: Int64, _ counts: AuditCounts, at: Timestamp) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(
        sql: Self.updateAudit,
        arguments: [
          at.millisecondsSinceEpoch, counts.kept, counts.objectsRead, counts.bytesRead, counts.sampled,
          counts.sampledWrong, id,
        ])
    }
  }

  /// Gives the keys of the latest audit that only the destination has, in key order, with their sizes in bytes.
  public func extras(after: ObjectKey?, limit: Int) async throws(LedgerError) -> [ListedObject] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readExtras, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var objects: [ListedObject] = []
      while try statement.step() {
        objects.append(ListedObject(key: statement.key(0), size: statement.integer(1)))
      }
      return objects
    }
  }

  private static let countIncomplete = "SELECT count(*) FROM listing WHERE complete = 0"
  private static let insertAudit = """
    INSERT INTO audit (started_at, reading, required, sample_text, sample_from, sample_to)
    VALUES (?, ?, ?, ?, ?, ?)
    """
  private static let readAudits = """
    SELECT id, started_at, ended_at, reading, required, sample_text, sample_from, sample_to,
      kept, objects_read, bytes_read, sampled, sampled_wrong FROM audit ORDER BY id
    """
  static let readAuditPairs = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      source.listing = (SELECT number FROM listing WHERE side = 'source'), decision.action,
      outcome.proof, outcome.proven_at,
      outcome.source_etag, outcome.source_version_id, outcome.source_size, outcome.source_modified_at,
      outcome.etag, outcome.version_id, outcome.size, outcome.modified_at,
      outcome.proof <> 'streamed' OR EXISTS (
        SELECT 1 FROM evidence WHERE evidence.key = source.key AND side = 'source'
          AND origin IN ('listed', 'reported') AND part_count IS NULL)
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key
    LEFT JOIN decision ON decision.key = source.key
    WHERE source.key >= ?1 AND (?2 OR source.key > ?1) AND ifnull(outcome.audit, 0) < ?3
    ORDER BY source.key LIMIT ?4
    """
  private static let decideIfOpen = """
    INSERT INTO decision (key, destination_key, action, reason, found) VALUES (?1, ?2, ?3, '', ?4)
    ON CONFLICT (key) DO NOTHING
    """
  private static let keepOutcome = "UPDATE outcome SET audit = ?2 WHERE key = ?1"
  private static let forgetExtras = "DELETE FROM extra_object"
  private static let readDestinationKeys = """
    SELECT key, size FROM destination_object
    WHERE listing = (SELECT number FROM listing WHERE side = 'destination') ORDER BY key
    """
  private static let readSourceKey = "SELECT 1 FROM source_object WHERE key = ?"
  private static let insertExtra = "INSERT INTO extra_object (key, size, audit) VALUES (?, ?, ?)"
  private static let updateSample = "UPDATE audit SET sample_from = ?, sample_to = ? WHERE id = ?"
  private static let updateAudit = """
    UPDATE audit SET ended_at = ?, kept = ?, objects_read = ?, bytes_read = ?, sampled = ?, sampled_wrong = ?
    WHERE id = ?
    """
  private static let readExtras = """
    SELECT key, size FROM extra_object WHERE key >= ?1 AND (?2 OR key > ?1) ORDER BY key LIMIT ?3
    """
}

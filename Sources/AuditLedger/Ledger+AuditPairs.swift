import GRDB
public import ObjectStorage

extension Ledger {
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
        sourceHadDigest: statement.integer(18) != 0, restsOnImported: statement.integer(19) != 0)
    }
    let action = statement.text(7)
    return AuditPair(
      source: source, sourceIsThere: statement.integer(6) != 0, destinationKey: destinationKey(source.key),
      destination: nil, earlier: earlier, written: statement.writtenCopy(from: 20),
      isExcluded: action == DecisionAction.skip(reason: "").name
        || action == DecisionAction.refuse(.failed, reason: "").name,
      list: try statement.optionalWord(25, ListName.self), isFiltered: statement.integer(26) != 0)
  }

  /// Settles keys of an audit in one transaction: new outcomes, keys whose earlier outcome stands, and what that
  /// adds to the audit's counts.
  ///
  /// Keys that the plan has not decided get their decision: to copy what the destination lacks, to compare the rest.
  public func settle(
    _ outcomes: [ObjectOutcome], standing: [ObjectKey], pairs: [AuditPair], audit: Int64,
    counts: AuditCounts = AuditCounts()
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(Self.decideIfOpen, on: db)
      let newRows = NewRows()
      for pair in pairs where !pair.isExcluded {
        try decision.bind(pair.source.key.bytes, at: 1)
        try decision.bind(pair.destinationKey.bytes, at: 2)
        let action = pair.destination == nil ? DecisionAction.copy : .compare
        try decision.bind(action.name, at: 3)
        try decision.bind(pair.destination == nil ? 0 : 1, at: 4)
        if try decision.run() > 0 { newRows.add(action, isFound: pair.destination != nil) }
      }
      var rows = try TransferRows(db)
      for key in standing { try rows.write(.kept(key, audit: audit, AuditCounts())) }
      for outcome in outcomes { try rows.write(.outcome(EndedObject(outcome))) }
      try rows.add(counts, to: audit)
      try rows.finish()
      try newRows.write(to: db)
    }
  }

  /// Records that what was said of a key before holds, and what that adds to the audit's counts.
  public func keep(_ key: ObjectKey, audit: Int64, counts: AuditCounts) async throws(LedgerError) {
    try await writing().group.commit(.kept(key, audit: audit, counts))
  }

  /// Stores the keys that only the destination's latest listing names, all but those that a filter leaves out, which
  /// are counted.
  public func replaceExtras(
    audit: Int64, sourceKey: @escaping @Sendable (ObjectKey) -> ObjectKey,
    isExcluded: @escaping @Sendable (ListedObject) -> Bool = { _ in false }
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.forgetExtras)
      let destination = try PreparedStatement(Self.readDestinationKeys, on: db)
      let source = try PreparedStatement(Self.readSourceKey, on: db)
      let insert = try PreparedStatement(Self.insertExtra, on: db)
      var excluded: Int64 = 0
      while try destination.step() {
        let object = destination.listedObject(from: 0)
        try source.bind(sourceKey(object.key).bytes, at: 1)
        defer { source.reset() }
        guard try !source.step() else { continue }
        guard !isExcluded(object) else {
          excluded += 1
          continue
        }
        try insert.bind(object.key.bytes, at: 1)
        try insert.bind(object.size, at: 2)
        try insert.bind(audit, at: 3)
        try insert.run()
      }
      try db.execute(sql: Self.countExcludedExtras, arguments: [excluded, audit])
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

  static let readAuditPairs = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      source.listing = (SELECT number FROM listing WHERE side = 'source'), decision.action,
      outcome.proof, outcome.proven_at,
      outcome.source_etag, outcome.source_version_id, outcome.source_size, outcome.source_modified_at,
      outcome.etag, outcome.version_id, outcome.size, outcome.modified_at,
      outcome.proof <> 'streamed' OR ifnull(key_evidence.source_told, 0), ifnull(key_evidence.has_imported, 0),
      written.etag, written.version_id, written.size, written.modified_at, written.content_md5_checked,
      outcome.list, decision.filter_run IS NOT NULL
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key
    LEFT JOIN decision ON decision.key = source.key
    LEFT JOIN key_evidence ON key_evidence.key = source.key
    LEFT JOIN written ON written.key = source.key
      AND written.attempt = (SELECT max(attempt) FROM written WHERE key = source.key)
    WHERE source.key >= ?1 AND (?2 OR source.key > ?1) AND ifnull(outcome.audit, 0) < ?3
    ORDER BY source.key LIMIT ?4
    """
  private static let decideIfOpen = """
    INSERT INTO decision (key, destination_key, action, reason, found) VALUES (?1, ?2, ?3, '', ?4)
    ON CONFLICT (key) DO NOTHING
    """
  private static let forgetExtras = "DELETE FROM extra_object"
  private static let readDestinationKeys = """
    SELECT key, size, etag, modified_at, storage_class, object_type FROM destination_object
    WHERE listing = (SELECT number FROM listing WHERE side = 'destination') ORDER BY key
    """
  private static let countExcludedExtras = "UPDATE audit SET excluded_extra = ? WHERE id = ?"
  private static let readSourceKey = "SELECT 1 FROM source_object WHERE key = ?"
  private static let insertExtra = "INSERT INTO extra_object (key, size, audit) VALUES (?, ?, ?)"
  private static let readExtras = """
    SELECT key, size FROM extra_object WHERE key >= ?1 AND (?2 OR key > ?1) ORDER BY key LIMIT ?3
    """
}

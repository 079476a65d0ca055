import GRDB
public import ObjectStorage

extension Ledger {
  /// Begins an audit, or goes on with the last one where it was stopped and asked for the same.
  ///
  /// Unless inventories are taken, an audit that begins lists both sides again: `inventoryState` then says where
  /// that stands. An audit whose listing is more than a day old is not gone on with: what it says would be past.
  public func beginAudit(_ settings: AuditSettings, at: Timestamp) async throws(LedgerError) -> AuditRecord {
    let isOld = settings.takesInventories ? false : try await listingsAreOld(at)
    if !isOld, let last = try await resumable(settings) { return last }
    return try await writing().connection.write(durable: true) { db in
      let isComplete = try Int64.fetchOne(db, sql: Self.countIncomplete) == 0
      if !settings.takesInventories, isOld || isComplete { try self.relist(on: db) }
      try db.execute(
        sql: Self.insertAudit,
        arguments: [
          at.millisecondsSinceEpoch, settings.reading, settings.required, settings.sample?.text ?? "",
          settings.sample?.from, settings.sample?.to, settings.acceptsImported, settings.comparesMetadata,
          settings.comparesTags, settings.distrustsETags, settings.takesInventories, settings.filters,
        ])
      return AuditRecord(id: db.lastInsertedRowID, settings: settings, startedAt: at)
    }
  }

  /// The last audit, where it was stopped and asked for the same.
  private func resumable(_ settings: AuditSettings) async throws(LedgerError) -> AuditRecord? {
    guard let last = try await audits().last, last.endedAt == nil, last.settings.asksTheSame(as: settings)
    else { return nil }
    // Audits of version 2 did not write down all that they were asked for.
    let isWhole = try await reader.perform { db in
      try Bool.fetchOne(db, sql: Self.readIsWhole, arguments: [last.id]) ?? false
    }
    return isWhole ? last : nil
  }

  private static let day: Int64 = 86_400_000

  /// Whether a side's listing began more than a day ago, or at a time that is not known.
  private func listingsAreOld(_ now: Timestamp) async throws(LedgerError) -> Bool {
    let earliest = now.millisecondsSinceEpoch.subtractingReportingOverflow(Self.day).partialValue
    return try await reader.perform { db in
      try Int64.fetchOne(db, sql: Self.countOldListings, arguments: [earliest]) ?? 0 > 0
    }
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
    var settings = AuditSettings(
      reading: statement.text(3) ?? "", required: statement.text(4) ?? "",
      acceptsImported: statement.integer(8) != 0, comparesMetadata: statement.integer(9) != 0,
      comparesTags: statement.integer(10) != 0, distrustsETags: statement.integer(11) != 0,
      takesInventories: statement.integer(12) != 0, filters: statement.text(21) ?? "")
    if let from = statement.optionalInteger(6), let to = statement.optionalInteger(7) {
      settings.sample = SampleWindow(text: statement.text(5) ?? "", from: from, to: to)
    }
    var counts = AuditCounts()
    counts.kept = statement.integer(13)
    counts.objectsRead = statement.integer(14)
    counts.bytesRead = statement.integer(15)
    counts.sampled = statement.integer(16)
    counts.sampledWrong = statement.integer(17)
    counts.sampledUnjudged = statement.integer(18)
    counts.excluded = statement.integer(22)
    counts.excludedExtra = statement.integer(23)
    return AuditRecord(
      id: statement.integer(0), settings: settings,
      startedAt: Timestamp(millisecondsSinceEpoch: statement.integer(1)), endedAt: statement.timestamp(2),
      sourceListedAt: statement.timestamp(19), destinationListedAt: statement.timestamp(20), counts: counts)
  }

  /// Sets the window of an audit's sample.
  public func setSample(_ window: SampleWindow, of audit: Int64) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateSample, arguments: [window.from, window.to, audit])
    }
  }

  /// Writes down when the listings began that an audit goes by; returns the audit.
  public func dateListings(of audit: AuditRecord) async throws(LedgerError) -> AuditRecord {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.copyListingTimes, arguments: [audit.id])
    }
    return try await audits().last { $0.id == audit.id } ?? audit
  }

  /// Ends an audit; returns it with its counts.
  public func endAudit(_ id: Int64, at: Timestamp) async throws(LedgerError) -> AuditRecord? {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateAudit, arguments: [at.millisecondsSinceEpoch, id])
    }
    return try await audits().last { $0.id == id }
  }

  private static let countIncomplete = "SELECT count(*) FROM listing WHERE complete = 0"
  private static let countOldListings = "SELECT count(*) FROM listing WHERE ifnull(began_at < ?, 1)"
  private static let insertAudit = """
    INSERT INTO audit (started_at, reading, required, sample_text, sample_from, sample_to, accepts_imported,
      compares_metadata, compares_tags, distrusts_etags, takes_inventories, filters)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """
  private static let readIsWhole = "SELECT takes_inventories IS NOT NULL FROM audit WHERE id = ?"
  private static let readAudits = """
    SELECT id, started_at, ended_at, reading, required, sample_text, sample_from, sample_to,
      accepts_imported, compares_metadata, compares_tags, distrusts_etags, takes_inventories,
      kept, objects_read, bytes_read, sampled, sampled_wrong, sampled_unjudged,
      source_listed_at, destination_listed_at, filters, excluded, excluded_extra FROM audit ORDER BY id
    """
  private static let updateSample = "UPDATE audit SET sample_from = ?, sample_to = ? WHERE id = ?"
  private static let copyListingTimes = """
    UPDATE audit SET source_listed_at = (SELECT began_at FROM listing WHERE side = 'source'),
      destination_listed_at = (SELECT began_at FROM listing WHERE side = 'destination') WHERE id = ?
    """
  private static let updateAudit = "UPDATE audit SET ended_at = ? WHERE id = ?"
}

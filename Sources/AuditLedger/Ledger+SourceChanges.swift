import GRDB
public import ObjectStorage

/// A key whose object at the source is another one than the one that was judged, and what is known of it.
public struct ChangedCandidate: Sendable {
  public var candidate: PlanCandidate
  /// Where it stands.
  public var list: ListName
}

extension Ledger {
  /// Whether a listing of the source was taken again for what changed.
  public func hasRelisting() async throws(LedgerError) -> Bool {
    try await relistingCounts(.source) != nil
  }

  /// Keys after another one that the source's latest listing names and that ended by an earlier object: completed, in
  /// the error list, or set aside; and those that came back.
  ///
  /// What a key ended by is told by the generation that was judged, so that no change is lost with the notes of an
  /// earlier listing; times count in seconds, for HEAD knows no others. Keys that filters left out are not among them.
  public func changedCandidates(
    after: ObjectKey?, limit: Int, destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [ChangedCandidate] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readChanged, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var (sources, lists): ([ListedObject], [ListName]) = ([], [])
      while try statement.step() {
        sources.append(statement.listedObject(from: 0))
        lists.append(try statement.word(6, ListName.self))
      }
      return zip(try Self.candidates(sources, destinationKey, on: db), lists).map {
        ChangedCandidate(candidate: $0, list: $1)
      }
    }
  }

  /// Decides keys again, of objects that changed at the source unless something else is said; they wait to be copied
  /// or compared, or are refused.
  ///
  /// The change goes into the table `change`.
  public func decideAgain(
    _ decisions: [Decision], changed: Bool = true, because reason: String, at: Timestamp
  ) async throws(LedgerError) {
    guard !decisions.isEmpty else { return }
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(Self.decideChangedKey, on: db)
      let change = try PreparedStatement(Self.noteChanged, on: db)
      let outcome = try PreparedStatement(Self.reopenChanged, on: db)
      for item in decisions {
        let row = item.action.resolution.map { OutcomeRow($0) }
        let list = row?.list ?? .pending
        try decision.bind(item.key.bytes, at: 1)
        try decision.bind(item.destinationKey.bytes, at: 2)
        try decision.bind(item.action.name, at: 3)
        try decision.bind(item.action.reason, at: 4)
        try decision.bind(item.isRenamed ? 1 : 0, at: 5)
        try decision.bind(changed ? 1 : 0, at: 6)
        try decision.run()
        try change.bind(item.key.bytes, at: 1)
        try change.bind(list.rawValue, at: 2)
        try change.bind(reason, at: 3)
        try change.run()
        try outcome.bind(item.key.bytes, at: 1)
        try outcome.bind(item.destinationKey.bytes, at: 2)
        try outcome.bind(list.rawValue, at: 3)
        try outcome.bind(row?.errorClass?.rawValue, at: 4)
        try outcome.bind(row?.message ?? "", at: 5)
        try outcome.bind(row == nil ? nil : at.millisecondsSinceEpoch, at: 6)
        try outcome.run()
      }
    }
  }

  /// Puts keys into the skipped list that the source's latest listing does not name any more; returns how many.
  ///
  /// What is completed stays so: its copy was proven. Nothing is deleted at the destination.
  public func setGoneAside(reason: String, at: Timestamp) async throws(LedgerError) -> Int64 {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.noteGoneErrors, arguments: [reason])
      try db.execute(sql: Self.decideGone, arguments: [reason])
      try db.execute(sql: Self.skipGone, arguments: [reason, at.millisecondsSinceEpoch])
      let count = Int64(db.changesCount)
      try NewRows.countAll(on: db)
      return count
    }
  }

  /// Brings up to date which keys the destination's inventory has, after it was listed again.
  public func recountFound() async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      try db.execute(sql: Self.updateFound)
    }
  }

  static let readChanged = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      outcome.list
    FROM outcome CROSS JOIN source_object AS source ON source.key = outcome.key
    CROSS JOIN decision ON decision.key = outcome.key
    WHERE outcome.key >= ?1 AND (?2 OR outcome.key > ?1)
      AND source.listing = (SELECT number FROM listing WHERE side = 'source')
      AND decision.filter_run IS NULL AND outcome.list <> 'pending'
      AND (outcome.aside IS 'gone'
        OR (outcome.source_size IS NOT NULL AND (outcome.source_size <> source.size
          OR outcome.source_etag IS NOT source.etag
          OR outcome.source_modified_at / 1000 IS NOT source.modified_at / 1000))
        OR (decision.action = 'refuse' AND EXISTS (SELECT 1 FROM listing_change AS noted
          WHERE noted.side = 'source' AND noted.key = outcome.key AND noted.what = 'changed')))
    ORDER BY outcome.key LIMIT ?3
    """
  private static let decideChangedKey = """
    UPDATE decision SET destination_key = ?2, action = ?3, reason = ?4, renamed = ?5, changed = max(changed, ?6),
      found = EXISTS (SELECT 1 FROM destination_object WHERE key = ?2
        AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0))
    WHERE key = ?1
    """
  private static let noteChanged = """
    INSERT INTO change (key, attempt, from_list, to_list, reason)
    SELECT key, attempts, list, ?2, ?3 FROM outcome WHERE key = ?1
    """
  private static let reopenChanged = """
    UPDATE outcome SET destination_key = ?2, list = ?3, proof = NULL, proof_algorithm = NULL, proven_at = NULL,
      error_class = ?4, message = ?5, ended_at = ifnull(?6, ended_at), aside = NULL, metadata = NULL
    WHERE key = ?1
    """
  private static let isGone = """
    (SELECT listing FROM source_object WHERE source_object.key = outcome.key)
      < (SELECT number FROM listing WHERE side = 'source' AND complete)
    """
  private static let noteGoneErrors = """
    INSERT INTO change (key, attempt, from_list, to_list, reason)
    SELECT key, attempts, 'error', 'skipped', ? FROM outcome
    WHERE list <> 'completed' AND list = 'error' AND \(isGone)
    """
  /// Keys that were never decided, and those that wait.
  private static let decideGone = """
    INSERT INTO decision (key, destination_key, action, reason, found)
    SELECT key, key, 'skip', ?, 0 FROM source_object
    WHERE listing < (SELECT number FROM listing WHERE side = 'source' AND complete)
      AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.key = source_object.key)
    """
  private static let skipGone = """
    INSERT INTO outcome (key, destination_key, list, message, attempts, tries, bytes_sent, ended_at, aside)
    SELECT source.key, decision.destination_key, 'skipped', ?1, 0, 0, 0, ?2, 'gone'
    FROM source_object AS source JOIN decision ON decision.key = source.key
    WHERE source.listing < (SELECT number FROM listing WHERE side = 'source' AND complete)
      AND decision.filter_run IS NULL
    ON CONFLICT (key) DO UPDATE SET list = 'skipped', error_class = NULL, message = excluded.message,
      ended_at = excluded.ended_at, aside = 'gone'
    WHERE list IN ('error', 'pending') OR (list = 'skipped' AND aside LIKE 'kept %')
    """
  private static let updateFound = """
    UPDATE decision SET found = NOT found WHERE found <> EXISTS (
      SELECT 1 FROM destination_object WHERE destination_object.key = decision.destination_key
        AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0))
    """
}

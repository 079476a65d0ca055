import GRDB
public import ObjectStorage

/// A key that filters left out, as the plan would see it, and why they did.
public struct FilteredCandidate: Sendable {
  public var candidate: PlanCandidate
  public var reason: String
}

extension Ledger {
  /// Keys after another one that filters left out, in key order, with what the destination's inventory has for them.
  public func filteredCandidates(
    after: ObjectKey?, limit: Int, destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [FilteredCandidate] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readFiltered, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var (sources, reasons): ([ListedObject], [String]) = ([], [])
      while try statement.step() {
        sources.append(statement.listedObject(from: 0))
        reasons.append(statement.text(6) ?? "")
      }
      return zip(try Self.candidates(sources, destinationKey, on: db), reasons).map {
        FilteredCandidate(candidate: $0, reason: $1)
      }
    }
  }

  /// Decides keys again that filters left out; they wait to be copied or compared, or are refused.
  ///
  /// The change goes into the table `change`. Keys that no filter left out stay as they are.
  public func readmit(_ decisions: [Decision], run: Int64, at: Timestamp) async throws(LedgerError) {
    guard !decisions.isEmpty else { return }
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(Self.decideAgain, on: db)
      let change = try PreparedStatement(Self.noteReadmission, on: db)
      let outcome = try PreparedStatement(Self.reopenSkipped, on: db)
      for item in decisions {
        let row = item.action.resolution.map { OutcomeRow($0) }
        try decision.bind(item.key.bytes, at: 1)
        try decision.bind(item.destinationKey.bytes, at: 2)
        try decision.bind(item.action.name, at: 3)
        try decision.bind(item.action.reason, at: 4)
        try decision.bind(item.isRenamed ? 1 : 0, at: 5)
        guard try decision.run() > 0 else { continue }
        let list = row?.list ?? .pending
        try change.bind(item.key.bytes, at: 1)
        try change.bind(list.rawValue, at: 2)
        try change.bind("the filters of run \(run) take the key in", at: 3)
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

  static let readFiltered = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      decision.reason
    FROM decision INDEXED BY decision_filtered CROSS JOIN source_object AS source ON source.key = decision.key
    WHERE decision.filter_run IS NOT NULL AND decision.key >= ?1 AND (?2 OR decision.key > ?1)
    ORDER BY decision.key LIMIT ?3
    """
  private static let decideAgain = """
    UPDATE decision SET destination_key = ?2, action = ?3, reason = ?4, renamed = ?5,
      filter_run = NULL,
      found = EXISTS (SELECT 1 FROM destination_object WHERE key = ?2
        AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0))
    WHERE key = ?1 AND filter_run IS NOT NULL
    """
  private static let noteReadmission = """
    INSERT INTO change (key, attempt, from_list, to_list, reason)
    SELECT key, attempts, list, ?2, ?3 FROM outcome WHERE key = ?1
    """
  private static let reopenSkipped = """
    UPDATE outcome SET destination_key = ?2, list = ?3, error_class = ?4, message = ?5, ended_at = ?6
    WHERE key = ?1 AND list = 'skipped'
    """
}

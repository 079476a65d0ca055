import GRDB
import ObjectStorage

/// Counts the rows of `outcome` and `decision` that one transaction inserts, and writes the sums at its end.
///
/// Triggers move the counters where rows change. Where they come they cost more than twice what the row does, for
/// SQLite copies it to run them, so whoever inserts counts here, and calls `write` before the transaction ends.
final class NewRows {
  private struct OutcomeKind: Hashable {
    var list: ListName
    var proof: String
    var errorClass: String
    var sent: Bool
  }

  private var outcomes: [OutcomeKind: (objects: Int64, bytes: Int64, bytesSent: Int64)] = [:]
  private var decisions: [String: (objects: Int64, found: Int64)] = [:]

  /// An outcome of a key that had none; `size` is that of the object in the inventory, in bytes.
  func add(_ row: OutcomeRow, size: Int64, bytesSent: Int64) {
    let kind = OutcomeKind(
      list: row.list, proof: row.proof?.rawValue ?? "", errorClass: row.errorClass?.rawValue ?? "",
      sent: row.sent)
    let sum = outcomes[kind] ?? (0, 0, 0)
    outcomes[kind] = (sum.objects + 1, sum.bytes + size, sum.bytesSent + bytesSent)
  }

  /// A decision on a key that had none, and whether the destination's inventory has the key.
  func add(_ action: DecisionAction, isFound: Bool) {
    let sum = decisions[action.name] ?? (0, 0)
    decisions[action.name] = (sum.objects + 1, sum.found + (isFound ? 1 : 0))
  }

  /// An outcome needs a key that was listed: without it no size could be counted.
  static func unlisted(_ key: ObjectKey) -> DatabaseError {
    DatabaseError(
      resultCode: .SQLITE_CONSTRAINT, message: "the inventory does not have the key \(key.shown)")
  }

  func write(to db: Database) throws {
    for (kind, sum) in outcomes {
      try db.execute(
        sql: Self.addOutcomes,
        arguments: [
          kind.list.rawValue, kind.proof, kind.errorClass, kind.sent ? 1 : 0, sum.objects, sum.bytes,
          sum.bytesSent,
        ])
    }
    for (action, sum) in decisions {
      try db.execute(sql: Self.addDecisions, arguments: [action, sum.objects, sum.found])
    }
    (outcomes, decisions) = ([:], [:])
  }

  /// Counts all rows again, behind a statement that inserts as many as it finds.
  static func countAll(on db: Database) throws {
    for statement in [forgetOutcomes, countOutcomes, forgetDecisions, countDecisions] {
      try db.execute(sql: statement)
    }
  }

  private static let addOutcomes = """
    INSERT INTO outcome_count VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET objects = objects + excluded.objects, bytes = bytes + excluded.bytes,
      bytes_sent = bytes_sent + excluded.bytes_sent
    """
  private static let addDecisions = """
    INSERT INTO decision_count VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET objects = objects + excluded.objects, found = found + excluded.found
    """
  private static let forgetOutcomes = "DELETE FROM outcome_count"
  private static let countOutcomes = """
    INSERT INTO outcome_count
    SELECT outcome.list, ifnull(outcome.proof, ''), ifnull(outcome.error_class, ''), outcome.sent,
      count(*), sum(source.size), sum(outcome.bytes_sent)
    FROM outcome CROSS JOIN source_object AS source ON source.key = outcome.key GROUP BY 1, 2, 3, 4
    """
  private static let forgetDecisions = "DELETE FROM decision_count"
  private static let countDecisions =
    "INSERT INTO decision_count SELECT action, count(*), sum(found) FROM decision GROUP BY action"
}

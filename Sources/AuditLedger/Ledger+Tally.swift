import GRDB
import ObjectStorage

extension Ledger {
  /// Counts everything, in one snapshot.
  public func tally() async throws(LedgerError) -> Tally {
    try await read { db in
      var tally = Tally()
      if let row = try Row.fetchOne(
        db, sql: "SELECT count(*) AS n, coalesce(sum(size), 0) AS b FROM source_object")
      {
        tally.total = row["n"]
        tally.bytesTotal = row["b"]
      }
      for row in try Row.fetchAll(db, sql: Self.groupsSQL) { Self.add(row, to: &tally) }
      // Keys without a decision are pending; counted on their own so that the law of conservation can fail.
      tally.pending += try Int64.fetchOne(db, sql: Self.undecidedSQL) ?? 0
      tally.duplicates =
        try Int64.fetchOne(db, sql: "SELECT coalesce(sum(duplicates), 0) FROM inventory") ?? 0
      tally.extra = try Int64.fetchOne(db, sql: Self.extraSQL) ?? 0
      return tally
    }
  }

  private static func add(_ row: Row, to tally: inout Tally) {
    let count: Int64 = row["n"]
    tally.bytesSent += row["bytes_sent"]
    switch ListName(rawValue: row["list"]) {
    case .completed:
      tally.completed += count
      tally.bytesCompleted += row["bytes"]
      if !(row["sent"] as Bool) { tally.foundEqual += count }
      if let proof = (row["proof"] as String?).flatMap(Proof.init) {
        tally.proofs[proof, default: 0] += count
      }
    case .error:
      tally.error += count
      if let errorClass = (row["error_class"] as String?).flatMap(ErrorClass.init) {
        tally.errors[errorClass, default: 0] += count
      }
    case .skipped: tally.skipped += count
    case .pending: tally.pending += count
    case nil: break
    }
  }

  private static let groupsSQL = """
    SELECT o.list, o.proof, o.error_class, o.sent, count(*) AS n, sum(s.size) AS bytes, sum(o.bytes_sent) AS bytes_sent
    FROM outcome o JOIN source_object s ON s.key = o.key GROUP BY o.list, o.proof, o.error_class, o.sent
    """

  private static let undecidedSQL = """
    SELECT count(*) FROM source_object WHERE key > coalesce((SELECT max(key) FROM outcome), x'')
    """

  // Before the plan is whole nobody can say which keys of the destination are nobody's.
  private static let extraSQL = """
    SELECT CASE WHEN (SELECT max(key) FROM outcome) = (SELECT max(key) FROM source_object)
      THEN (SELECT count(*) FROM destination_object)
        - (SELECT count(*) FROM outcome o JOIN destination_object d ON d.key = o.destination_key) ELSE 0 END
    """
}

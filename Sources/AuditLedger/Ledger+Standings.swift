import GRDB
public import ObjectStorage

/// Where a key of the source stands.
public struct KeyStanding: Hashable, Sendable {
  public var list: ListName
  /// Of a key of the error list.
  public var errorClass: ErrorClass?
  /// Whether the plan refused the key, so that no request was made for it.
  public var isRefused: Bool
}

extension Ledger {
  /// Where keys stand, in their order; nil for a key that the source's inventory does not have.
  public func standings(of keys: [ObjectKey]) async throws(LedgerError) -> [KeyStanding?] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readStanding, on: db)
      return try keys.map { key in
        try statement.bind(key.bytes, at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        return KeyStanding(
          list: try statement.optionalWord(0, ListName.self) ?? .pending,
          errorClass: try statement.optionalWord(1, ErrorClass.self), isRefused: statement.integer(2) != 0)
      }
    }
  }

  /// Keys that wait because an earlier run opened them again that had ended in one of some classes, in their order:
  /// that run was stopped before it came to them.
  public func keysReopened(from classes: Set<ErrorClass>) async throws(LedgerError) -> [ObjectKey] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readReopened, on: db)
      var keys: [ObjectKey] = []
      while try statement.step() {
        guard let word = statement.text(1), let known = ErrorClass(rawValue: word), classes.contains(known)
        else { continue }
        keys.append(statement.key(0))
      }
      return keys
    }
  }

  /// What the listing of a side was taken from: `live`, or the name of a format; nil where there is none.
  public func listingOrigin(_ side: Side) async throws(LedgerError) -> String? {
    try await reader.perform { db in
      try String.fetchOne(db, sql: Self.readOrigin, arguments: [side.rawValue])
    }
  }

  private static let readStanding = """
    SELECT outcome.list, outcome.error_class, ifnull(decision.action = 'refuse', 0)
    FROM source_object AS source LEFT JOIN outcome ON outcome.key = source.key
    LEFT JOIN decision ON decision.key = source.key WHERE source.key = ?
    """
  /// The reason of such a change begins with the class.
  private static let readReopened = """
    SELECT outcome.key, substr(change.reason, 1, instr(change.reason, ':') - 1)
    FROM outcome INDEXED BY outcome_open JOIN change ON change.key = outcome.key
    WHERE outcome.list <> 'completed' AND outcome.list = 'pending'
      AND change.id = (SELECT max(id) FROM change AS last WHERE last.key = outcome.key)
      AND change.from_list = 'error' AND change.to_list = 'pending'
    ORDER BY outcome.key
    """
  private static let readOrigin = "SELECT origin FROM listing WHERE side = ?"
}

import GRDB

@testable import AuditLedger

/// Ledgers as programs made them whose schema ended with an earlier version.
enum OlderLedger {
  static func make(_ path: String, version: Int, _ rows: [String] = []) async throws {
    let queue = try DatabaseQueue(path: path)
    try await queue.write { db in
      try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
      let versions = [LedgerSchema.version1, LedgerSchema.version2, LedgerSchema.version3].prefix(version)
      for (number, statements) in versions.enumerated() {
        for sql in statements { try db.execute(sql: sql) }
        try db.execute(sql: "INSERT INTO grdb_migrations VALUES (?)", arguments: ["\(number + 1)"])
      }
      for sql in rows { try db.execute(sql: sql) }
    }
    try queue.close()
  }
}

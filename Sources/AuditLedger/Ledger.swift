import Foundation
import GRDB

/// The SQLite file of one job: inventories, decisions, transfers, evidence and outcomes.
///
/// One process writes at a time; any number may read. A row that says completed is on the disk before the call that
/// writes it returns.
public final class Ledger: Sendable {
  public enum Mode: Sendable {
    /// Makes the file where there is none, and writes.
    case create
    /// Writes to a file that must exist.
    case write
    case read
  }

  let path: String
  let pool: DatabasePool
  private let lock: LedgerLock?
  let commits: CommitQueue

  private init(path: String, pool: DatabasePool, lock: LedgerLock?) {
    self.path = path
    self.pool = pool
    self.lock = lock
    commits = CommitQueue(path: path, pool: pool)
  }

  /// Opens a ledger and makes sure that it is one.
  ///
  /// Throws `missing`, `held`, `foreign`, `newer-schema`, `corrupt`, `unreadable` or `disk-full`.
  public static func open(_ path: String, _ mode: Mode) async throws(LedgerError) -> Ledger {
    let exists = FileManager.default.fileExists(atPath: path)
    if !exists && mode != .create {
      throw LedgerError(.missing, "there is no ledger at \(path); check --ledger")
    }
    let lock = mode == .read ? nil : try LedgerLock(beside: path)
    do {
      if !exists { try makePrivateFile(path) }
      let pool = try DatabasePool(path: path, configuration: configuration(mode, isNew: !exists))
      try await prepare(pool, path: path, mode: mode)
      return Ledger(path: path, pool: pool, lock: lock)
    } catch {
      throw LedgerError(error, path: path)
    }
  }

  /// Ends the connections and lets another writer in; calls after this fail.
  public func close() {
    // A connection that cannot be closed is closed by the end of the process; the file is consistent either way.
    try? pool.close()
    lock?.release()
  }

  private static func configuration(_ mode: Mode, isNew: Bool) -> Configuration {
    var configuration = Configuration()
    configuration.readonly = mode == .read
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(30)
    configuration.prepareDatabase { db in
      if isNew { try db.execute(sql: "PRAGMA page_size = 16384") }
      // A power cut may take the last inventory pages, which a resumed listing asks for again; what must not be
      // lost is written with FULL (see CommitQueue).
      try db.execute(
        sql: "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  /// SQLite makes its own files with the mode of the main one.
  private static func makePrivateFile(_ path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    else {
      throw LedgerError(
        .unreadable, "cannot make the ledger \(path); check that its folder exists and is yours")
    }
  }

  private static func prepare(_ pool: DatabasePool, path: String, mode: Mode) async throws {
    let identity = try await pool.read { db in
      (
        id: try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
        tables: try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0,
        superseded: try LedgerSchema.migrator.hasBeenSuperseded(db)
      )
    }
    if identity.tables > 0 && identity.id != LedgerSchema.applicationID {
      throw LedgerError(.foreign, "\(path) is not a ledger of tranship; name another file with --ledger")
    }
    if identity.superseded {
      throw LedgerError(
        .newerSchema,
        "the ledger \(path) was made by a newer version of tranship; use that version, nothing was changed")
    }
    guard mode != .read else { return }
    if identity.tables > 0 { try await checkPages(pool, path: path) }
    try await pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA application_id = \(LedgerSchema.applicationID)")
    }
    try LedgerSchema.migrator.migrate(pool)
  }

  private static func checkPages(_ pool: DatabasePool, path: String) async throws {
    let said = try await pool.read { db in try String.fetchAll(db, sql: "PRAGMA quick_check(1)") }
    guard said == ["ok"] else {
      throw LedgerError(
        .corrupt,
        "the ledger \(path) is damaged (\(said.joined(separator: "; "))); keep it, and start again with a "
          + "new one: objects that are there already are compared, not copied")
    }
  }

  func read<Value: Sendable>(_ action: @Sendable (Database) throws -> Value) async throws(LedgerError)
    -> Value
  {
    do {
      return try await pool.read(action)
    } catch {
      throw LedgerError(error, path: path)
    }
  }

  func write<Value: Sendable>(_ action: @Sendable (Database) throws -> Value) async throws(LedgerError)
    -> Value
  {
    do {
      return try await pool.write(action)
    } catch {
      throw LedgerError(error, path: path)
    }
  }
}

import GRDB
import ObjectStorage
import Synchronization

/// One SQLite connection on its own serial queue.
///
/// Cancelling a task does not interrupt an access: what is being recorded is recorded.
final class LedgerConnection: Sendable {
  let path: String
  private let queue: DatabaseQueue
  /// Whether every commit is synced now; nil before the first, and where that is not known.
  private let isDurable = Mutex<Bool?>(nil)

  /// Opens a connection that writes, makes the schema where it is absent, and brings an older one up to date.
  static func writer(_ path: String) throws -> LedgerConnection {
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(30)
    configuration.foreignKeysEnabled = false
    configuration.prepareDatabase { db in
      try db.execute(sql: pageSize)
      try db.execute(sql: cacheSize)
      try db.execute(sql: statementJournals)
    }
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try LedgerSchema.migrator.migrate(queue)
    // A migration leaves them on.
    try queue.writeWithoutTransaction { db in try db.execute(sql: noForeignKeys) }
    return LedgerConnection(path: path, queue: queue)
  }

  /// Takes back what a process left half done that ended while it made the ledger; SQLite decides whether one did.
  static func undoCutOff(_ path: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    _ = try queue.read { db in try Int64.fetchOne(db, sql: LedgerSchema.countTables) }
    try queue.close()
  }

  /// Opens a connection that cannot write, and may keep a transaction open between accesses.
  static func reader(_ path: String) throws -> LedgerConnection {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(30)
    let name = LedgerFile.isUnchanging(path) ? immutable(path) : path
    return LedgerConnection(path: path, queue: try DatabaseQueue(path: name, configuration: configuration))
  }

  /// SQLite's name for a file that nobody changes, and beside which nothing can be made.
  private static func immutable(_ path: String) -> String {
    "file:\(ObjectKey(path).percentEncoded)?immutable=1"
  }

  /// Opens a connection that sees the ledger as it is now until it is closed, however long that takes.
  static func snapshot(_ path: String) async throws(LedgerError) -> LedgerConnection {
    let connection: LedgerConnection
    do { connection = try reader(path) } catch { throw LedgerError(error, path: path) }
    try await connection.perform { db in
      try db.execute(sql: Ledger.begin)
      // A deferred transaction begins to see at its first read.
      _ = try Int64.fetchOne(db, sql: LedgerSchema.readVersion)
    }
    return connection
  }

  private init(path: String, queue: DatabaseQueue) {
    self.path = path
    self.queue = queue
  }

  /// Has to come before the first table; on a file that has tables it does nothing.
  private static let pageSize = "PRAGMA page_size = 16384"
  /// 16 MiB: rows come in the order of their keys, and the tables that they go to are open at once.
  private static let cacheSize = "PRAGMA cache_size = -16384"
  /// What a statement would undo stays in memory: rows that a trigger counts would go through a file otherwise,
  /// whole pages at a time.
  private static let statementJournals = "PRAGMA temp_store = MEMORY"
  /// Whoever inserts an outcome looks for its key in the inventory, and refuses one that was never listed; of keys that
  /// the ledger gave out as the work of a first run it knows that they were.
  ///
  /// With foreign keys each row would cost a look more, and a copy of every page that it changes: SQLite would have to
  /// be able to undo it alone.
  private static let noForeignKeys = "PRAGMA foreign_keys = OFF"
  private static let syncEveryCommit = "PRAGMA synchronous = FULL"
  private static let syncCheckpoints = "PRAGMA synchronous = NORMAL"

  func perform<Value: Sendable>(
    _ access: @escaping @Sendable (Database) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await begin(access).value
  }

  /// Begins an access on the queue at once, on no thread of a task's.
  func begin<Value: Sendable>(
    _ access: @escaping @Sendable (Database) throws -> Value
  ) -> LedgerAccess<Value> {
    let (path, begun) = (self.path, LedgerAccess<Value>())
    queue.asyncWriteWithoutTransaction { db in
      begun.end(Result { try access(db) }.mapError { LedgerError($0, path: path) })
    }
    return begun
  }

  /// Runs an access on the queue without waiting for it.
  func schedule(_ access: @escaping @Sendable (Database) -> Void) {
    queue.asyncWriteWithoutTransaction(access)
  }

  /// One transaction; with `durable` it is on the disk when this returns.
  func write<Value: Sendable>(
    durable: Bool, _ access: @escaping @Sendable (Database) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await perform { db in try self.transaction(on: db, durable: durable) { try access(db) } }
  }

  /// Reads of one moment, which cost one lock; for connections that keep no transaction open.
  func read<Value: Sendable>(
    _ access: @escaping @Sendable (Database) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await beginRead(access).value
  }

  /// The same, begun at once.
  func beginRead<Value: Sendable>(
    _ access: @escaping @Sendable (Database) throws -> Value
  ) -> LedgerAccess<Value> {
    begin { db in
      guard !db.isInsideTransaction else { return try access(db) }
      try db.beginTransaction(.deferred)
      defer { try? db.rollback() }
      return try access(db)
    }
  }

  func transaction<Value>(
    on db: Database, durable: Bool, _ body: () throws -> Value
  ) throws -> Value {
    try set(durable: durable, on: db)
    try db.beginTransaction(.immediate)
    do {
      let value = try body()
      try db.commit()
      return value
    } catch {
      // A full disk has rolled back already; where the roll-back fails too, the first error says why.
      if db.isInsideTransaction { try? db.rollback() }
      throw error
    }
  }

  /// Kept as it is where it is right already: it would be parsed anew for every commit.
  private func set(durable: Bool, on db: Database) throws {
    guard isDurable.withLock({ $0 }) != durable else { return }
    isDurable.withLock { $0 = nil }
    try db.execute(sql: durable ? Self.syncEveryCommit : Self.syncCheckpoints)
    isDurable.withLock { $0 = durable }
  }

  func close() async {
    // A connection that cannot be closed now is closed with the process; nothing depends on it.
    try? await perform { db in if db.isInsideTransaction { try db.rollback() } }
    try? queue.close()
  }
}

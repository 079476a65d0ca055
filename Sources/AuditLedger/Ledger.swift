import GRDB
import ObjectStorage
import Synchronization

/// The file that answers for every key of one job: inventories, decisions, transfers, evidence and outcomes.
///
/// One process writes at a time and any number read. Every call is one transaction; what a call returned from
/// is in the file. A ledger can be opened again after the process was killed at any instant.
public final class Ledger: Sendable {
  /// What the opener wants to do.
  public enum Mode: Sendable {
    /// Make the file where it does not exist, and write.
    case create
    /// Write to a file that must exist.
    case write
    /// Read only; needs no lock and disturbs no writer.
    case read
  }

  /// The file, with symbolic links resolved.
  public let path: String
  let reader: LedgerConnection
  let output: Output?
  /// It sees one instant, for the reader's transaction stays open.
  let isSnapshot: Bool
  /// No row of the source below this key is without a decision.
  let planFloor = Mutex<ObjectKey?>(nil)

  /// What only a writer has.
  struct Output: Sendable {
    let connection: LedgerConnection
    let group: CommitGroup
    let lock: LedgerLock
  }

  private init(path: String, reader: LedgerConnection, output: Output?, isSnapshot: Bool = false) {
    self.path = path
    self.reader = reader
    self.output = output
    self.isSnapshot = isSnapshot
  }

  /// The ledger as it is now, for reading only: whatever a run writes meanwhile, its answers agree with each other.
  ///
  /// It has to be closed.
  public func snapshot() async throws(LedgerError) -> Ledger {
    Ledger(path: path, reader: try await .snapshot(path), output: nil, isSnapshot: true)
  }

  /// Opens a ledger.
  ///
  /// Throws `missing`, `held` (another writer), `foreign` (not a ledger), `newer-schema`, `corrupt`,
  /// `unreadable` or `disk-full`; the file is then as it was. A ledger of an older schema is brought up to date first,
  /// also for reading; only then a reader needs the lock.
  public static func open(_ path: String, _ mode: Mode) async throws(LedgerError) -> Ledger {
    let file = try LedgerFile(path, mode: mode)
    guard mode != .read else {
      if file.isCutOff, let lock = try? LedgerLock(ledgerPath: file.path) {
        defer { lock.release() }
        try translating(file.path) { try LedgerConnection.undoCutOff(file.path) }
      }
      let reader = try await checkedReader(file, mode)
      let version = try await reader.perform { db in
        try Int64.fetchOne(db, sql: LedgerSchema.readVersion) ?? 0
      }
      guard version < LedgerSchema.version else {
        return Ledger(path: file.path, reader: reader, output: nil)
      }
      await reader.close()
      await (try await open(file.path, .write)).close()
      return Ledger(path: file.path, reader: try await checkedReader(file, mode), output: nil)
    }
    let lock = try LedgerLock(ledgerPath: file.path)
    if file.isCutOff { try translating(file.path) { try LedgerConnection.undoCutOff(file.path) } }
    let checked = file.isNew ? nil : try await checkedReader(file, mode)
    if file.isNew { try file.make() }
    let connection = try translating(file.path) { try LedgerConnection.writer(file.path) }
    let reader = try translating(file.path) { try checked ?? LedgerConnection.reader(file.path) }
    let output = Output(connection: connection, group: CommitGroup(connection), lock: lock)
    return Ledger(path: file.path, reader: reader, output: output)
  }

  /// Looks at a file that exists without writing to it.
  private static func checkedReader(
    _ file: LedgerFile, _ mode: Mode
  ) async throws(LedgerError) -> LedgerConnection {
    let reader = try translating(file.path) { try LedgerConnection.reader(file.path) }
    try await reader.perform { db in
      try file.checkMarks(db, mode: mode)
      if mode != .read { try LedgerSchema.check(db, path: file.path) }
    }
    return reader
  }

  private static func translating<Value>(
    _ path: String, _ body: () throws -> Value
  ) throws(LedgerError) -> Value {
    do { return try body() } catch { throw LedgerError(error, path: path) }
  }

  /// Ends the use of the ledger after everything that was asked for is recorded, and lets the next writer in.
  public func close() async {
    await reader.close()
    await output?.connection.close()
    output?.lock.release()
  }

  func writing() throws(LedgerError) -> Output {
    guard let output else {
      throw LedgerError(.failed, "the ledger \(path) is open for reading only; open it for writing")
    }
    return output
  }
}

import GRDB
import Glibc

/// A ledger that begins as another one stands, and is thrown away.
///
/// What is written to it is written nowhere else. It lies beside the other, for that is where the space is, readable
/// by its owner alone.
public struct ScratchLedger: Sendable {
  public let ledger: Ledger

  /// Copies the ledger at a path as it stands, also while a run goes on; begins an empty one where there is none.
  public init(of path: String) async throws(LedgerError) {
    let scratch = "\(path).dry-run-\(getpid())"
    Self.remove(scratch)
    let original = try LedgerFile(path, mode: .create)
    do throws(LedgerError) {
      if !original.isNew { try await Self.copy(path, to: scratch) }
      ledger = try await Ledger.open(scratch, .create)
    } catch {
      Self.remove(scratch)
      throw error
    }
  }

  /// Ends its use and removes it.
  public func discard() async {
    await ledger.close()
    Self.remove(ledger.path)
  }

  private static func copy(_ path: String, to scratch: String) async throws(LedgerError) {
    let original = try await Ledger.open(path, .read)
    do throws(LedgerError) {
      try LedgerFile(scratch, mode: .create).make()
      try await original.reader.perform { db in
        let copy = try DatabaseQueue(path: scratch)
        try copy.writeWithoutTransaction { try db.backup(to: $0) }
        try copy.close()
      }
    } catch {
      await original.close()
      throw error
    }
    await original.close()
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm", ".lock"] { unlink(path + suffix) }
  }
}

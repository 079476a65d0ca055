import AuditLedger
public import ObjectStorage

/// Asks the source to make archived objects readable; only where the user said so.
///
/// It is the only request other than GET, HEAD and LIST that a source ever sees.
public struct Restoring: Sendable {
  public var store: any ObjectRestorer
  /// How long the objects stay readable.
  public var days: Int

  public init(store: any ObjectRestorer, days: Int) {
    self.store = store
    self.days = days
  }

  /// What becomes of an object that cannot be read yet; a request that the store refuses is said in its message.
  func ask(
    for key: ObjectKey, _ cause: String, ledger: Ledger, retrying: Retrying
  ) async throws(RunStop) -> Resolution {
    do {
      try await retrying.run { _ throws(StorageError) in try await store.restore(key, days: days) }
    } catch {
      if error.disposition == .abort { throw RunStop(.source, error) }
      return .error(.archived, message: "\(cause); a restore was asked for and refused: \(error)")
    }
    let now = retrying.clock.now()
    try await kept { () throws(LedgerError) in try await ledger.recordRestore(key, days: days, at: now) }
    return .error(
      .archived,
      message:
        "waiting: its restore for \(days) days was asked for at \(now.iso8601); run the migration again once it is done"
    )
  }
}

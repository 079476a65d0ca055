public import AuditLedger
public import ObjectStorage

/// Why an inventory could not be finished.
public enum InventoryFailure: Error, Sendable {
  case store(StorageError)
  case ledger(LedgerError)
}

/// Lists one side into the ledger, from where an earlier run stopped.
///
/// A page and the position behind it are stored together, so a run that is killed asks again for no page that is
/// stored. Where the store allows it, pieces of the listing are asked for at one time; see `RangeRule`.
public struct InventoryRun: Sendable {
  private let store: any ObjectReader
  private let side: Side
  private let prefix: ObjectKey
  private let ledger: Ledger
  private let retrying: Retrying
  private let width: Int

  /// Requests that run at one time where the store's listing can be shared out.
  public static let defaultWidth = 16

  public init(
    _ side: Side, of store: any ObjectReader, prefix: ObjectKey, ledger: Ledger, retrying: Retrying,
    width: Int = InventoryRun.defaultWidth
  ) {
    self.store = store
    self.side = side
    self.prefix = prefix
    self.ledger = ledger
    self.retrying = retrying
    self.width = max(1, width)
  }

  /// Lists to the end; calls back with the number of keys after every page.
  public func run(_ progress: @escaping @Sendable (Int) -> Void) async throws(InventoryFailure) {
    _ = try await run(progress) { _ in }
  }

  /// Lists to the end and gives every row to `receive`, in the order of the keys, as far as that can be done while
  /// rows come.
  ///
  /// True where it was: every row of the ledger has then been given once. Otherwise what was given is worth nothing.
  public func run(
    _ progress: @escaping @Sendable (Int) -> Void, inOrder receive: (ListedObject) -> Void
  ) async throws(InventoryFailure) -> Bool {
    let state = try await stored { () throws(LedgerError) in try await ledger.inventoryState(side) }
    if state == .complete { return false }
    let isNew = state == .notStarted || state == .listing(next: nil)
    var order = isNew ? KeyOrder(of: prefix) : nil
    while true {
      try await stored { () throws(LedgerError) in
        try await ledger.beginListing(side, prefix: prefix, at: retrying.clock.now())
      }
      // Pieces that did not join once are not made again: one page after the other is slow and always right.
      let restarts = try await stored { () throws(LedgerError) in try await ledger.listingRestarts(side) }
      let division = restarts == 0 ? store.listingDivision : .pages
      let isWhole = try await DividedListing(
        store: store, side: side, division: division, ledger: ledger, retrying: retrying,
        width: division == .pages ? 1 : width
      ).run(progress, &order, receive)
      if isWhole, try await stored({ () throws(LedgerError) in try await ledger.finishListing(side) }) {
        guard let order, order.isWhole else { return false }
        return try await stored { () throws(LedgerError) in try await ledger.rowsOfOneListing(side) }
          == order.given
      }
      order = nil
      try await stored { () throws(LedgerError) in try await ledger.restartListing(side, prefix: prefix) }
    }
  }
}

/// Runs a ledger's action as a part of an inventory.
func stored<Value: Sendable>(
  _ action: () async throws(LedgerError) -> Value
) async throws(InventoryFailure) -> Value {
  do {
    return try await action()
  } catch {
    throw .ledger(error)
  }
}

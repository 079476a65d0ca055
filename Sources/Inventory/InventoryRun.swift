public import AuditLedger
public import ObjectStorage

/// Why an inventory could not be finished.
public enum InventoryFailure: Error, Sendable {
  case store(StorageError)
  case ledger(LedgerError)
}

/// Lists one side into the ledger, page by page, from where an earlier run stopped.
///
/// A page and the position behind it are stored together, so a run that is killed asks again for at most one page.
public struct InventoryRun: Sendable {
  private let store: any ObjectReader
  private let side: Side
  private let prefix: ObjectKey
  private let ledger: Ledger
  private let retrying: Retrying

  public init(
    _ side: Side, of store: any ObjectReader, prefix: ObjectKey, ledger: Ledger, retrying: Retrying
  ) {
    self.store = store
    self.side = side
    self.prefix = prefix
    self.ledger = ledger
    self.retrying = retrying
  }

  /// Lists to the end; calls back with the number of keys after every page.
  public func run(_ progress: @Sendable (Int) -> Void) async throws(InventoryFailure) {
    var position: ListPosition?
    switch try await stored({ () throws(LedgerError) in try await ledger.inventoryState(side) }) {
    case .complete: return
    case .notStarted: position = nil
    case .listing(let next): position = next
    }
    var pages = ListingPages(of: store, prefix: prefix, from: position, retrying: retrying)
    while let page = try await next(&pages) {
      try await stored { () throws(LedgerError) in
        try await ledger.store(page, side: side, isLast: page.next == nil)
      }
      progress(page.objects.count)
    }
  }

  private func next(_ pages: inout ListingPages) async throws(InventoryFailure) -> ListingPage? {
    do {
      return try await pages.next()
    } catch {
      throw .store(error)
    }
  }

  private func stored<Value: Sendable>(
    _ action: () async throws(LedgerError) -> Value
  ) async throws(InventoryFailure) -> Value {
    do {
      return try await action()
    } catch {
      throw .ledger(error)
    }
  }
}

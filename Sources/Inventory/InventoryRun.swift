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
    var watch = ProgressWatch()
    while true {
      let page = try await page(from: position)
      do {
        try watch.admit(page)
      } catch {
        throw .store(error)
      }
      try await stored { () throws(LedgerError) in
        try await ledger.store(page, side: side, isLast: page.next == nil)
      }
      progress(page.objects.count)
      guard let next = page.next else { return }
      position = next
    }
  }

  private func page(from position: ListPosition?) async throws(InventoryFailure) -> ListingPage {
    do {
      return try await retrying.run { _ throws(StorageError) in
        try await store.list(prefix: prefix, from: position)
      }
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

/// Notices a listing that does not come forward.
struct ProgressWatch {
  private var positions: Set<ListPosition> = []
  private var lastPage: [ObjectKey] = []

  /// Throws where a position comes back or a page repeats: the listing would never end.
  mutating func admit(_ page: ListingPage) throws(StorageError) {
    let keys = page.objects.map(\.key)
    if !keys.isEmpty, keys == lastPage {
      throw StorageError(
        .malformedAnswer,
        "the listing repeats the same page and does not come forward; nothing was concluded from it",
        key: keys[0])
    }
    lastPage = keys
    if let next = page.next, !positions.insert(next).inserted {
      throw StorageError(
        .malformedAnswer, "the listing came back to a position it had left; nothing was concluded from it")
    }
  }
}

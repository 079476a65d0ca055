import AuditLedger
import ObjectStorage

/// Lists the open pieces of a listing, several at one time, and makes more of them while requests have nothing to do.
///
/// One loop decides and stores; tasks only ask the store. The next page of a piece is on its way while the last one
/// is stored.
struct DividedListing: Sendable {
  let store: any ObjectReader
  let side: Side
  let division: ListingDivision
  let ledger: Ledger
  let retrying: Retrying
  let width: Int

  /// What a task brings back.
  private enum Event: Sendable {
    case page(Int64, Result<ListingPage, StorageError>)
    case split(Int64, Result<ObjectKey?, StorageError>)
  }

  private typealias Group = TaskGroup<Event>

  /// False where the pieces cannot be trusted to be the whole listing; `receive` has the rows in order, as far as
  /// `order` gives them.
  func run(
    _ progress: @escaping @Sendable (Int) -> Void, _ order: inout KeyOrder?,
    _ receive: (ListedObject) -> Void
  ) async throws(InventoryFailure) -> Bool {
    let result: Result<Bool, InventoryFailure> = await withTaskGroup(of: Event.self) { group in
      var writer = PageWriter(ledger, side, progress)
      var outcome: Result<Bool, InventoryFailure>
      do throws(InventoryFailure) {
        outcome = .success(try await list(&group, &writer, &order, receive))
      } catch {
        outcome = .failure(error)
      }
      // What came is kept, and nothing is written any more when this returns.
      do throws(InventoryFailure) { try await writer.finish() } catch { outcome = .failure(error) }
      group.cancelAll()
      return outcome
    }
    return try result.get()
  }

  private func list(
    _ group: inout Group, _ writer: inout PageWriter, _ order: inout KeyOrder?,
    _ receive: (ListedObject) -> Void
  ) async throws(InventoryFailure) -> Bool {
    var fleet = RangeFleet(width: width)
    let rule = RangeRule(division: division)
    while true {
      if fleet.needsMore { try await writer.finish() }
      try await start(&fleet, &group)
      guard let event = await group.next() else { return true }
      switch event {
      case .page(let id, let answer):
        let page = try found(answer)
        guard let range = try fleet.take(page, of: id) else { continue }
        switch rule.step(range, page, isDivisionWanted: fleet.isHungry) {
        case .disordered: return false
        case .divide:
          try await writer.finish()
          try await stored { () throws(LedgerError) in try await ledger.divide(range) }
          fetch(fleet.divide(range), &group)
        case .keep(let kept):
          let ascends = rule.ascends(page, after: range.lastKey ?? range.start)
          if let next = fleet.advance(kept) { fetch(next, &group) }
          if ascends { order?.take(kept, receive) } else { order?.giveUp() }
          try await writer.take(kept, ascends: ascends, others: fleet.outstanding)
        }
      case .split(let id, let answer):
        try await writer.finish()
        try await split(id, at: try found(answer), &fleet, &order)
      }
    }
  }

  /// Gives every free request something to do, as far as there is anything.
  private func start(_ fleet: inout RangeFleet, _ group: inout Group) async throws(InventoryFailure) {
    if fleet.needsMore {
      let (known, limit) = (fleet.known, fleet.refill)
      let more = try await stored { () throws(LedgerError) in
        try await ledger.openRanges(side, except: known, limit: limit)
      }
      fleet.add(more)
    }
    while let range = fleet.begin() { fetch(range, &group) }
    guard division == .keys else { return }
    while let range = fleet.beginSplit() {
      guard let last = range.lastKey,
        let search = SplitSearch(prefix: range.prefix, last: last, until: range.until)
      else {
        fleet.endSplit(range.id, into: nil, at: nil)
        continue
      }
      group.addTask { .split(range.id, await place(search, range)) }
    }
  }

  private func fetch(_ range: ListingRange, _ group: inout Group) {
    group.addTask { [store, retrying] in
      let scope = ListScope(range.prefix, isDelimited: range.isDelimited)
      do throws(StorageError) {
        let page = try await retrying.run { _ throws(StorageError) in
          try await store.list(scope, from: range.nextPosition)
        }
        return .page(range.id, .success(page))
      } catch {
        return .page(range.id, .failure(error))
      }
    }
  }

  private func place(
    _ search: SplitSearch, _ range: ListingRange
  ) async -> Result<ObjectKey?, StorageError> {
    var search = search
    let scope = ListScope(range.prefix, limit: 1)
    do throws(StorageError) {
      while true {
        switch search.next() {
        case .none: return .success(nil)
        case .split(let key): return .success(key)
        case .ask(let after):
          let page = try await retrying.run { _ throws(StorageError) in
            try await store.list(scope, from: .after(after))
          }
          search.found(page.objects.first?.key)
        }
      }
    } catch {
      return .failure(error)
    }
  }

  private func split(
    _ id: Int64, at key: ObjectKey?, _ fleet: inout RangeFleet, _ order: inout KeyOrder?
  ) async throws(InventoryFailure) {
    guard let key, let range = fleet.splittable(id, at: key) else {
      return fleet.endSplit(id, into: nil, at: nil)
    }
    let rest = try await stored { () throws(LedgerError) in
      try await ledger.split(range, at: key, side: side)
    }
    order?.split(range, into: rest)
    fleet.endSplit(id, into: rest, at: key)
  }

  private func found<Value>(_ answer: Result<Value, StorageError>) throws(InventoryFailure) -> Value {
    do {
      return try answer.get()
    } catch {
      throw .store(error)
    }
  }
}

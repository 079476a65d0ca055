import AuditLedger
import ObjectStorage
import Transfers

extension MigrationRun {
  /// What a listing is called that was made of listed keys alone.
  static let listedOrigin = "error-list"

  /// Takes an inventory of listed keys where the ledger has none: every key is looked up at both sides, and nothing
  /// else is asked for.
  ///
  /// A ledger that has a whole inventory keeps it; one whose inventory was not taken to its end is refused.
  func takeListed(_ keys: [ListedKey]) async throws(RunStop) {
    report(.phase(.inventory))
    for side in Side.allCases {
      let state = try await kept { () throws(LedgerError) in try await ledger.inventoryState(side) }
      switch state {
      case .complete: continue
      case .listing, .divided: throw .ledger(Self.incomplete(side, ledger.path))
      case .notStarted: break
      }
      let origin = try await kept { () throws(LedgerError) in try await ledger.listingOrigin(.source) }
      if side == .destination && origin != Self.listedOrigin { return try await takeInventory() }
      let lookup = ListedLookup(configuration: configuration, retrying: retrying)
      let objects =
        side == .source
        ? try await lookup.sources(keys)
        : try await lookup.destinations(keys, try await mapping().0)
      try await store(objects, side, keys)
      report(.listed(side, keys: objects.count))
    }
  }

  /// Throws where the source's inventory is of listed keys alone: a migration of these would look like one of all.
  func requireWholeInventory() async throws(RunStop) {
    let origin = try await kept { () throws(LedgerError) in try await ledger.listingOrigin(.source) }
    guard origin == Self.listedOrigin else { return }
    throw .ledger(
      LedgerError(
        .incomplete,
        "the ledger \(ledger.path) knows the keys of an error list alone; go on with tranship retry, or list both sides whole with --relist"
      ))
  }

  private func store(_ objects: [ListedObject], _ side: Side, _ keys: [ListedKey]) async throws(RunStop) {
    let place =
      side == .source
      ? configuration.job.source : configuration.job.destination
    let prefix = side == .source ? configuration.source.prefix : configuration.destination.prefix
    let summary = ListingSummary(
      origin: Self.listedOrigin, files: Array(Set(keys.map(\.file))).sorted(),
      place: ListingPlace(kind: place.kind, bucket: place.bucket, prefix: prefix))
    do {
      _ = try await ledger.importListing(ListingImport(side: side, at: configuration.clock.now())) {
        feed throws(StorageError) in
        var rest = objects[...]
        while !rest.isEmpty {
          try feed.send(ListingRows(objects: Array(rest.prefix(1000))))
          rest = rest.dropFirst(1000)
        }
        return summary
      }
    } catch {
      switch error {
      case .listing(let cause): throw RunStop(side, cause)
      case .ledger(let cause): throw .ledger(cause)
      }
    }
  }

  private static func incomplete(_ side: Side, _ path: String) -> LedgerError {
    LedgerError(
      .incomplete,
      "the ledger \(path) has the \(side.rawValue)'s inventory only in part, so that it cannot tell what the list is of; end it with tranship migrate, or name a new ledger"
    )
  }
}

/// Asks both sides for listed keys, one request a key.
struct ListedLookup: Sendable {
  let configuration: RunConfiguration
  let retrying: Retrying
  private static let requestsAtOnce = 32

  /// What the source has.
  ///
  /// An object that the list knows with another size keeps that size, and one that is not there
  /// or may not be looked at gets a row all the same: the attempt to copy it says what it is.
  func sources(_ keys: [ListedKey]) async throws(RunStop) -> [ListedObject] {
    let store = configuration.source.store
    return try await looked(at: keys) { listed throws(RunStop) in
      guard let found = try await head(store, .source, listed.key) else {
        return ListedObject(key: listed.key, size: listed.size ?? 0)
      }
      guard let size = listed.size, size != found.size else { return found }
      return ListedObject(key: listed.key, size: size, storageClass: found.storageClass)
    }
  }

  /// What the destination has; a key that it cannot have is not asked for.
  func destinations(_ keys: [ListedKey], _ mapping: KeyMapping) async throws(RunStop) -> [ListedObject] {
    let store = configuration.destination.store
    return try await looked(at: keys) { listed throws(RunStop) in
      let key = mapping.destinationKey(listed.key)
      guard store.refusal(of: key) == nil, mapping.refusal(of: listed.key) == nil else { return nil }
      return try await head(store, .destination, key)
    }
  }

  private func looked(
    at keys: [ListedKey], _ look: @escaping @Sendable (ListedKey) async throws(RunStop) -> ListedObject?
  ) async throws(RunStop) -> [ListedObject] {
    let result: Result<[ListedObject], RunStop> = await withTaskGroup(
      of: Result<ListedObject?, RunStop>.self
    ) { group in
      var found: [ListedObject] = []
      do throws(RunStop) {
        for (index, key) in keys.enumerated() {
          if index >= Self.requestsAtOnce, let object = try await group.next()?.get() { found.append(object) }
          if Task.isCancelled { throw .interrupted }
          group.addTask {
            do throws(RunStop) { return .success(try await look(key)) } catch { return .failure(error) }
          }
        }
        while let next = await group.next() {
          if let object = try next.get() { found.append(object) }
        }
        return .success(found)
      } catch {
        group.cancelAll()
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func head(
    _ store: any ObjectReader, _ side: Side, _ key: ObjectKey
  ) async throws(RunStop) -> ListedObject? {
    do {
      let attributes = try await retrying.run { _ throws(StorageError) in try await store.head(key, part: nil)
      }
      return ListedObject(
        key: key, size: attributes.size, eTag: attributes.eTag, lastModifiedAt: attributes.lastModifiedAt,
        storageClass: attributes.storageClass, objectType: attributes.objectType)
    } catch  where error.disposition == .fail {
      // At the source, the attempt to copy it says what it is. At the destination, what cannot be looked at may be
      // there, and a store that takes no condition would let it be overwritten.
      guard side == .destination, error.code != .notFound else { return nil }
      return try await listed(store, key, error)
    } catch {
      throw RunStop(side, error)
    }
  }

  /// What a listing has of a key whose look-up was refused with an error; throws that where the listing is no answer.
  ///
  /// Keys that are not there are answered as forbidden where a policy lets only a prefix be listed.
  private func listed(
    _ store: any ObjectReader, _ key: ObjectKey, _ refusal: StorageError
  ) async throws(RunStop) -> ListedObject? {
    let page: ListingPage
    do {
      page = try await retrying.run { _ throws(StorageError) in
        try await store.list(ListScope(key), from: nil)
      }
    } catch {
      throw RunStop(.destination, error.disposition == .fail ? refusal : error)
    }
    if let object = page.objects.first(where: { $0.key == key }) { return object }
    guard page.next == nil else { throw RunStop(.destination, refusal) }
    return nil
  }
}

public import AuditLedger
public import ObjectStorage

/// Lists all versions of a side's keys, and the marks of their deletion, into the ledger.
///
/// It goes on from where an earlier run stopped, page by page: a place in the middle of such a listing cannot be named
/// before its version is known.
public struct VersionListing: Sendable {
  private let store: any ObjectReader
  private let side: Side
  private let prefix: ObjectKey
  private let ledger: Ledger
  private let retrying: Retrying

  /// As for keys: no store is known that gives more pages without a row in a row.
  private static let mostEmptyPages = 1000

  public init(
    _ side: Side, of store: any ObjectReader, prefix: ObjectKey, ledger: Ledger, retrying: Retrying
  ) {
    self.store = store
    self.side = side
    self.prefix = prefix
    self.ledger = ledger
    self.retrying = retrying
  }

  /// Lists to the end; calls back with the number of versions after every page.
  ///
  /// Throws `malformed-answer` where the listing does not come forward, and where a key may be another one: in pages
  /// that do not encode their keys, U+FFFD stands for what the store could not write.
  public func run(_ progress: @Sendable (Int) -> Void) async throws(InventoryFailure) {
    let state = try await stored { () throws(LedgerError) in try await ledger.versionListing(side) }
    guard case .listing(var next) = state else { return }
    var isFirst = next == nil
    var places: Set<Int> = []
    var emptyPages = 0
    while true {
      let page = try await page(from: next)
      try requireExact(page)
      let added = try await stored { [isFirst] () throws(LedgerError) in
        try await ledger.store(page, side: side, isFirst: isFirst)
      }
      isFirst = false
      progress(page.versions.count)
      guard let place = page.next else { return }
      emptyPages = page.versions.isEmpty ? emptyPages + 1 : 0
      let repeats = !page.versions.isEmpty && added == 0
      guard !repeats, emptyPages < Self.mostEmptyPages, places.insert(place.hashValue).inserted else {
        throw .store(
          StorageError(
            .malformedAnswer,
            "the listing of versions does not come forward; nothing was concluded from it", key: place.key))
      }
      next = place
    }
  }

  private func requireExact(_ page: VersionPage) throws(InventoryFailure) {
    guard !page.isByteExact else { return }
    for version in page.versions {
      let key = version.object.key
      guard let text = key.text, text.unicodeScalars.contains("\u{fffd}") else { continue }
      throw .store(
        StorageError(
          .malformedAnswer,
          "the store does not encode the keys of versions, and one has U+FFFD, which stands for a character that it could not write; leave --versions out",
          key: key))
    }
  }

  private func page(from place: VersionPosition?) async throws(InventoryFailure) -> VersionPage {
    do throws(StorageError) {
      return try await retrying.run { _ throws(StorageError) in
        try await store.listVersions(prefix: prefix, from: place)
      }
    } catch {
      throw .store(error)
    }
  }
}

import AuditLedger
import Inventory
import ObjectStorage
import Transfers
import Verification

/// Compares two listings as they come, key by key, and keeps only what they do not settle.
///
/// A verification that keeps no ledger has no use for the millions of rows that are equal: they are counted, and
/// everything else goes into the inventories, where the ordinary flow takes it up.
struct ListingMerge {
  /// What was equal, and how often a listing named a key twice.
  struct Count: Sendable {
    var verified: Int64 = 0
    var bytes: Int64 = 0
    /// Keys of the source that the filters left out, and their bytes.
    var excluded: Int64 = 0
    var excludedBytes: Int64 = 0
    /// Keys that only the destination has and that the filters left out.
    var excludedExtra: Int64 = 0
    /// Keys of the source, settled or not.
    var source: Int64 = 0
  }

  let configuration: VerificationConfiguration
  let ledger: Ledger
  let policy: VerificationPolicy
  let retrying: Retrying
  let report: @Sendable (MigrationEvent) -> Void

  private static let rowsAtOnce = 1000
  /// Keys between two events.
  private static let told: Int64 = 1000

  /// Nil where a listing does not ascend: such a one has to be stored before it can be compared.
  func run() async throws(RunStop) -> Count? {
    let began = configuration.clock.now()
    var source = ListingRows(.source, configuration.source, retrying)
    var destination = ListingRows(.destination, configuration.destination, retrying)
    var count = Count()
    var open: (source: [ListedObject], destination: [ListedObject]) = ([], [])
    let (sourceStart, destinationStart) = (
      configuration.source.prefix.bytes.count, configuration.destination.prefix.bytes.count
    )
    var one = try await source.next()
    var other = try await destination.next()
    while one != nil || other != nil {
      guard source.ascends, destination.ascends else {
        source.cancel()
        destination.cancel()
        return nil
      }
      let order =
        if let one, let other {
          one.key.order(dropping: sourceStart, against: other.key, dropping: destinationStart)
        } else { one == nil ? 1 : -1 }
      if order <= 0, let left = one, isExcluded(left, configuration.source) {
        // Of a key that both sides have, the source's row counts.
        count.excluded += 1
        count.excludedBytes = count.excludedBytes.addingReportingOverflow(left.size).partialValue
      } else if order > 0, let right = other,
        isExcluded(right, configuration.destination) || ServiceFolder.isList(right.key)
      {
        count.excludedExtra += 1
      } else if order == 0, let left = one, let right = other, case .verified? = policy.judge(left, right) {
        count.verified += 1
        count.bytes += left.size
        if count.verified % Self.told == 0 { report(.settled(keys: Int(Self.told))) }
      } else {
        if order <= 0, let left = one { open.source.append(left) }
        if order >= 0, let right = other { open.destination.append(right) }
      }
      if order <= 0 {
        count.source += 1
        one = try await source.next()
      }
      if order >= 0 { other = try await destination.next() }
      if open.source.count >= Self.rowsAtOnce || open.destination.count >= Self.rowsAtOnce {
        try await store(&open, isLast: false, began)
      }
    }
    guard source.ascends, destination.ascends else { return nil }
    try await store(&open, isLast: true, began)
    return count
  }

  private func isExcluded(_ object: ListedObject, _ side: RunSide<any ObjectReader>) -> Bool {
    configuration.filter.exclusion(of: object, below: side.prefix) != nil
  }

  private func store(
    _ open: inout (source: [ListedObject], destination: [ListedObject]), isLast: Bool,
    _ began: Timestamp
  ) async throws(RunStop) {
    let rows = open
    open = ([], [])
    for (side, objects) in [(Side.source, rows.source), (.destination, rows.destination)] {
      try await kept { () throws(LedgerError) in
        try await ledger.store(ListingPage(objects: objects), side: side, isLast: isLast, began: began)
      }
    }
  }
}

/// The rows of one side's listing, a page in memory at a time.
private struct ListingRows {
  /// False once a key did not come after the one before.
  private(set) var ascends = true
  private let side: Side
  private var pages: ListingPages
  private var rows: [ListedObject] = []
  private var index = 0

  init(_ side: Side, _ place: RunSide<any ObjectReader>, _ retrying: Retrying) {
    self.side = side
    pages = ListingPages(of: place.store, prefix: place.prefix, from: nil, retrying: retrying)
  }

  /// The next row; nil at the end.
  mutating func next() async throws(RunStop) -> ListedObject? {
    while index >= rows.count {
      let last = rows.last?.key
      guard let page = try await nextPage() else { return nil }
      rows = page.objects
      index = 0
      if let last, let first = rows.first?.key, !(last < first) { ascends = false }
    }
    defer { index += 1 }
    if index > 0, !(rows[index - 1].key < rows[index].key) { ascends = false }
    return rows[index]
  }

  mutating func cancel() { pages.cancel() }

  private mutating func nextPage() async throws(RunStop) -> ListingPage? {
    do {
      return try await pages.next()
    } catch {
      throw RunStop(side, error)
    }
  }
}

import AuditLedger
import ObjectStorage

/// The pieces of a listing that are in memory: those that wait, and those that a request is on its way for.
///
/// Others stand in the ledger only, so that a listing of a million folders takes no more memory than one of ten.
struct RangeFleet: Sendable {
  private struct Active: Sendable {
    var range: ListingRange
    var watch = ProgressWatch()
    /// Pages since the piece began or was last split.
    var pages = 0
    var isSplitting = false
  }

  private let width: Int
  private var waiting: [ListingRange] = []
  private var active: [Int64: Active] = [:]
  private var splits = 0
  /// Whether the ledger may hold pieces that are not here.
  private var hasMore = true

  /// A piece that gave fewer pages is nearly over, for all that is known.
  private static let pagesBeforeSplit = 2
  /// Where no place was found, the next search waits for this many pages more.
  private static let pagesAfterFailure = 8

  init(width: Int) {
    self.width = width
  }

  var known: Set<Int64> { Set(active.keys).union(waiting.map(\.id)) }
  var refill: Int { 4 * width }
  var needsMore: Bool { hasMore && waiting.isEmpty && active.count < width }
  /// Pieces whose next page is on its way.
  var outstanding: Int { active.count }
  /// Whether requests could run that have nothing to do.
  var isHungry: Bool { waiting.isEmpty && active.count < width }

  mutating func add(_ ranges: [ListingRange]) {
    waiting += ranges.reversed()
    hasMore = ranges.count >= refill
  }

  /// The next piece to ask for; nil where all requests are taken or nothing waits.
  mutating func begin() -> ListingRange? {
    guard active.count + splits < width, let range = waiting.popLast() else { return nil }
    active[range.id] = Active(range: range)
    return range
  }

  /// Takes a page of a piece; gives the piece as it is now.
  mutating func take(_ page: ListingPage, of id: Int64) throws(InventoryFailure) -> ListingRange? {
    guard var one = active[id] else { return nil }
    do {
      try one.watch.admit(page)
    } catch {
      throw .store(error)
    }
    one.pages += 1
    active[id] = one
    return one.range
  }

  /// Begins a piece again by its folders.
  mutating func divide(_ range: ListingRange) -> ListingRange {
    var range = range
    range.isDelimited = true
    active[range.id] = Active(range: range)
    return range
  }

  /// Notes what a page brought; gives the piece where it goes on.
  mutating func advance(_ kept: RangeProgress) -> ListingRange? {
    if !kept.folders.isEmpty { hasMore = true }
    guard !kept.isDone else {
      active[kept.range.id] = nil
      return nil
    }
    active[kept.range.id]?.range = kept.range
    return kept.range
  }
}

extension RangeFleet {
  /// The piece whose rest is to be parted, where requests have nothing to do: the one with the most pages so far.
  mutating func beginSplit() -> ListingRange? {
    guard waiting.isEmpty, !hasMore, active.count + splits < width else { return nil }
    let candidates = active.values.filter { !$0.isSplitting && $0.pages >= Self.pagesBeforeSplit }
    guard let one = candidates.max(by: { $0.pages < $1.pages }), !one.range.isDelimited else { return nil }
    active[one.range.id]?.isSplitting = true
    splits += 1
    return one.range
  }

  /// The piece, where a key still parts it: listing went on while the place was looked for.
  func splittable(_ id: Int64, at key: ObjectKey) -> ListingRange? {
    guard let range = active[id]?.range, let last = range.lastKey, last < key,
      range.until.map({ key < $0 }) ?? true
    else { return nil }
    return range
  }

  /// Ends the search for a place; the rest of the piece waits as a piece of its own where one was made.
  mutating func endSplit(_ id: Int64, into rest: ListingRange?, at key: ObjectKey?) {
    splits -= 1
    active[id]?.isSplitting = false
    active[id]?.pages = rest == nil ? -Self.pagesAfterFailure : 0
    guard let rest, let key else { return }
    active[id]?.range.until = key
    waiting.append(rest)
  }
}

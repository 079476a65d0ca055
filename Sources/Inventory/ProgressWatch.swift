import ObjectStorage

/// Notices a listing that does not come forward.
struct ProgressWatch: Sendable {
  /// Hashes of the positions that were left: a billion keys have a million of them.
  private var positions: Set<Int> = []
  private var lastPage: ListingPage?
  private var emptyPages = 0

  /// No store is known that gives more pages without a row in a row; one that goes on so would never end.
  private static let mostEmptyPages = 1000

  /// Throws where a position comes back, a page repeats, or page after page is empty: the listing would never end.
  mutating func admit(_ page: ListingPage) throws(StorageError) {
    let isEmpty = page.objects.isEmpty && page.commonPrefixes.isEmpty
    if !isEmpty, let lastPage, Self.haveSameNames(page, lastPage) {
      throw StorageError(
        .malformedAnswer,
        "the listing repeats the same page and does not come forward; nothing was concluded from it",
        key: page.objects.first?.key ?? page.commonPrefixes.first)
    }
    emptyPages = isEmpty ? emptyPages + 1 : 0
    guard emptyPages <= Self.mostEmptyPages else {
      throw StorageError(
        .malformedAnswer,
        "the listing gave \(emptyPages) pages without a row and does not end; nothing was concluded from it")
    }
    lastPage = page
    if let next = page.next, !positions.insert(next.hashValue).inserted {
      throw StorageError(
        .malformedAnswer, "the listing came back to a position it had left; nothing was concluded from it")
    }
  }

  private static func haveSameNames(_ one: ListingPage, _ other: ListingPage) -> Bool {
    one.objects.elementsEqual(other.objects) { $0.key == $1.key }
      && one.commonPrefixes == other.commonPrefixes
  }
}

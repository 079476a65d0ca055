public import ObjectStorage

/// Reads one page of a listing of versions, under the rules of `ListingParser`.
public final class VersionListingParser {
  private let request: VersionListingRequest
  private let events: ListingEvents

  public init(_ request: VersionListingRequest, leniency: ListingLeniency = .strict) {
    self.request = request
    events = ListingEvents(roots: [.listVersionsResult], label: PageLabel(), leniency: leniency)
  }

  /// Takes the next piece of the page; throws as soon as the page cannot be believed any more.
  public func feed(_ bytes: UnsafeRawBufferPointer) throws(StorageError) { try events.feed(bytes) }

  /// The same for bytes that are an array.
  public func feed(_ bytes: [UInt8]) throws(StorageError) { try events.feed(bytes) }

  /// The page, once every byte of it was fed.
  public func finish() throws(StorageError) -> VersionPage {
    try ListingAssembly(draft: try events.finish(), terms: request.terms).versionPage(after: request.position)
  }
}

public import ObjectStorage

/// Reads one page of a listing, chunk by chunk, straight into rows.
///
/// A page is believed only when it is whole, well-formed, and fits its request; `finish` alone gives rows out.
public final class ListingParser {
  private let request: ListingRequest
  private let events: ListingEvents

  public init(_ request: ListingRequest, leniency: ListingLeniency = .strict) {
    self.request = request
    events = ListingEvents(roots: [.listBucketResult], label: PageLabel(), leniency: leniency)
  }

  /// Takes the next piece of the page; throws as soon as the page cannot be believed any more.
  public func feed(_ bytes: UnsafeRawBufferPointer) throws(StorageError) { try events.feed(bytes) }

  /// The same for bytes that are an array.
  public func feed(_ bytes: [UInt8]) throws(StorageError) { try events.feed(bytes) }

  /// The page, once every byte of it was fed.
  public func finish() throws(StorageError) -> ListingPage {
    try ListingAssembly(draft: try events.finish(), terms: request.terms).page(
      request.paging, after: request.position)
  }

  /// Reads a page that is here whole.
  public static func page(
    of document: [UInt8], _ request: ListingRequest
  ) throws(StorageError) -> ListingPage {
    if let draft = PlainPageReader.draft(of: document, roots: [.listBucketResult]) {
      return try ListingAssembly(draft: draft, terms: request.terms).page(
        request.paging, after: request.position)
    }
    let parser = ListingParser(request)
    try parser.feed(document)
    return try parser.finish()
  }
}

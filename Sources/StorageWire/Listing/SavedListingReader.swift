public import ObjectStorage

/// Reads saved pages of listings, one or many to a file, as the bytes of the file come.
///
/// - Pages may follow each other with or without an XML declaration each, and with white space between them; they
///   may be of S3 or OSS, of objects or of versions, in any mixture.
/// - Each page is held to the rules of a live one. Whether the pages together are a whole listing is not judged
///   here: `SavedListingPage.asked` and the page's `next` say how they join.
/// - Nothing may be fed to a reader that has thrown.
public final class SavedListingReader {
  private let dialect: ListingDialect?
  private let leniency: ListingLeniency

  private struct OpenPage {
    let events: ListingEvents
    let label: PageLabel
    let offset: Int64
    var scanner = MarkupScanner()
    var returns = ReturnWatch()
  }

  private var current: OpenPage?
  private var ordinal = 0
  private var offset: Int64 = 0

  /// Without a dialect each page must show its own, or have no `+` where one would have to be understood.
  public init(dialect: ListingDialect? = nil, leniency: ListingLeniency = .strict) {
    self.dialect = dialect
    self.leniency = leniency
  }

  /// Takes the next piece of the file; returns the pages that ended in it.
  ///
  /// Throws `malformed-answer` with the page and the byte for what is no page, or one that cannot be believed whole.
  public func feed(_ bytes: UnsafeRawBufferPointer) throws(StorageError) -> [SavedListingPage] {
    var pages: [SavedListingPage] = []
    var place = 0
    while place < bytes.count {
      guard var page = current else {
        place = try begin(bytes, place)
        continue
      }
      let end = try advance(&page, bytes, place)
      try page.events.feed(UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
      offset += Int64(end - place)
      place = end
      current = page
      if page.scanner.isComplete {
        pages.append(try finished(page))
        current = nil
      }
    }
    return pages
  }

  /// Throws where the file ended within a page, or had none.
  public func finish() throws(StorageError) {
    if let current { throw current.label.refused("is cut off: the file ends at byte \(offset)") }
    guard ordinal > 0 else { throw Self.refused("there is no page of a listing in it") }
  }

  /// Passes white space over; returns where a page begins, or the end of the bytes.
  private func begin(_ bytes: UnsafeRawBufferPointer, _ start: Int) throws(StorageError) -> Int {
    let rest = bytes[start...]
    let place = rest.firstIndex { $0 != 0x20 && !(0x09...0x0d).contains($0) } ?? rest.endIndex
    offset += Int64(place - start)
    guard place < rest.endIndex else { return place }
    // A mark of the byte order may come before the first element; what else starts so is refused by the parser.
    guard bytes[place] == UInt8(ascii: "<") || bytes[place] == 0xef else {
      throw Self.refused(
        "what stands at byte \(offset), after \(ordinal) pages, is no page of a listing in XML")
    }
    ordinal += 1
    let label = PageLabel(text: "page \(ordinal) of the listing, from byte \(offset) of the file on,")
    let events = ListingEvents(roots: ListingTag.roots, label: label, leniency: leniency)
    current = OpenPage(events: events, label: label, offset: offset)
    return place
  }

  /// Goes on to the end of the page or of the bytes.
  private func advance(
    _ page: inout OpenPage, _ bytes: UnsafeRawBufferPointer, _ start: Int
  ) throws(StorageError) -> Int {
    var place = start
    while place < bytes.count, !page.scanner.isComplete {
      let run = page.scanner.run(bytes, from: place)
      if leniency == .strict {
        page.returns.take(bytes, place..<run.end, run.kind, page.scanner, at: offset + Int64(place - start))
        if let found = page.returns.found {
          throw page.label.refused(
            "has a carriage return in a text, at byte \(found) of the file, which XML would change; it can be read with --lenient-xml"
          )
        }
      }
      place = run.end
    }
    return place
  }

  private func finished(_ page: OpenPage) throws(StorageError) -> SavedListingPage {
    try SavedPageAssembly(draft: try page.events.finish(), label: page.label, given: dialect).page(
      ordinal: ordinal, offset: page.offset, byteCount: offset - page.offset)
  }

  private static func refused(_ what: String) -> StorageError {
    StorageError(.malformedAnswer, "\(what); nothing was taken from the file")
  }
}

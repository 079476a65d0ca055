import CLibXML2
public import ObjectStorage

/// Reads one page of a listing, chunk by chunk, straight into rows.
///
/// A page is believed only when it is whole, well-formed, and fits its request; `finish` alone gives rows out. No
/// document type, no entities but XML's own, no element deeper than eight, no key longer than 1,024 bytes.
public final class ListingParser {
  /// No page of a thousand keys is longer; in bytes.
  private static let longestPage = 16 << 20
  private static let deepest = 8

  private let request: ListingRequest
  private var context: xmlParserCtxtPtr?
  private var tags = ListingTags()
  private var draft = ListingDraft()
  private var depth = 0
  private var length = 0
  private var refusal: String?

  public init(_ request: ListingRequest) {
    self.request = request
    var handler = Self.handler
    context = xmlCreatePushParserCtxt(&handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
    if let context {
      xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
      tags = ListingTags(context.pointee.dict)
    }
  }

  deinit { if let context { xmlFreeParserCtxt(context) } }

  /// Takes the next piece of the page; throws as soon as the page cannot be believed any more.
  public func feed(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    guard let count = Int32(exactly: bytes.count), length + bytes.count <= Self.longestPage else {
      throw Self.malformed("is longer than \(Self.longestPage) bytes")
    }
    length += bytes.count
    guard bytes.count > 0 else { return }
    try require(xmlParseChunk(context, bytes.assumingMemoryBound(to: CChar.self).baseAddress, count, 0))
  }

  /// The page, once every byte of it was fed.
  public func finish() throws(StorageError) -> ListingPage {
    // A page that was cut off shows only here.
    try require(xmlParseChunk(context, nil, 0, 1))
    guard let context, context.pointee.wellFormed == 1, depth == 0 else {
      throw Self.malformed("is not a whole document of XML")
    }
    return try ListingAssembly(draft: draft, request: request).page()
  }

  private func require(_ code: Int32) throws(StorageError) {
    if let refusal { throw Self.malformed(refusal) }
    guard code == 0 else { throw Self.malformed("is not well-formed XML (libxml2 code \(code))") }
  }

  static func malformed(_ what: String) -> StorageError {
    StorageError(.malformedAnswer, "the page of the listing \(what); nothing was taken from it")
  }

  private func refuse(_ why: String) {
    if refusal == nil { refusal = why }
    if let context { xmlStopParser(context) }
  }

  private func start(_ name: UnsafePointer<UInt8>?) {
    depth += 1
    if depth > Self.deepest { return refuse("nests elements deeper than \(Self.deepest)") }
    let tag = tags.tag(name)
    switch depth {
    case 1: if tag != .listBucketResult { refuse("has another root than ListBucketResult") }
    case 2: draft.start(tag)
    default:
      if tag == .contents || tag == .commonPrefixes { return refuse("nests one entry in another") }
      if depth == 3 { draft.startField(tag) }
    }
  }

  private func end() {
    if depth == 2 || depth == 3, let problem = draft.end(depth: depth) { refuse(problem) }
    depth -= 1
  }

  private func text(_ bytes: UnsafePointer<UInt8>?, _ count: Int32) {
    guard refusal == nil, let bytes, count > 0 else { return }
    if let problem = draft.append(UnsafeBufferPointer(start: bytes, count: Int(count)), depth: depth) {
      refuse(problem)
    }
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> ListingParser? {
    data.map { Unmanaged<ListingParser>.fromOpaque($0).takeUnretainedValue() }
  }

  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { data, name, _, _, _, _, _, _, _ in ListingParser.of(data)?.start(name) }
    handler.endElementNs = { data, _, _, _ in ListingParser.of(data)?.end() }
    handler.characters = { data, bytes, count in ListingParser.of(data)?.text(bytes, count) }
    handler.ignorableWhitespace = handler.characters
    handler.cdataBlock = handler.characters
    handler.internalSubset = { data, _, _, _ in ListingParser.of(data)?.refuse("has a document type") }
    // Without one the library would write to the standard error.
    handler.serror = { _, _ in }
    return handler
  }
}

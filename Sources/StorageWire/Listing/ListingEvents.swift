import CLibXML2
import ObjectStorage

/// Reads the elements of one page, chunk by chunk, as the parser reports them.
///
/// No document type, no entities but XML's own, no element deeper than eight, no key longer than 1,024 bytes.
/// What was read may be believed only once `finish` has returned it.
final class ListingEvents {
  /// No page of a thousand keys is longer; in bytes.
  private static let longestPage = 16 << 20
  private static let deepest = 8

  private let roots: Set<ListingTag>
  private let label: PageLabel
  private var context: xmlParserCtxtPtr?
  private var tags = ListingTags()
  private var draft: ListingDraft
  private var escapes: CharacterEscapes?
  private var depth = 0
  private var length = 0
  private var refusal: String?
  private var fault: XMLFault?

  init(roots: Set<ListingTag>, label: PageLabel, leniency: ListingLeniency) {
    self.roots = roots
    self.label = label
    draft = ListingDraft(leniency)
    escapes = leniency == .lenient ? CharacterEscapes() : nil
    var handler = Self.handler
    context = xmlCreatePushParserCtxt(&handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
    if let context {
      xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue))
      tags = ListingTags(context.pointee.dict)
    }
  }

  deinit { if let context { xmlFreeParserCtxt(context) } }

  /// Takes the next piece of the page; throws as soon as the page cannot be believed any more.
  func feed(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    guard bytes.count <= Self.longestPage - length else {
      throw label.refused("is longer than \(Self.longestPage) bytes")
    }
    length += bytes.count
    guard let escaped = escapes?.escape(bytes) else { return try parse(bytes) }
    try Self.pass(escaped, to: parse)
  }

  func feed(_ bytes: [UInt8]) throws(StorageError) { try Self.pass(bytes, to: feed) }

  private static func pass(
    _ bytes: [UInt8], to take: (UnsafeRawBufferPointer) throws(StorageError) -> Void
  ) throws(StorageError) {
    let taken: Result<Void, StorageError> = bytes.withUnsafeBytes { bytes in
      do throws(StorageError) { return .success(try take(bytes)) } catch { return .failure(error) }
    }
    try taken.get()
  }

  /// What the page says, once every byte of it was fed.
  func finish() throws(StorageError) -> ListingDraft {
    XMLQuiet.silence()
    // A page that was cut off shows only here.
    try require(xmlParseChunk(context, nil, 0, 1))
    guard let context, context.pointee.wellFormed == 1, depth == 0 else {
      throw label.refused("is not a whole document of XML")
    }
    // An escape is bytes of UTF-8, and would be other characters elsewhere.
    if escapes != nil, let encoding = context.pointee.encoding,
      !["utf-8", "utf8"].contains(String(cString: encoding).lowercased())
    {
      throw label.refused("is not in UTF-8, which the lenient reading needs")
    }
    return draft
  }

  private func parse(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
    guard bytes.count > 0, let count = Int32(exactly: bytes.count) else { return }
    XMLQuiet.silence()
    try require(xmlParseChunk(context, bytes.assumingMemoryBound(to: CChar.self).baseAddress, count, 0))
  }

  private func require(_ code: Int32) throws(StorageError) {
    if let refusal { throw label.refused(refusal) }
    guard code != 0 else { return }
    // Where something was escaped, the parser counts other bytes than the page has.
    let isCounted = escapes?.hasEscaped != true
    throw label.refused(fault?.words(isCounted: isCounted, isLenient: escapes != nil) ?? XMLFault.words(code))
  }

  private func refuse(_ why: String) {
    if refusal == nil { refusal = why }
    if let context { xmlStopParser(context) }
  }

  private func start(_ name: UnsafePointer<UInt8>?, _ namespace: UnsafePointer<UInt8>?) {
    depth += 1
    if depth > Self.deepest { return refuse("nests elements deeper than \(Self.deepest)") }
    let tag = tags.tag(name)
    let problem: String?
    switch depth {
    case 1:
      problem = startRoot(tag, namespace)
    case 2: problem = draft.start(tag)
    default: problem = draft.startInner(tag, depth: depth)
    }
    if let problem { refuse(problem) }
  }

  private func startRoot(_ tag: ListingTag?, _ namespace: UnsafePointer<UInt8>?) -> String? {
    guard let tag, roots.contains(tag) else {
      return "has another root than \(roots.map(\.rawValue).sorted().joined(separator: " or "))"
    }
    draft.startRoot(tag, namespace: namespace.map { String(cString: $0) })
    return nil
  }

  private func end() {
    if let problem = draft.end(depth: depth) { refuse(problem) }
    depth -= 1
  }

  private func text(_ bytes: UnsafePointer<UInt8>?, _ count: Int32) {
    guard refusal == nil, let bytes, count > 0 else { return }
    if let problem = draft.append(UnsafeBufferPointer(start: bytes, count: Int(count)), depth: depth) {
      refuse(problem)
    }
  }

  /// A comment may stand inside a name, and an instruction before the root; neither may hide rows.
  private func aside(_ text: UnsafePointer<UInt8>?, _ name: String) {
    guard let text, String(cString: text).utf8.contains(UInt8(ascii: "<")) else { return }
    refuse("hides elements in a \(name)")
  }

  private func failed(_ error: UnsafePointer<xmlError>?) {
    guard fault == nil, refusal == nil, let error, error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue
    else { return }
    fault = XMLFault(error.pointee, context)
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> ListingEvents? {
    data.map { Unmanaged<ListingEvents>.fromOpaque($0).takeUnretainedValue() }
  }

  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { data, name, _, namespace, _, _, _, _, _ in
      ListingEvents.of(data)?.start(name, namespace)
    }
    handler.endElementNs = { data, _, _, _ in ListingEvents.of(data)?.end() }
    handler.characters = { data, bytes, count in ListingEvents.of(data)?.text(bytes, count) }
    handler.ignorableWhitespace = handler.characters
    handler.cdataBlock = handler.characters
    handler.comment = { data, text in ListingEvents.of(data)?.aside(text, "comment") }
    handler.processingInstruction = { data, _, text in
      ListingEvents.of(data)?.aside(text, "processing instruction")
    }
    handler.internalSubset = { data, _, _, _ in ListingEvents.of(data)?.refuse("has a document type") }
    // Without one the library would write to the standard error.
    handler.serror = { data, error in ListingEvents.of(data)?.failed(error.map { UnsafePointer($0) }) }
    return handler
  }
}

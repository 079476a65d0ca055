import CLibXML2
public import ObjectStorage

/// Reads a document of a store, which may come from anybody, into the rows that a caller makes of it.
///
/// No document type, no entities but the five of XML, elements nested at most eight deep. Namespaces are
/// ignored. Nothing that was reported may be believed before `read` has returned.
public enum XMLDocument {
  /// Reports every element at its end: the names of the elements around it from the root on with its own
  /// name last, and its text as it stands.
  ///
  /// Throws `malformed-answer` where the document is not whole and well-formed, or has another root; without roots
  /// any will do.
  public static func read(
    _ document: [UInt8], roots: Set<String>? = nil, onEnd: (_ path: [String], _ text: String) -> Void
  ) throws(StorageError) -> String {
    // A store may send white space first, to keep a connection alive while it works.
    let document = Array(document.drop { $0 == 0x20 || (0x09...0x0d).contains($0) })
    let events = withoutActuallyEscaping(onEnd) { onEnd in
      let events = XMLEvents(onEnd)
      events.parse(document)
      return (root: events.root, isWhole: events.isWhole)
    }
    guard events.isWhole, let root = events.root else {
      throw StorageError(.malformedAnswer, "the answer is not a whole document of XML")
    }
    if let roots, !roots.contains(root) {
      throw StorageError(
        .malformedAnswer,
        "the answer is a document of \(shownSafely(root)) and not of \(roots.sorted().joined(separator: " or "))"
      )
    }
    return root
  }
}

extension StringProtocol {
  /// Without the white space around it, which some stores put around values.
  public var withoutPadding: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    return String(
      decoding: utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed(), as: UTF8.self)
  }
}

/// What the parser reports, as elements that end.
private final class XMLEvents {
  private static let deepest = 8
  /// Bytes of one text; a key has at most 1,024, percent-encoded three times that.
  private static let longestText = 64 << 10
  private(set) var root: String?
  private(set) var isWhole = false
  private var path: [String] = []
  private var text: [UInt8] = []
  private var isRefused = false
  // The parser's context, valid while `parse` runs.
  private var context: xmlParserCtxtPtr?
  private let onEnd: ([String], String) -> Void

  init(_ onEnd: @escaping ([String], String) -> Void) {
    self.onEnd = onEnd
  }

  func parse(_ document: [UInt8]) {
    var handler = Self.handler
    guard !document.isEmpty, let count = Int32(exactly: document.count),
      let context = xmlCreatePushParserCtxt(
        &handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
    else { return }
    self.context = context
    defer {
      self.context = nil
      xmlFreeParserCtxt(context)
    }
    XMLQuiet.silence()
    guard xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue)) == 0 else { return }
    let isRead = document.withUnsafeBytes { bytes in
      xmlParseChunk(context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), count, 0) == 0
        && xmlParseChunk(context, nil, 0, 1) == 0
    }
    isWhole = isRead && !isRefused && context.pointee.wellFormed == 1 && path.isEmpty
  }

  private func start(_ name: String) {
    if path.isEmpty { root = name }
    path.append(name)
    text = []
    if path.count > Self.deepest { refuse() }
  }

  private func add(_ bytes: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard !isRefused, count > 0 else { return }
    text.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
    if text.count > Self.longestText { refuse() }
  }

  private func refuse() {
    isRefused = true
    if let context { xmlStopParser(context) }
  }

  private func end() {
    defer {
      _ = path.popLast()
      text = []
    }
    guard !isRefused else { return }
    onEnd(path, String(decoding: text, as: UTF8.self))
  }

  private static func of(_ pointer: UnsafeMutableRawPointer?) -> XMLEvents? {
    pointer.map { Unmanaged<XMLEvents>.fromOpaque($0).takeUnretainedValue() }
  }

  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.startElementNs = { data, name, _, _, _, _, _, _, _ in
      XMLEvents.of(data)?.start(name.map { String(cString: $0) } ?? "")
    }
    handler.endElementNs = { data, _, _, _ in XMLEvents.of(data)?.end() }
    handler.characters = { data, bytes, count in XMLEvents.of(data)?.add(bytes, count) }
    handler.ignorableWhitespace = handler.characters
    handler.cdataBlock = handler.characters
    handler.internalSubset = { data, _, _, _ in XMLEvents.of(data)?.refuse() }
    // Without one the library would write to the standard error.
    handler.serror = { _, _ in }
    return handler
  }
}

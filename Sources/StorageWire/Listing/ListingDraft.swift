/// What was read of a page so far; texts stand in one arena of bytes.
struct ListingDraft {
  struct Entry {
    var isPrefix: Bool
    var fields = Fields()
  }

  /// Where the texts of an entry stand; a page has a thousand of them, and a dictionary each would cost more than
  /// the parser.
  struct Fields {
    private var key, size, eTag, lastModified, storageClass, type, prefix: Range<Int>?

    subscript(tag: ListingTag) -> Range<Int>? {
      switch tag {
      case .key: key
      case .size: size
      case .eTag: eTag
      case .lastModified: lastModified
      case .storageClass: storageClass
      case .type: type
      case .prefix: prefix
      default: nil
      }
    }

    /// False where the entry has the text already; tags that say nothing of an entry are passed over.
    mutating func put(_ range: Range<Int>, _ tag: ListingTag) -> Bool {
      guard self[tag] == nil else { return false }
      switch tag {
      case .key: key = range
      case .size: size = range
      case .eTag: eTag = range
      case .lastModified: lastModified = range
      case .storageClass: storageClass = range
      case .type: type = range
      case .prefix: prefix = range
      default: break
      }
      return true
    }
  }

  /// A key of 1,024 bytes, each of them percent-encoded.
  private static let longestText = 3 * 1024

  private(set) var arena: [UInt8] = []
  private(set) var entries: [Entry] = []
  /// Texts beside the entries.
  private(set) var values: [ListingTag: Range<Int>] = [:]

  private var entry: Entry?
  private var field: (tag: ListingTag, start: Int, depth: Int)?

  mutating func start(_ tag: ListingTag?) {
    switch tag {
    case .contents?, .commonPrefixes?: entry = Entry(isPrefix: tag == .commonPrefixes)
    case let tag?: field = (tag, arena.count, 2)
    case nil: break
    }
  }

  mutating func startField(_ tag: ListingTag?) {
    if let tag, entry != nil { field = (tag, arena.count, 3) }
  }

  /// Ends an element; returns why the page must be refused, or nil.
  mutating func end(depth: Int) -> String? {
    if let field, field.depth == depth {
      self.field = nil
      let range = field.start..<arena.count
      let isFirst =
        depth == 2
        ? values.updateValue(range, forKey: field.tag) == nil : entry?.fields.put(range, field.tag) ?? true
      return isFirst ? nil : "says \(field.tag.text) twice"
    }
    if depth == 2, let entry {
      entries.append(entry)
      self.entry = nil
    }
    return nil
  }

  /// Takes a piece of text; returns why the page must be refused, or nil.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> String? {
    guard let field, field.depth == depth else { return nil }
    guard arena.count - field.start + bytes.count <= Self.longestText else {
      return "has a \(field.tag.text) that is too long"
    }
    arena.append(contentsOf: bytes)
    return nil
  }

  /// The bytes of a text without white space around it.
  func trimmed(_ range: Range<Int>?) -> ArraySlice<UInt8>? {
    guard let range else { return nil }
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
    let text = arena[range].drop(while: isSpace)
    return text.prefix((text.lastIndex { !isSpace($0) } ?? text.startIndex - 1) - text.startIndex + 1)
  }

  func text(_ range: Range<Int>?) -> String? { trimmed(range).map { String(decoding: $0, as: UTF8.self) } }
}

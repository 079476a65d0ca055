/// What was read of a page so far; texts stand in one arena of bytes.
struct ListingDraft {
  struct Entry {
    /// `contents`, `commonPrefixes`, `version` or `deleteMarker`.
    var tag: ListingTag
    var fields = Fields()
  }

  /// Where the texts of an entry stand; a page has a thousand of them, and a dictionary each would cost more than
  /// the parser.
  struct Fields {
    private var starts = InlineArray<9, UInt32>(repeating: .max)
    private var ends = InlineArray<9, UInt32>(repeating: 0)

    subscript(tag: ListingTag) -> Range<Int>? { Self.slot(tag).flatMap { self[slot: $0] } }

    private subscript(slot slot: Int) -> Range<Int>? {
      starts[slot] == .max ? nil : Int(starts[slot])..<Int(ends[slot])
    }

    /// False where the entry has the text already; tags that say nothing of an entry are passed over.
    mutating func put(_ range: Range<Int>, _ tag: ListingTag) -> Bool {
      Self.slot(tag).map { put(range, slot: $0) } ?? true
    }

    /// The same for a tag whose place is known; a page whose texts need larger numbers is refused long before.
    mutating func put(_ range: Range<Int>, slot: Int) -> Bool {
      guard starts[slot] == .max, let end = UInt32(exactly: range.upperBound) else { return false }
      starts[slot] = UInt32(range.lowerBound)
      ends[slot] = end
      return true
    }

    static func slot(_ tag: ListingTag) -> Int? {
      switch tag {
      case .key: 0
      case .size: 1
      case .eTag: 2
      case .lastModified: 3
      case .storageClass: 4
      case .type: 5
      case .prefix: 6
      case .versionID: 7
      case .isLatest: 8
      default: nil
      }
    }
  }

  /// A key of 1,024 bytes, each of them percent-encoded.
  private static let longestText = 3 * 1024

  private var arena: [UInt8] = []
  /// What counts as standing behind the arena.
  private var decoded: [UInt8] = []
  private(set) var entries: [Entry] = []
  /// Texts beside the entries.
  private(set) var values: [ListingTag: Range<Int>] = [:]
  private(set) var root = ListingTag.listBucketResult
  /// What the root's namespace says; it tells vendors apart.
  private(set) var namespace: String?

  private let leniency: ListingLeniency
  private var entry: Entry?
  private var field: (tag: ListingTag, start: Int, depth: Int)?
  /// What stands between the elements and may only turn out to be white space.
  private var stray: [UInt8] = []

  init(_ leniency: ListingLeniency) {
    self.leniency = leniency
  }

  /// A page that was read whole.
  init(
    arena: [UInt8], decoded: [UInt8], entries: [Entry], values: [ListingTag: Range<Int>], root: ListingTag,
    namespace: String?
  ) {
    self.init(.strict)
    self.arena = arena
    self.decoded = decoded
    self.entries = entries
    self.values = values
    self.root = root
    self.namespace = namespace
  }

  mutating func startRoot(_ tag: ListingTag, namespace: String?) {
    root = tag
    self.namespace = namespace
  }

  /// Starts a child of the root; returns why the page must be refused, or nil.
  mutating func start(_ tag: ListingTag?) -> String? {
    if let problem = strayProblem() { return problem }
    guard let tag else { return nil }
    if root.admits(tag) {
      entry = Entry(tag: tag)
    } else if tag.isEntry {
      return "has a \(tag.rawValue) in a \(root.rawValue)"
    } else {
      field = (tag, arena.count, 2)
    }
    return nil
  }

  /// Starts an element further inside; returns why the page must be refused, or nil.
  ///
  /// Whatever could be a row under another name is refused: a row that is passed over makes a shorter list.
  mutating func startInner(_ tag: ListingTag?, depth: Int) -> String? {
    if let problem = strayProblem() { return problem }
    if tag?.isEntry == true { return "nests one entry in another" }
    guard entry != nil else { return "has an entry of an unknown kind" }
    if let field { return "nests an element in \(field.tag.rawValue)" }
    if depth > 3 { return tag == .key ? "nests a Key in an entry's inner element" : nil }
    if let tag { field = (tag, arena.count, 3) }
    return nil
  }

  /// Ends an element; returns why the page must be refused, or nil.
  mutating func end(depth: Int) -> String? {
    if let problem = strayProblem() { return problem }
    if let field, field.depth == depth {
      self.field = nil
      let range = text(from: field.start)
      let isFirst =
        depth == 2
        ? values.updateValue(range, forKey: field.tag) == nil : entry?.fields.put(range, field.tag) ?? true
      return isFirst ? nil : "says \(field.tag.rawValue) twice"
    }
    if depth == 2, let entry {
      entries.append(entry)
      self.entry = nil
    }
    return nil
  }

  /// Takes a piece of text; returns why the page must be refused, or nil.
  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> String? {
    guard let field, field.depth == depth else { return pass(bytes, depth: depth) }
    let limit = leniency == .strict ? Self.longestText : Self.longestText * CharacterEscapes.longest
    guard arena.count - field.start + bytes.count <= limit else {
      return "has a \(field.tag.rawValue) that is too long"
    }
    arena.append(contentsOf: bytes)
    return nil
  }

  /// Text of elements that say nothing is passed over; between the elements there is only white space.
  private mutating func pass(_ bytes: UnsafeBufferPointer<UInt8>, depth: Int) -> String? {
    guard depth < 2 || (depth == 2 && entry != nil), !bytes.allSatisfy(Self.isSpace) else { return nil }
    stray.append(contentsOf: bytes)
    return leniency == .lenient && stray.count < Self.longestText ? nil : Self.strayText
  }

  private static let strayText = "has text between its elements"

  private mutating func strayProblem() -> String? {
    guard !stray.isEmpty else { return nil }
    defer { stray = [] }
    return CharacterEscapes.unescape(stray).allSatisfy(Self.isSpace) ? nil : Self.strayText
  }

  /// The range of a text that is complete, with its characters as the store wrote them.
  private mutating func text(from start: Int) -> Range<Int> {
    if leniency == .lenient, CharacterEscapes.areIn(arena[start...]) {
      arena.replaceSubrange(start..., with: CharacterEscapes.unescape(Array(arena[start...])))
    }
    return start..<arena.count
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// The bytes of a text.
  func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
    guard range.lowerBound >= arena.count, !decoded.isEmpty else { return arena[range] }
    return decoded[range.lowerBound - arena.count..<range.upperBound - arena.count]
  }

  /// The bytes of a text without white space around it.
  func trimmed(_ range: Range<Int>?) -> ArraySlice<UInt8>? {
    guard let range else { return nil }
    let whole = bytes(range)
    if let first = whole.first, let last = whole.last, !Self.isSpace(first), !Self.isSpace(last) {
      return whole
    }
    let text = whole.drop(while: Self.isSpace)
    return text.prefix((text.lastIndex { !Self.isSpace($0) } ?? text.startIndex - 1) - text.startIndex + 1)
  }

  func text(_ range: Range<Int>?) -> String? { trimmed(range).map { String(decoding: $0, as: UTF8.self) } }

  func text(_ tag: ListingTag) -> String? { text(values[tag]) }
}

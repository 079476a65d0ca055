/// What was read of a page so far; texts stand in one arena of bytes.
struct ListingDraft {
  struct Entry {
    var isPrefix: Bool
    var fields: [ListingTag: Range<Int>] = [:]
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
      if depth == 2 { return put(range, &values, field.tag) }
      guard var fields = entry?.fields else { return nil }
      let problem = put(range, &fields, field.tag)
      entry?.fields = fields
      return problem
    }
    if depth == 2, let entry {
      entries.append(entry)
      self.entry = nil
    }
    return nil
  }

  private func put(
    _ range: Range<Int>, _ fields: inout [ListingTag: Range<Int>], _ tag: ListingTag
  ) -> String? {
    guard fields.updateValue(range, forKey: tag) == nil else { return "says \(tag.text) twice" }
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

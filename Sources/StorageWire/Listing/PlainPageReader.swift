/// Reads pages that are written as the stores write them, several times as fast as a parser of all of XML.
///
/// It knows a part of XML only: ASCII, no attribute but the root's `xmlns`, no comments, no literals, no references
/// but the five named ones. What it accepts is well-formed and means the same to every parser; for anything else it
/// gives nothing, and the page goes to `ListingEvents`, which judges it and words every refusal.
struct PlainPageReader {
  let bytes: UnsafeBufferPointer<UInt8>
  var place = 0
  /// Texts that had references, as they read without them; they count as standing behind the document.
  var decoded: [UInt8] = []
  private var entries: [ListingDraft.Entry] = []
  private var values: [ListingTag: Range<Int>] = [:]
  /// The elements of the last entry: a store writes all of them alike, so that the same are looked for first.
  private var pattern = EntryPattern()

  static let longestText = 3 * 1024
  /// The parser refuses a page that is longer.
  private static let longestPage = 16 << 20

  /// What a page says; nil where it has to be read by the parser.
  static func draft(of document: [UInt8], roots: Set<ListingTag>) -> ListingDraft? {
    guard document.count <= longestPage else { return nil }
    return document.withUnsafeBufferPointer { bytes in
      var reader = PlainPageReader(bytes: bytes)
      guard let (root, namespace) = reader.root(), roots.contains(root), reader.children(of: root) else {
        return nil
      }
      return ListingDraft(
        arena: document, decoded: reader.decoded, entries: reader.entries, values: reader.values, root: root,
        namespace: namespace)
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    entries.reserveCapacity(1000)
    decoded.reserveCapacity(64 << 10)
  }

  private mutating func root() -> (tag: ListingTag, namespace: String?)? {
    if take("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") { skipSpace() }
    guard take(UInt8(ascii: "<")), let tag = name().flatMap({ tag($0) }) else { return nil }
    if take(UInt8(ascii: ">")) { return (tag, nil) }
    guard take(" xmlns=\""), let end = index(of: UInt8(ascii: "\""), within: 200) else { return nil }
    let value = bytes[place..<end]
    guard value.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") })
    else { return nil }
    place = end
    return take("\">") ? (tag, String(decoding: value, as: UTF8.self)) : nil
  }

  /// Reads to the end of the document; false where the parser has to.
  private mutating func children(of root: ListingTag) -> Bool {
    while true {
      skipSpace()
      guard take(UInt8(ascii: "<")) else { return false }
      if take(UInt8(ascii: "/")) {
        guard take(root.rawValue), take(UInt8(ascii: ">")) else { return false }
        skipSpace()
        return place == bytes.count
      }
      guard let name = name() else { return false }
      let tag = tag(name)
      if let tag, tag.isEntry {
        guard root.admits(tag), take(UInt8(ascii: ">")), entry(tag, name) else { return false }
      } else {
        guard let range = value(name) else { return false }
        if let tag, values.updateValue(range, forKey: tag) != nil { return false }
      }
    }
  }

  private mutating func entry(_ tag: ListingTag, _ name: Range<Int>) -> Bool {
    var entry = ListingDraft.Entry(tag: tag)
    var number = 0
    while true {
      skipSpace()
      if number < pattern.elements.count {
        let element = pattern.elements[number]
        if let range = text(of: element) {
          if let slot = element.slot, !entry.fields.put(range, slot: slot) { return false }
          number += 1
          continue
        }
      }
      let start = place
      guard take(UInt8(ascii: "<")) else { return false }
      if take(UInt8(ascii: "/")) {
        guard take(name), take(UInt8(ascii: ">")) else { return false }
        entries.append(entry)
        return true
      }
      guard let inner = self.name() else { return false }
      if let field = self.tag(inner) {
        guard !field.isEntry, let range = value(inner), entry.fields.put(range, field) else { return false }
        note(field, inner, from: start, as: &number)
      } else if !pass(inner) {
        return false
      }
    }
  }

  /// The text of an element as the last entry had it; nil, and nothing read, where another one comes.
  private mutating func text(of element: EntryPattern.Element) -> Range<Int>? {
    let start = place
    guard take(element.start) else { return nil }
    if let range = text(), take(element.end) { return range }
    place = start
    return nil
  }

  /// Notes an element that was read to its end, unless it was written as an empty one.
  private mutating func note(_ tag: ListingTag, _ name: Range<Int>, from start: Int, as number: inout Int) {
    guard bytes[name.upperBound] == UInt8(ascii: ">") else { return }
    let element = EntryPattern.Element(
      start: start..<name.upperBound + 1, end: place - name.count - 2..<place,
      slot: ListingDraft.Fields.slot(tag))
    pattern.put(element, number)
    number += 1
  }

  /// Passes an element over that says nothing, such as `Owner`, with its children.
  private mutating func pass(_ name: Range<Int>) -> Bool {
    let start = place
    if value(name) != nil { return true }
    place = start
    guard take(UInt8(ascii: ">")) else { return false }
    while true {
      skipSpace()
      guard take(UInt8(ascii: "<")) else { return false }
      if take(UInt8(ascii: "/")) { return take(name) && take(UInt8(ascii: ">")) }
      guard let inner = self.name(), tag(inner) == nil, value(inner) != nil else { return false }
    }
  }

  /// The text of an element whose name was read, and its end.
  private mutating func value(_ name: Range<Int>) -> Range<Int>? {
    if take("/>") { return place..<place }
    guard take(UInt8(ascii: ">")), let text = text(), take(UInt8(ascii: "/")), take(name),
      take(UInt8(ascii: ">"))
    else { return nil }
    return text
  }
}

import Glibc

/// Reads pages that are written as the stores write them, several times as fast as a parser of all of XML.
///
/// It knows a part of XML only: ASCII, no attribute but the root's `xmlns`, no comments, no literals, no references
/// but the five named ones. What it accepts is well-formed and means the same to every parser; for anything else it
/// gives nothing, and the page goes to `ListingEvents`, which judges it and words every refusal.
struct PlainPageReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0
  /// Texts that had references, as they read without them; they count as standing behind the document.
  private var decoded: [UInt8] = []
  private var entries: [ListingDraft.Entry] = []
  private var values: [ListingTag: Range<Int>] = [:]

  private static let longestText = 3 * 1024

  /// What a page says; nil where it has to be read by the parser.
  static func draft(of document: [UInt8], roots: Set<ListingTag>) -> ListingDraft? {
    document.withUnsafeBufferPointer { bytes in
      var reader = PlainPageReader(bytes: bytes)
      guard let (root, namespace) = reader.root(), roots.contains(root), reader.children(of: root) else {
        return nil
      }
      return ListingDraft(
        arena: reader.decoded.isEmpty ? document : document + reader.decoded, entries: reader.entries,
        values: reader.values, root: root, namespace: namespace)
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    entries.reserveCapacity(1000)
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
    while true {
      skipSpace()
      guard take(UInt8(ascii: "<")) else { return false }
      if take(UInt8(ascii: "/")) {
        guard take(name), take(UInt8(ascii: ">")) else { return false }
        entries.append(entry)
        return true
      }
      guard let inner = self.name() else { return false }
      if let field = self.tag(inner) {
        guard !field.isEntry, let range = value(inner), entry.fields.put(range, field) else { return false }
      } else if !pass(inner) {
        return false
      }
    }
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

extension PlainPageReader {
  /// Reads to the next `<` and over it.
  private mutating func text() -> Range<Int>? {
    let start = place
    while place < bytes.count {
      let byte = bytes[place]
      if byte == UInt8(ascii: "<") {
        defer { place += 1 }
        return place - start <= Self.longestText ? start..<place : nil
      }
      if byte == UInt8(ascii: "&") { return text(from: start) }
      guard Self.isPlain(byte) else { return nil }
      place += 1
    }
    return nil
  }

  /// The same for a text that has references.
  private mutating func text(from start: Int) -> Range<Int>? {
    let first = decoded.count
    decoded.append(contentsOf: bytes[start..<place])
    while place < bytes.count, decoded.count - first <= Self.longestText {
      let byte = bytes[place]
      if byte == UInt8(ascii: "<") {
        place += 1
        return bytes.count + first..<bytes.count + decoded.count
      }
      if byte == UInt8(ascii: "&") {
        guard let character = reference() else { return nil }
        decoded.append(character)
      } else {
        guard Self.isPlain(byte) else { return nil }
        decoded.append(byte)
        place += 1
      }
    }
    return nil
  }

  private mutating func reference() -> UInt8? {
    if take("&quot;") { return UInt8(ascii: "\"") }
    if take("&amp;") { return UInt8(ascii: "&") }
    if take("&lt;") { return UInt8(ascii: "<") }
    if take("&gt;") { return UInt8(ascii: ">") }
    return take("&apos;") ? UInt8(ascii: "'") : nil
  }

  /// `>` is left to the parser, for which `]]>` is an error, and so is everything beyond ASCII.
  private static func isPlain(_ byte: UInt8) -> Bool {
    (byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: ">")) || byte == 0x0a || byte == 0x09
  }

  /// A name of letters and digits, which every element of a listing has.
  private mutating func name() -> Range<Int>? {
    let start = place
    while place < bytes.count, Self.isLetter(bytes[place]) || (place > start && Self.isDigit(bytes[place])) {
      place += 1
    }
    return place > start ? start..<place : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private func tag(_ name: Range<Int>) -> ListingTag? { ListingNames.tag(bytes[name]) }

  private mutating func skipSpace() {
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x0a || bytes[place] == 0x09 {
      place += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  /// The same bytes as stand elsewhere in the document.
  private mutating func take(_ other: Range<Int>) -> Bool {
    guard bytes.count - place >= other.count, let start = bytes.baseAddress,
      memcmp(start + place, start + other.lowerBound, other.count) == 0
    else { return false }
    place += other.count
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    var text = text
    let count = text.utf8.count
    guard bytes.count - place >= count, let start = bytes.baseAddress,
      text.withUTF8({ name in name.baseAddress.map { memcmp(start + place, $0, count) } ?? 0 }) == 0
    else { return false }
    place += count
    return true
  }

  private func index(of byte: UInt8, within limit: Int) -> Int? {
    bytes[place..<min(bytes.count, place + limit)].firstIndex(of: byte)
  }
}

/// The names of the elements by their length, so that few have to be compared.
private enum ListingNames {
  private static let byLength: [[(name: [UInt8], tag: ListingTag)]] = {
    var names = [[(name: [UInt8], tag: ListingTag)]](repeating: [], count: 32)
    for tag in ListingTag.allCases where tag.rawValue.utf8.count < names.count {
      names[tag.rawValue.utf8.count].append((Array(tag.rawValue.utf8), tag))
    }
    return names
  }()

  static func tag(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> ListingTag? {
    guard name.count < byLength.count else { return nil }
    for one in byLength[name.count] where name.elementsEqual(one.name) { return one.tag }
    return nil
  }
}

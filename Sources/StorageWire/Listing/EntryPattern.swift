/// How the last entry of a page was written, element by element.
struct EntryPattern {
  /// An element with a text: where its tags stand in the document, and the place of what it says in an entry.
  struct Element {
    /// As `<Key>`.
    var start: Range<Int>
    /// As `/Key>`, behind the `<` that ends a text.
    var end: Range<Int>
    /// Nil for an element that says nothing.
    var slot: Int?
  }

  private(set) var elements: [Element] = []

  /// No store writes as many.
  private static let most = 12

  /// Notes what the element of a number is; what came behind it is forgotten where it differs.
  mutating func put(_ element: Element, _ number: Int) {
    guard number < Self.most, number <= elements.count else { return }
    elements.removeSubrange(number...)
    elements.append(element)
  }
}

/// The names of the elements by their length, so that few have to be compared.
enum ListingNames {
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

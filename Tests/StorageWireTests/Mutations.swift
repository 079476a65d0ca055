/// Changes to bytes, the same every time.
struct Mutations {
  private var state: UInt64

  init(seed: Int) {
    state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
  }

  mutating func next(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(truncatingIfNeeded: state >> 33) % max(1, limit)
  }

  /// One change: a bit, a byte or a span of the page, or its end from another page.
  mutating func change(_ bytes: inout [UInt8], splicing other: [UInt8]) {
    guard !bytes.isEmpty else { return }
    let place = next(below: bytes.count)
    switch next(below: 10) {
    case 0, 1: bytes[place] ^= UInt8(1 << next(below: 8))
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(UInt8(next(below: 256)), at: place)
    case 4: bytes.removeSubrange(span(bytes, place, of: 120))
    case 5: bytes.insert(contentsOf: Array(bytes[span(bytes, place, of: 200)]), at: next(below: bytes.count))
    case 6: swap(&bytes, place)
    case 7: bytes.removeSubrange(place...)
    case 8: bytes.replaceSubrange(place..., with: other[next(below: other.count)...])
    default: exchangeElements(&bytes)
    }
  }

  private mutating func span(_ bytes: [UInt8], _ place: Int, of length: Int) -> Range<Int> {
    place..<min(bytes.count, place + 1 + next(below: length))
  }

  /// Two spans of one length change places.
  private mutating func swap(_ bytes: inout [UInt8], _ place: Int) {
    let other = next(below: bytes.count)
    let length = min(1 + next(below: 40), bytes.count - max(place, other), abs(place - other))
    for offset in 0..<length { bytes.swapAt(place + offset, other + offset) }
  }

  /// A span from one `<` to another is left out, or comes twice: most other changes are not even well-formed.
  private mutating func exchangeElements(_ bytes: inout [UInt8]) {
    let places = bytes.indices.filter { bytes[$0] == UInt8(ascii: "<") }
    guard places.count > 2 else { return }
    let first = next(below: places.count)
    let last = min(places.count - 1, first + 1 + next(below: 24))
    let span = places[first]..<places[last]
    if next(below: 3) == 0 {
      bytes.insert(contentsOf: Array(bytes[span]), at: places[next(below: places.count)])
    } else {
      bytes.removeSubrange(span)
    }
  }
}

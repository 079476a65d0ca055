import ObjectStorage

/// Finds a key that parts what is left of a listing in two, by asking for the first key after a few places.
///
/// Keys are taken as Unicode scalars, whose order is that of UTF-8 bytes, so that every place can be asked for. The
/// first step finds the leftmost scalar of the last listed key that a later key exceeds, the second how far it goes
/// there; both halve what is open with every answer. The place in the middle is the split.
struct SplitSearch: Sendable {
  enum Step: Hashable, Sendable {
    /// Tell the first key after this one, of all that start with the prefix.
    case ask(after: ObjectKey)
    case split(at: ObjectKey)
    /// Nothing that is worth a piece of its own comes after the last key.
    case none
  }

  private let last: [Unicode.Scalar]
  private let until: ObjectKey?
  /// Positions in the last key where a greater scalar may be: below `low` there is none, at `high` there is.
  private var low: Int
  private var high: Int
  /// The scalars at the position: there are keys from `reached` on, and none from `unreached` on.
  private var reached: UInt32 = 0
  private var unreached: UInt32 = 0
  private var isSpanning = false

  /// Nil where the keys are no text.
  init?(prefix: ObjectKey, last: ObjectKey, until: ObjectKey?) {
    guard let text = last.text, let prefixText = prefix.text, last.hasPrefix(prefix) else { return nil }
    self.last = Array(text.unicodeScalars)
    self.until = until
    low = prefixText.unicodeScalars.count
    high = self.last.count
  }

  /// What to do next; call `found` with the answer of an `ask`.
  mutating func next() -> Step {
    isSpanning ? span() : position()
  }

  /// Takes the first key after the place that was asked for; nil where there is none.
  mutating func found(_ key: ObjectKey?) {
    let isWithin = key.map { key in until.map { key <= $0 } ?? true } ?? false
    guard isSpanning else { return narrowPosition(isWithin) }
    let scalar = key.flatMap(scalarAtPosition)
    if isWithin, let scalar {
      reached = min(max(reached, scalar), unreached - 1)
    } else {
      unreached = middle
    }
  }

  /// The scalar that a key has where the last one differs; nil where it differs earlier, which `until` prevents.
  private func scalarAtPosition(_ key: ObjectKey) -> UInt32? {
    guard let text = key.text else { return nil }
    let scalars = Array(text.unicodeScalars)
    guard scalars.count > low, scalars.prefix(low).elementsEqual(last.prefix(low)) else { return nil }
    return scalars[low].value
  }

  private mutating func position() -> Step {
    guard low < high else {
      guard low < last.count else { return .none }
      isSpanning = true
      reached = last[low].value
      unreached = last[low].value < 0x80 ? 0x80 : 0x11_0000
      return span()
    }
    let middle = (low + high) / 2
    return .ask(after: key(below: middle, last[middle].value + 1))
  }

  /// A key that is greater at a place is greater, at the same place or an earlier one, than at every later place.
  private mutating func narrowPosition(_ exists: Bool) {
    let middle = (low + high) / 2
    if exists { high = middle } else { low = middle + 1 }
  }

  private var middle: UInt32 { Self.scalar(reached + (unreached - reached) / 2) }

  private func span() -> Step {
    if middle > reached, middle < unreached { return .ask(after: key(below: low, middle)) }
    let first = last[low].value
    guard reached > first else { return .none }
    return .split(at: key(below: low, Self.scalar(first + (reached - first + 1) / 2)))
  }

  /// The last key up to a position, with another scalar there.
  private func key(below position: Int, _ value: UInt32) -> ObjectKey {
    var text = String.UnicodeScalarView(last.prefix(position))
    if let scalar = Unicode.Scalar(Self.scalar(value)) { text.append(scalar) }
    return ObjectKey(String(text))
  }

  /// The value itself, or the next one that is a scalar.
  private static func scalar(_ value: UInt32) -> UInt32 {
    (0xd800...0xdfff).contains(value) ? 0xe000 : min(value, 0x10_ffff)
  }
}

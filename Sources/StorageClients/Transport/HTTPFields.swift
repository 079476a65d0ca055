import ObjectStorage

/// The header fields of a request or an answer, in order; names are compared without regard to case.
public struct HTTPFields: Sendable {
  public struct Field: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public private(set) var all: [Field] = []
  /// A bit for each length of a name that is there: most names that are asked for are not.
  private var lengths: UInt64 = 0

  public init(_ pairs: [(name: String, value: String)] = []) {
    all.reserveCapacity(pairs.count)
    for pair in pairs { add(pair.name, pair.value) }
  }

  mutating func reserveCapacity(_ count: Int) { all.reserveCapacity(count) }

  public mutating func add(_ name: String, _ value: String) {
    lengths |= Self.bit(name)
    all.append(Field(name: name, value: value))
  }

  public var pairs: [(name: String, value: String)] { all.map { (name: $0.name, value: $0.value) } }

  /// The first value of a name.
  public subscript(_ name: String) -> String? {
    guard lengths & Self.bit(name) != 0 else { return nil }
    for index in all.indices where isSameName(all[index].name, name) { return all[index].value }
    return nil
  }

  private static func bit(_ name: String) -> UInt64 { 1 << UInt64(name.utf8.count & 63) }

  public func values(_ name: String) -> [String] {
    all.filter { isSameName($0.name, name) }.map(\.value)
  }
}

/// Whether two names of fields are the same, in whatever case.
func isSameName(_ one: String, _ other: String) -> Bool {
  one.utf8.count == other.utf8.count && (one == other || beginsName(one, with: other))
}

/// Whether a name of a field begins with a text, in whatever case.
func beginsName(_ name: String, with start: String) -> Bool {
  guard name.utf8.count >= start.utf8.count, name.utf8.first.map(lowered) == start.utf8.first.map(lowered)
  else { return false }
  return withBytes(of: name) { name in
    withBytes(of: start) { start in
      for index in start.indices where lowered(name[index]) != lowered(start[index]) { return false }
      return true
    }
  }
}

private func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }

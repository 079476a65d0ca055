/// Objects by a number of theirs, in classes that never change.
public struct Histogram: Hashable, Sendable {
  /// The objects whose number is in a span.
  public struct Class: Hashable, Sendable {
    /// The smallest number of the class.
    public var from: Int64
    /// The largest number of the class; nil for the class without an end.
    public var upTo: Int64?
    public var share: ObjectShare
  }

  public private(set) var classes: [Class]

  /// Sizes in bytes: none, and up to 1 KiB, 16 KiB, 128 KiB, 1 MiB, 8 MiB, 64 MiB, 1 GiB, 5 GiB, and larger.
  public static var sizes: Histogram {
    Histogram(
      from: 0, ends: [0, 1 << 10, 16 << 10, 128 << 10, 1 << 20, 8 << 20, 64 << 20, 1 << 30, 5 << 30])
  }

  /// Numbers of parts: one, and up to 10, 100, 1,000 and 10,000.
  public static var parts: Histogram {
    var histogram = Histogram(from: 1, ends: [1, 10, 100, 1000, 10_000])
    histogram.classes.removeLast()
    return histogram
  }

  /// Classes that end at these numbers, ascending, and one without an end.
  private init(from first: Int64, ends: [Int64]) {
    var start = first
    classes = ends.map { end in
      defer { start = end + 1 }
      return Class(from: start, upTo: end, share: ObjectShare())
    }
    classes.append(Class(from: start, upTo: nil, share: ObjectShare()))
  }

  /// Counts an object; a number beyond all classes goes into the last one.
  mutating func add(_ number: Int64, size: Int64) {
    let index = classes.firstIndex { $0.upTo.map { number <= $0 } ?? true } ?? classes.count - 1
    classes[index].share.add(size)
  }
}

/// How the bytes of an object are cut into parts.
public struct PartBoundaries: Hashable, Sendable {
  /// In bytes.
  public let objectSize: Int64
  /// The size of every part but the last, or nil where `sizes` has them all.
  private let partSize: Int64?
  private let sizes: [Int64]

  /// The most parts that an upload can have.
  public static let mostParts = 10_000

  /// Equal parts, the last one smaller where they do not fit; nil for no bytes, no size, or too many parts.
  public init?(objectSize: Int64, partSize: Int64) {
    guard objectSize > 0, partSize > 0, (objectSize - 1) / partSize < Self.mostParts else { return nil }
    self.objectSize = objectSize
    // One spelling for one cut: equal cuts compare equal, however they came to be known.
    self.partSize = min(partSize, objectSize)
    sizes = []
  }

  /// Parts of these sizes; nil unless each is positive and they add up to the object's size.
  public init?(objectSize: Int64, sizes: [Int64]) {
    guard !sizes.isEmpty, sizes.count <= Self.mostParts, sizes.allSatisfy({ $0 > 0 }) else { return nil }
    var sum: Int64 = 0
    for size in sizes {
      let (next, overflow) = sum.addingReportingOverflow(size)
      guard !overflow else { return nil }
      sum = next
    }
    guard sum == objectSize else { return nil }
    if let equal = PartBoundaries(objectSize: objectSize, partSize: sizes[0]), equal.count == sizes.count,
      sizes.indices.allSatisfy({ equal.size(at: $0) == sizes[$0] })
    {
      self = equal
    } else {
      self.objectSize = objectSize
      partSize = nil
      self.sizes = sizes
    }
  }

  /// The number of parts, at least 1.
  public var count: Int {
    partSize.map { Int((objectSize - 1) / $0) + 1 } ?? sizes.count
  }

  /// The size of a part, counted from 0, in bytes; 0 behind the last one.
  public func size(at index: Int) -> Int64 {
    guard index >= 0, index < count else { return 0 }
    guard let partSize else { return sizes[index] }
    return min(partSize, objectSize - Int64(index) * partSize)
  }

  /// Where each part lies, ascending.
  public var spans: [Span] {
    var offset: Int64 = 0
    return (0..<count).map { index in
      let span = Span(offset: offset, length: size(at: index))
      offset += span.length
      return span
    }
  }

  /// Adjacent bytes of an object.
  public struct Span: Hashable, Sendable {
    public var offset: Int64
    public var length: Int64
  }
}

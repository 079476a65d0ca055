import ObjectStorage

/// How an object is cut into parts.
struct PartLayout {
  struct Part: Hashable, Sendable {
    /// From 1.
    var number: Int
    var range: ByteRange
  }

  let size: Int64
  /// In bytes; the last part may be smaller.
  let partSize: Int64

  /// Takes the wanted size unless the store's limits or the number of parts ask for another.
  init(size: Int64, wanted: Int64, _ limits: WriteLimits) {
    let mebibyte: Int64 = 1 << 20
    // Nine tenths of the parts that the store takes leave room to grow; whole mebibytes are easy to read.
    let parts = max(1, Int64(limits.maximumParts) / 10 * 9)
    let needed = (size / parts / mebibyte + 1) * mebibyte
    self.size = size
    partSize = min(max(wanted, limits.minimumPart, size / parts >= wanted ? needed : 1), limits.maximumPart)
  }

  var count: Int { size == 0 ? 0 : Int((size - 1) / partSize + 1) }

  /// The part at an index from 0; nil behind the last one.
  func part(at index: Int) -> Part? {
    let offset = Int64(index) * partSize
    return ByteRange(offset: offset, length: min(partSize, size - offset)).map {
      Part(number: index + 1, range: $0)
    }
  }
}

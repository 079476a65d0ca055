import Checksums
import ObjectStorage

/// How an object is cut into the parts of an upload.
struct PartLayout {
  struct Part: Hashable, Sendable {
    /// From 1.
    var number: Int
    var range: ByteRange
    /// How the source's own parts cut this one; nil where they are not known.
    var cut: PartBoundaries?
  }

  private let parts: [Part]

  /// Equal parts of the wanted size, unless the store's limits or the number of parts ask for another.
  init(size: Int64, wanted: Int64, _ limits: WriteLimits) {
    let mebibyte: Int64 = 1 << 20
    // Nine tenths of the parts that the store takes leave room to grow; whole mebibytes are easy to read.
    let most = max(1, Int64(limits.maximumParts) / 10 * 9)
    let needed = (size / most / mebibyte + 1) * mebibyte
    let partSize = min(
      max(wanted, limits.minimumPart, size / most >= wanted ? needed : 1), limits.maximumPart)
    parts = stride(from: 0, to: size, by: Int64.Stride(partSize)).enumerated().compactMap { index, offset in
      ByteRange(offset: offset, length: min(partSize, size - offset)).map {
        Part(number: index + 1, range: $0)
      }
    }
  }

  /// Parts that end where the source's own parts end, several of these in one up to the wanted size.
  ///
  /// Nil where the store's limits do not allow such a cut.
  init?(along cut: PartBoundaries, wanted: Int64, _ limits: WriteLimits) {
    var groups: [(offset: Int64, sizes: [Int64])] = []
    let goal = min(
      max(wanted, limits.minimumPart, cut.objectSize / max(1, Int64(limits.maximumParts) / 2)),
      limits.maximumPart)
    var open: Int64 = 0
    for span in cut.spans {
      if groups.isEmpty || (open >= limits.minimumPart && open + span.length > goal) {
        groups.append((span.offset, []))
        open = 0
      }
      groups[groups.count - 1].sizes.append(span.length)
      open += span.length
    }
    guard groups.count <= limits.maximumParts else { return nil }
    var parts: [Part] = []
    for (index, group) in groups.enumerated() {
      let length = group.sizes.reduce(0, +)
      guard length <= limits.maximumPart, let range = ByteRange(offset: group.offset, length: length) else {
        return nil
      }
      parts.append(
        Part(
          number: index + 1, range: range, cut: PartBoundaries(objectSize: length, sizes: group.sizes)))
    }
    self.parts = parts
  }

  var count: Int { parts.count }

  /// The largest part; in bytes.
  var largest: Int64 { parts.reduce(0) { max($0, $1.range.length) } }

  /// The same without the parts of these numbers.
  func without(_ numbers: Set<Int>) -> PartLayout {
    PartLayout(parts: parts.filter { !numbers.contains($0.number) })
  }

  private init(parts: [Part]) {
    self.parts = parts
  }

  /// The part at an index from 0; nil behind the last one.
  func part(at index: Int) -> Part? { parts.indices.contains(index) ? parts[index] : nil }
}

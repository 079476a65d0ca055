import Checksums
import ObjectStorage
import Testing

@testable import Transfers

@Suite("how an object is cut into parts")
struct PartLayoutTests {
  static let mebibyte: Int64 = 1 << 20

  /// Bytes of an object, the size of its parts, and their number.
  static let table: [(size: Int64, part: Int64, count: Int)] = [
    (1, 1, 1),
    (1000, 1000, 1),
    (32 << 20, 32 << 20, 1),
    ((32 << 20) + 1, 32 << 20, 2),
    (100 << 20, 32 << 20, 4),
    (5 << 30, 32 << 20, 160),
    // The last size that goes in parts of the wanted size, and the first that does not.
    (9000 * (32 << 20) - 1, 32 << 20, 9000),
    (9000 * (32 << 20), 33 << 20, 8728),
    (1 << 40, 117 << 20, 8963),
    (10_000_000_000_000, 1060 << 20, 8997),
    // The largest object of OSS.
    (48_800_000_000_000 - 1, 5 << 30, 9090),
    (48_800_000_000_000, 5 << 30, 9090),
    // As many of the largest parts as there may be.
    (10_000 * (5 << 30) - 1, 5 << 30, 10_000),
    (10_000 * (5 << 30), 5 << 30, 10_000),
  ]

  @Test("the parts cover the object without a gap, within the store's limits", arguments: table)
  func covering(_ row: (size: Int64, part: Int64, count: Int)) {
    let limits = WriteLimits()
    let layout = PartLayout(size: row.size, wanted: 32 * Self.mebibyte, limits)
    #expect(layout.count == row.count && layout.count <= limits.maximumParts)
    #expect(layout.largest == row.part && layout.largest <= limits.maximumPart)
    let parts = (0..<layout.count).compactMap { layout.part(at: $0) }
    var offset: Int64 = 0
    var isGapless = true
    for (index, part) in parts.enumerated() {
      isGapless = isGapless && part.number == index + 1 && part.range.first == offset
      offset = part.range.last + 1
    }
    #expect(isGapless && offset == row.size)
    #expect(parts.dropLast().allSatisfy { $0.range.length == row.part })
    #expect(layout.part(at: layout.count) == nil)
  }

  @Test("an object of ten thousand parts goes along them, within the store's limits")
  func alongMany() throws {
    for (size, part) in [(80_000_000_000, 8_000_000), (48_800_000_000_000, 4_880_000_000)] as [(Int64, Int64)]
    {
      let cut = try #require(PartBoundaries(objectSize: size, partSize: part))
      let layout = try #require(PartLayout(along: cut, wanted: 32 << 20, WriteLimits()))
      #expect(cut.count == 10_000 && layout.count <= 10_000)
      #expect(layout.largest <= WriteLimits().maximumPart)
      #expect((0..<layout.count).reduce(0) { $0 + (layout.part(at: $1)?.range.length ?? 0) } == size)
    }
  }

  @Test("a store's larger minimum and smaller maximum win over the wanted size")
  func limits() {
    #expect(
      PartLayout(size: 1000, wanted: 10, WriteLimits(minimumPart: 100)).part(at: 0)?.range.length == 100)
    #expect(
      PartLayout(size: 1000, wanted: 500, WriteLimits(minimumPart: 1, maximumPart: 200)).part(at: 0)?.range
        .length
        == 200)
    #expect(PartLayout(size: 1000, wanted: 100, WriteLimits(minimumPart: 1)).count == 10)
  }

  @Test(
    "parts end where the source's parts end, small ones together, and none is larger than the store takes")
  func along() throws {
    let cut = try #require(PartBoundaries(objectSize: 95, sizes: [10, 10, 10, 30, 5, 5, 5, 20]))
    let limits = WriteLimits(minimumPart: 10, maximumPart: 40)
    let layout = try #require(PartLayout(along: cut, wanted: 20, limits))
    let parts = (0..<layout.count).compactMap { layout.part(at: $0) }
    #expect(parts.map(\.range.first) == [0, 20, 30, 60, 75])
    #expect(parts.map(\.number) == [1, 2, 3, 4, 5])
    #expect(parts.map { $0.cut?.count } == [2, 1, 1, 3, 1])
    #expect(PartLayout(along: cut, wanted: 20, WriteLimits(minimumPart: 10, maximumPart: 29)) == nil)
    // Larger parts where the wanted ones would be too many; none where there would still be too many.
    for (most, sizes) in [(4, [30, 40, 25]), (2, nil)] as [(Int, [Int64]?)] {
      let limits = WriteLimits(minimumPart: 10, maximumPart: 40, maximumParts: most)
      let layout = PartLayout(along: cut, wanted: 20, limits)
      let lengths = layout.map { layout in
        (0..<layout.count).compactMap { layout.part(at: $0)?.range.length }
      }
      #expect(lengths == sizes)
    }
  }
}

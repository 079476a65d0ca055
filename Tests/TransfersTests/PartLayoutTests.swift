import Checksums
import ObjectStorage
import Testing

@testable import Transfers

@Suite("how an object is cut into parts")
struct PartLayoutTests {
  static let mebibyte: Int64 = 1 << 20

  @Test(
    "the parts cover the object without a gap, within the store's limits",
    arguments: [
      1, 1000, 32 << 20, (32 << 20) + 1, 100 << 20, 1 << 30, 5 << 30, 300 << 30, 48_800_000_000_000,
    ] as [Int64])
  func covering(_ size: Int64) {
    let limits = WriteLimits()
    let layout = PartLayout(size: size, wanted: 32 * Self.mebibyte, limits)
    var offset: Int64 = 0
    var index = 0
    while let part = layout.part(at: index) {
      #expect(part.number == index + 1 && part.range.first == offset)
      offset = part.range.last + 1
      index += 1
      if offset < size { #expect(part.range.length >= limits.minimumPart) }
      #expect(part.range.length <= limits.maximumPart)
      // Millions of expectations say no more than the ends do.
      if index == 10, layout.count > 20 {
        index = layout.count - 2
        offset = layout.part(at: index)?.range.first ?? -1
      }
    }
    #expect(offset == size && index == layout.count && layout.count <= limits.maximumParts)
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
    #expect(
      PartLayout(along: cut, wanted: 20, WriteLimits(minimumPart: 10, maximumPart: 40, maximumParts: 4))
        == nil)
  }
}

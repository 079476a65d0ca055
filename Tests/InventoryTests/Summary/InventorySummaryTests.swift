import ObjectStorage
import Testing

@testable import Inventory

private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds) }

@Suite("what a summary counts")
struct InventorySummaryTests {
  private static let md5 = "0123456789abcdef0123456789ABCDEF"

  private func summary(_ objects: [ListedObject], depth: Int = 1) -> InventorySummary {
    var summary = InventorySummary(below: ObjectKey(""), depth: depth)
    for object in objects { summary.add(object) }
    return summary
  }

  @Test("sizes fall into their classes, both ends of each")
  func sizes() {
    let ends: [Int64] = [
      0, 1, 1024, 1025, 16_384, 16_385, 131_072, 131_073, 1_048_576, 1_048_577, 8_388_608, 8_388_609,
      67_108_864, 67_108_865, 1_073_741_824, 1_073_741_825, 5_368_709_120, 5_368_709_121, .max,
    ]
    let found = summary(ends.enumerated().map { ListedObject(key: ObjectKey("k\($0)"), size: $1) }).sizes
    #expect(found.classes.map(\.share.objects) == [1, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    #expect(found.classes.map(\.from) == [0] + ends.dropLast().filter { ends.contains($0 - 1) && $0 > 0 })
    #expect(found.classes.last?.upTo == nil && found.classes[1].share.bytes == 1025)
    #expect(found.classes.last?.share.bytes == .max, "a sum that does not fit stays at the largest number")
  }

  @Test("storage classes are counted as they are spelt, and none is a class of its own")
  func storageClasses() {
    let classes = ["STANDARD", "Standard", nil, "GLACIER", "STANDARD", ""]
    let found = summary(
      classes.enumerated().map {
        ListedObject(key: ObjectKey("k\($0)"), size: Int64($0), storageClass: $1)
      })
    #expect(
      found.storageClasses == [
        StorageClass("STANDARD"): ObjectShare(objects: 2, bytes: 4),
        StorageClass("Standard"): ObjectShare(objects: 1, bytes: 1),
        StorageClass(nil): ObjectShare(objects: 1, bytes: 2),
        StorageClass("GLACIER"): ObjectShare(objects: 1, bytes: 3),
        StorageClass(""): ObjectShare(objects: 1, bytes: 5),
      ])
    #expect(found.total == ObjectShare(objects: 6, bytes: 15))
  }

  @Test("classes that somebody made up by the thousand do not fill the memory, and none is lost")
  func manyStorageClasses() {
    let found = summary(
      (0..<1000).map { ListedObject(key: ObjectKey("k\($0)"), size: 1, storageClass: "CLASS_\($0)") })
    #expect(found.storageClasses.count == 100 && found.otherStorageClasses.objects == 900)
  }

  @Test(
    "ETags are told apart by their shape",
    arguments: [
      (md5, [1, 0, 0, 0]), ("\"\(md5)\"", [1, 0, 0, 0]), (md5 + "-1", [0, 1, 0, 0]),
      (md5 + "-10000", [0, 1, 0, 0]), (md5 + "-10001", [0, 0, 1, 0]), (md5 + "-0", [0, 0, 1, 0]),
      (md5 + "-", [0, 0, 1, 0]), (md5 + "-+5", [0, 0, 1, 0]), (md5 + "0", [0, 0, 1, 0]),
      (String(md5.dropLast()), [0, 0, 1, 0]), ("", [0, 0, 1, 0]), ("W/\"\(md5)\"", [0, 0, 1, 0]),
      ("g" + md5.dropFirst(), [0, 0, 1, 0]), (nil, [0, 0, 0, 1]),
    ] as [(String?, [Int64])])
  func eTags(_ tag: String?, _ counts: [Int64]) {
    let found = summary([ListedObject(key: ObjectKey("k"), size: 1, eTag: tag.map { ETag($0) })]).eTags
    #expect([found.md5, found.multipart, found.other, found.none] == counts)
  }

  @Test("multipart ETags are counted by their number of parts")
  func parts() {
    let counts = [1, 2, 10, 11, 100, 101, 1000, 1001, 10_000]
    let found = summary(
      counts.map { ListedObject(key: ObjectKey("k\($0)"), size: 1, eTag: ETag("\(Self.md5)-\($0)")) }
    ).eTags
    #expect(found.parts.classes.map(\.share.objects) == [1, 2, 2, 2, 2])
    #expect(found.parts.classes.map(\.from) == [1, 2, 11, 101, 1001])
    #expect(found.allParts == 12_226 && found.multipart == 9)
  }

  @Test("the oldest and the newest are the first with that time; rows without a time are counted")
  func times() {
    let times: [Int64?] = [5, 3, nil, 9, 3, 9]
    let found = summary(
      times.enumerated().map {
        ListedObject(key: ObjectKey("k\($0)"), size: 1, lastModifiedAt: $1.map(at))
      })
    #expect(found.oldest == InventorySummary.Dated(key: ObjectKey("k1"), at: at(3)))
    #expect(found.newest == InventorySummary.Dated(key: ObjectKey("k3"), at: at(9)))
    #expect(found.undated == 1)
  }

  @Test("markers, keys that are no text and the longest key are noted")
  func keys() {
    let keys = [
      ObjectKey("a/"), ObjectKey("a_$folder$"), ObjectKey("_$folder$"), ObjectKey("a$folder$"),
      ObjectKey(bytes: [0xff, 0x61]), ObjectKey("日本語"), ObjectKey("a_$folder"), ObjectKey("123456789"),
      ObjectKey("日本語!/"), ObjectKey("一二三!/"),
    ]
    let found = summary(keys.map { ListedObject(key: $0, size: 0) }).keys
    #expect(found.slashMarkers == 3 && found.hadoopMarkers == 2)
    #expect(found.notText == 1 && found.notTextExamples == [ObjectKey(bytes: [0xff, 0x61])])
    #expect(found.longest == ObjectKey("日本語!/"))
  }

  @Test("what is excluded is in no other count and does not vanish")
  func excluded() {
    var found = summary([ListedObject(key: ObjectKey("a"), size: 5)])
    found.exclude(ListedObject(key: ObjectKey("b/c"), size: 7))
    #expect(found.total == ObjectShare(objects: 1, bytes: 5))
    #expect(found.excluded == ObjectShare(objects: 1, bytes: 7))
    #expect(found.prefixes.result.folders == 1)
  }
}

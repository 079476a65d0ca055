import ObjectStorage
import Testing

@testable import Inventory

@Suite("the largest folders of a listing")
struct PrefixTallyTests {
  /// Keys of sizes, as they come.
  private func tally(_ keys: KeyValuePairs<String, Int64>, below prefix: String = "", depth: Int)
    -> PrefixTally.Result
  {
    var tally = PrefixTally(below: ObjectKey(prefix), depth: depth)
    for (key, size) in keys { tally.add(ObjectKey(key), size: size) }
    return tally.result
  }

  private func shown(_ result: PrefixTally.Result) -> [String] {
    result.largest.map { "\($0.prefix.shown) \($0.share.objects) \($0.share.bytes)" }
  }

  private static let keys: KeyValuePairs<String, Int64> = [
    "a": 1, "a/1": 10, "a/b": 20, "a/b/1": 30, "a/b/c/1": 40, "a/c": 50, "b": 2, "b/": 0, "b//x": 7, "c!": 3,
  ]

  @Test(
    "every key counts once: for its folder at the depth, or for the folder that it stands in",
    arguments: [
      (0, [" 10 163"]), (1, ["a/ 5 150", "b/ 2 7", " 3 6"]),
      (2, ["a/ 3 80", "a/b/ 2 70", "b// 1 7", " 3 6", "b/ 1 0"]),
      (3, ["a/ 3 80", "a/b/c/ 1 40", "a/b/ 1 30", "b// 1 7", " 3 6", "b/ 1 0"]),
      (9, ["a/ 3 80", "a/b/c/ 1 40", "a/b/ 1 30", "b// 1 7", " 3 6", "b/ 1 0"]),
    ])
  func depths(_ depth: Int, _ expected: [String]) {
    let result = tally(Self.keys, depth: depth)
    #expect(shown(result) == expected)
    #expect(result.folders == Int64(expected.count))
  }

  @Test("folders are looked for behind the prefix of the listing, which need not end in a slash")
  func prefix() {
    #expect(
      shown(tally(["p/a/1": 1, "p/a/2": 1, "p/b": 5], below: "p/", depth: 1)) == ["p/ 1 5", "p/a/ 2 2"])
    #expect(shown(tally(["pa/1": 1, "pa/2": 1, "pb/3": 1], below: "p", depth: 1)) == ["pa/ 2 2", "pb/ 1 1"])
    // A listing that names a key outside of its prefix is somebody else's fault and stops nothing.
    #expect(tally(["": 1, "x": 1], below: "longer/than", depth: 1).folders == 1)
  }

  @Test("twenty are kept, the largest first, and all are counted")
  func most() {
    var tally = PrefixTally(below: ObjectKey(""), depth: 1)
    // 10,007 is a prime, so that i * 37 takes every remainder once: sizes in no order.
    let sizes = (0..<1000).map { Int64($0 * 37 % 10_007) }
    for (index, size) in sizes.enumerated() {
      let digits = String(index)
      let name = String(repeating: "0", count: 4 - digits.count) + digits
      tally.add(ObjectKey("\(name)/x"), size: size)
    }
    let result = tally.result
    #expect(result.folders == 1000 && result.largest.count == 20)
    #expect(result.largest.map(\.share.bytes) == Array(sizes.sorted(by: >).prefix(20)))
  }

  @Test("equal sizes are ordered by objects, then by name")
  func ties() {
    #expect(
      shown(tally(["a/1": 5, "b/1": 2, "b/2": 3, "c/1": 5], depth: 1)) == ["b/ 2 5", "a/ 1 5", "c/ 1 5"])
  }
}

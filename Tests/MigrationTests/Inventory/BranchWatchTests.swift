import ObjectStorage
import Testing

@testable import Migration

@Suite("keys that others go on below")
struct BranchWatchTests {
  /// Goes over keys in the order of their bytes; gives the branches, sorted, after every key was settled once.
  private func branches(_ keys: [String]) -> [String] {
    var watch = BranchWatch()
    var settled: [BranchWatch.Candidate] = []
    for key in keys.map({ ObjectKey($0) }).sorted() {
      settled += watch.add(.init(object: ListedObject(key: key, size: 1), key: key))
    }
    settled += watch.finish()
    #expect(settled.map(\.key).sorted() == keys.map { ObjectKey($0) }.sorted())
    return settled.filter(\.isBranch).map(\.key).sorted().map(\.shown)
  }

  @Test(
    "a key is one where another is below it, whatever stands between them",
    arguments: [
      (["c", "c/x"], ["c"]), (["c", "c/"], ["c"]), (["c/", "c/x"], []), (["c", "cx"], []),
      (["c", "c!", "c-d", "c.txt", "c/x"], ["c"]), (["c", "c!", "c!/y", "c/x"], ["c", "c!"]),
      (["a", "a/b", "a/b/c", "a/b/c/d"], ["a", "a/b", "a/b/c"]), (["a", "a0", "b/a/x"], []),
      (["a/b", "a/b!", "a/b!!", "a/b!/x"], ["a/b!"]), (["c", "c/x", "c/y", "c/z"], ["c"]), ([], []),
      (["a", "a//b"], ["a"]),
    ] as [([String], [String])])
  func table(_ keys: [String], _ expected: [String]) {
    #expect(branches(keys) == expected)
  }

  @Test("random keys give what comparing all with all gives")
  func random() {
    var seed: UInt64 = 20_210_829
    func next(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<300 {
      let keys = Set(
        (0..<30).map { _ in
          String((0..<1 + next(6)).map { _ in Array("a!-/0")[next(5)] })
        })
      let expected = keys.filter { key in
        !key.hasSuffix("/") && keys.contains { $0.utf8.starts(with: (key + "/").utf8) }
      }
      #expect(branches(Array(keys)) == expected.map { ObjectKey($0) }.sorted().map(\.shown))
    }
  }
}

@Suite("names that differ in case or normalization only")
struct TwinWatchTests {
  private func twins(_ keys: [String], limit: Int = TwinWatch.mostNames) -> (
    found: [String], uncompared: Int64
  ) {
    var watch = TwinWatch(limit: limit)
    let found = keys.map { ObjectKey($0) }.sorted().filter { watch.add($0) }
    return (found.map(\.shown), watch.uncompared)
  }

  @Test(
    "twins are found in one folder, also where folders are the twins",
    arguments: [
      (["FILE", "File", "file"], ["File", "file"]), (["a", "b"], []), (["A/x", "a/y"], ["a/y"]),
      (["A/x", "A/y", "a/x", "a/y"], ["a/x"]), (["x/A", "y/a"], []), (["c", "c/x"], []),
      (["C", "c/x"], ["c/x"]), (["caf\u{e9}", "cafe\u{301}"], ["caf\u{e9}"]),
      (["CAF\u{c9}", "cafe\u{301}"], ["cafe\u{301}"]), (["straße", "STRASSE"], ["straße"]),
      (["\u{212a}elvin", "kelvin"], ["\u{212a}elvin"]), (["日本", "日本/x"], []), (["a-", "A-/b"], ["a-"]),
      (["a//b", "A//b"], ["a//b"]),
    ] as [([String], [String])])
  func table(_ keys: [String], _ expected: [String]) {
    #expect(twins(keys).found == expected)
  }

  @Test("bytes that are no text have no case")
  func noText() {
    var watch = TwinWatch()
    #expect(!watch.add(ObjectKey(bytes: [0x41, 0xff])) && !watch.add(ObjectKey(bytes: [0x61, 0xfe])))
  }

  @Test("names beyond the bound are counted, and those of closed folders make room")
  func bound() {
    let full = twins((0..<10).map { "f/\($0)" } + ["f/A", "f/a"], limit: 5)
    #expect(full.found.isEmpty && full.uncompared == 8)
    let many = twins((0..<10).flatMap { folder in ["\(folder)/A", "\(folder)/a"] }, limit: 12)
    #expect(many.found.count == 10 && many.uncompared == 0)
  }
}

import ObjectStorage
import StorageTesting
import Testing

@testable import Inventory

@Suite("looking for a place that parts a listing")
struct SplitSearchTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var keys: [ObjectKey]
    var prefix = ""
    /// The place of the last listed key among all.
    var listed: Int
    var until: Int?
  }

  static let numbers = (0..<5000).map { ObjectKey("obj-" + String(100_000 + $0)) }
  static let cases = [
    Case(testDescription: "numbers", keys: numbers, listed: 20),
    Case(testDescription: "numbers below a prefix", keys: numbers, prefix: "obj-1", listed: 20),
    Case(testDescription: "numbers up to an end", keys: numbers, listed: 20, until: 900),
    Case(
      testDescription: "hexadecimal digests",
      keys: (0..<3000).map { ObjectKey(String(UInt64($0) &* 0x9e37_79b9_7f4a_7c15, radix: 16)) }.sorted(),
      listed: 10),
    Case(
      testDescription: "days", keys: (0..<3650).map { ObjectKey("log/2\(2000 + $0)-x/e") }.sorted(),
      listed: 100),
    Case(
      testDescription: "Chinese",
      keys: (0x4e00..<0x5e00).compactMap { Unicode.Scalar($0) }.map { ObjectKey("数据/\(Character($0)).csv") },
      listed: 100),
    Case(
      testDescription: "around the surrogates",
      keys: (0xd000..<0xd800).compactMap { Unicode.Scalar($0) }.map { ObjectKey(String($0)) }
        + (0xe000..<0xe800).compactMap { Unicode.Scalar($0) }.map { ObjectKey(String($0)) }, listed: 30),
    Case(
      testDescription: "letters, then others",
      keys: ["a", "b", "zz", "é", "ü", "日本", "📦"].map { ObjectKey($0) }, listed: 2),
  ]

  /// Runs a search against the keys; gives the place and how often it asked.
  private func place(_ one: Case) throws -> (key: ObjectKey?, asked: Int) {
    let all = one.keys
    let search = SplitSearch(
      prefix: ObjectKey(one.prefix), last: all[one.listed], until: one.until.map { all[$0] })
    var found = try #require(search)
    for asked in 0..<100 {
      switch found.next() {
      case .none: return (nil, asked)
      case .split(let key): return (key, asked)
      case .ask(let after): found.found(all.first { after < $0 })
      }
    }
    Issue.record("the search does not end")
    return (nil, 100)
  }

  @Test("a place has keys on both of its sides and lies before the end", arguments: cases)
  func parts(_ one: Case) throws {
    let (key, asked) = try place(one)
    let split = try #require(key)
    #expect(asked <= 32)
    #expect(split.text != nil)
    let end = one.until ?? one.keys.count - 1
    let rest = one.keys[(one.listed + 1)...end]
    let behind = rest.filter { split < $0 }.count
    #expect(one.keys[one.listed] < split && split < one.keys[end])
    #expect(behind > 0)
    if rest.count > 100 {
      // Neither side is a sliver: asking for it by itself is worth a request.
      #expect(Double(behind) / Double(rest.count) > 0.1 && Double(behind) / Double(rest.count) < 0.95)
    }
  }

  @Test("behind the last key there is nothing to part")
  func nothing() throws {
    #expect(try place(Case(testDescription: "", keys: Self.numbers, listed: 4999)).key == nil)
    #expect(try place(Case(testDescription: "", keys: Self.numbers, listed: 700, until: 700)).key == nil)
  }

  @Test("keys that are no text are not parted")
  func bytes() {
    let raw = ObjectKey(bytes: [0x61, 0xff])
    #expect(SplitSearch(prefix: ObjectKey(""), last: raw, until: nil) == nil)
    #expect(SplitSearch(prefix: ObjectKey("b"), last: ObjectKey("a"), until: nil) == nil)
  }

  @Test("answers that contradict each other end the search all the same")
  func contradictions() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      var search = try #require(
        SplitSearch(prefix: ObjectKey(""), last: ObjectKey("m\u{d7ff}q"), until: nil))
      var steps = 0
      asking: while steps < 100 {
        switch search.next() {
        case .none, .split: break asking
        case .ask:
          let any = ["", "m", "m\u{d7ff}", "m\u{e000}x", "zz", "\u{10ffff}", "a"].randomElement(
            using: &random)
          search.found(any.map { ObjectKey($0) })
        }
        steps += 1
      }
      #expect(steps < 100)
    }
  }
}

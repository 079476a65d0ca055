import ObjectStorage
import Testing

@testable import Transfers

@Suite("what happens where the destination has the key")
struct OverwriteRuleTests {
  /// A line of the table in docs/migration.md.
  struct Line: Sendable, CustomTestStringConvertible {
    var rule: OverwriteRule
    var source: SideFacts
    var destination: SideFacts
    /// Before the comparison, and after one that proves equal, one that shows other bytes, and one that proves nothing.
    var words: [String]

    var testDescription: String { "\(rule.rawValue): \(source) over \(destination)" }
  }

  static let early = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)
  static let late = Timestamp(millisecondsSinceEpoch: 1_700_000_000_001)

  static func facts(
    _ size: Int64 = 10, _ contentType: String? = "text/csv", _ time: Timestamp? = early
  ) -> SideFacts {
    SideFacts(size: size, contentType: contentType, lastModifiedAt: time)
  }

  static let never = ["compare", "done", "conflict bytes-differ", "conflict not-proven"]
  static let different = ["compare", "done", "overwrite bytes-differ", "overwrite not-proven"]
  static let changed = ["compare", "done", "conflict bytes-differ", "keep not-proven"]
  static let notLater = ["compare", "done", "keep source-not-later", "keep source-not-later"]
  static let unknown = ["compare", "done", "keep time-unknown", "keep time-unknown"]

  static func always(_ cause: String) -> [String] { Array(repeating: "overwrite \(cause)", count: 4) }

  static let table: [Line] = [
    Line(rule: .never, source: facts(), destination: facts(), words: never),
    Line(rule: .never, source: facts(11, "a/b", late), destination: facts(), words: never),
    Line(rule: .different, source: facts(), destination: facts(), words: different),
    Line(rule: .different, source: facts(11, "a/b", late), destination: facts(), words: different),
    Line(rule: .changed, source: facts(), destination: facts(), words: changed),
    Line(rule: .changed, source: facts(), destination: facts(10, "text/csv", late), words: changed),
    Line(rule: .changed, source: facts(11), destination: facts(), words: always("size-differs")),
    Line(
      rule: .changed, source: facts(10, "a/b"), destination: facts(), words: always("content-type-differs")),
    Line(rule: .changed, source: facts(10, nil), destination: facts(), words: changed),
    Line(rule: .changed, source: facts(10, "a/b"), destination: facts(10, nil), words: changed),
    Line(
      rule: .changed, source: facts(10, "text/csv", late), destination: facts(),
      words: always("source-later")),
    Line(rule: .changed, source: facts(10, "text/csv", nil), destination: facts(), words: changed),
    Line(rule: .newer, source: facts(), destination: facts(), words: notLater),
    Line(rule: .newer, source: facts(11, "a/b"), destination: facts(), words: notLater),
    Line(rule: .newer, source: facts(), destination: facts(10, "text/csv", late), words: notLater),
    Line(
      rule: .newer, source: facts(10, "text/csv", late), destination: facts(), words: always("source-later")),
    Line(rule: .newer, source: facts(10, "text/csv", nil), destination: facts(), words: unknown),
    Line(rule: .newer, source: facts(), destination: facts(10, "text/csv", nil), words: unknown),
    Line(rule: .always, source: facts(), destination: facts(), words: always("always")),
    Line(
      rule: .always, source: facts(11, nil, nil), destination: facts(10, nil, nil), words: always("always")),
  ]

  static let likenesses: [Likeness] = [
    .notCompared, .equal, .different("md5 a and b"), .unproven("no-common-digest"),
  ]

  @Test("the truth table", arguments: table)
  func truth(_ line: Line) {
    for (likeness, words) in zip(Self.likenesses, line.words) {
      let answer = line.rule.answer(source: line.source, destination: line.destination, likeness: likeness)
      #expect(Self.words(answer) == words)
    }
  }

  @Test("what is proven equal is never overwritten by its bytes, and nothing else is ever called done")
  func done() {
    for line in Self.table {
      for likeness in Self.likenesses {
        for isOwn in [false, true] {
          let answer = line.rule.answer(
            source: line.source, destination: line.destination, likeness: likeness, isOwn: isOwn)
          if answer == .done { #expect(likeness == .equal) }
          if case .conflict(let reason) = answer { #expect(!reason.text.isEmpty) }
          if case .keep(let reason) = answer { #expect(reason.text.hasPrefix("kept: --overwrite ")) }
        }
      }
    }
  }

  @Test("this job's own copies are overwritten under every rule, unless they are proven equal")
  func own() {
    for rule in OverwriteRule.allCases where rule != .always {
      for likeness in Self.likenesses {
        let answer = rule.answer(
          source: Self.facts(), destination: Self.facts(), likeness: likeness, isOwn: true)
        switch likeness {
        case .notCompared: #expect(answer == .compare)
        case .equal: #expect(answer == .done)
        case .different, .unproven: #expect(Self.words(answer) == "overwrite own-copy")
        }
      }
    }
  }

  static func words(_ answer: OverwriteAnswer) -> String {
    switch answer {
    case .compare: "compare"
    case .done: "done"
    case .overwrite(let reason): "overwrite \(reason.cause.rawValue)"
    case .keep(let reason): "keep \(reason.cause.rawValue)"
    case .conflict(let reason): "conflict \(reason.cause.rawValue)"
    }
  }
}

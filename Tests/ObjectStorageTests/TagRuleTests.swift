import ObjectStorage
import Testing

@Suite("which tags a store keeps")
struct TagRuleTests {
  struct Line: Sendable {
    var tag: ObjectTag
    var s3: Bool
    var oss: Bool
  }

  static func tag(_ key: String, _ value: String = "v") -> ObjectTag { ObjectTag(key: key, value: value) }

  static let table: [Line] = [
    Line(tag: tag("stage", "live"), s3: true, oss: true),
    Line(tag: tag("a b+c-d=e.f_g:h/i", ""), s3: true, oss: true),
    Line(tag: tag("mail", "a@b"), s3: true, oss: false),
    Line(tag: tag("größe", "1"), s3: true, oss: false),
    Line(tag: tag("", "1"), s3: false, oss: false),
    Line(tag: tag("a&b", "1"), s3: false, oss: false),
    Line(tag: tag("line", "1\n2"), s3: false, oss: false),
    Line(tag: tag("AWS:made"), s3: false, oss: true),
    Line(tag: tag(String(repeating: "k", count: 128)), s3: true, oss: true),
    Line(tag: tag(String(repeating: "k", count: 129)), s3: false, oss: false),
    Line(tag: tag("k", String(repeating: "v", count: 256)), s3: true, oss: true),
    Line(tag: tag("k", String(repeating: "v", count: 257)), s3: false, oss: false),
    Line(tag: tag(String(repeating: "ö", count: 128)), s3: true, oss: false),
  ]

  @Test("a tag is kept, or named with its fault", arguments: table)
  func kept(_ line: Line) {
    for (rule, isKept) in [(TagRule.s3, line.s3), (.oss, line.oss)] {
      let (kept, notes) = rule.carried([line.tag])
      #expect(kept == (isKept ? [line.tag] : []))
      #expect(notes.count == (isKept ? 0 : 1))
      for note in notes { #expect(note.hasPrefix("tag ") && !note.contains("\n")) }
    }
  }

  @Test("the eleventh is named")
  func many() {
    let (kept, notes) = TagRule.oss.carried((1...12).map { Self.tag("k\($0)") })
    #expect(kept.count == 10)
    #expect(
      notes == ["k11", "k12"].map { "tag \($0) was not carried: the destination takes 10" })
  }
}

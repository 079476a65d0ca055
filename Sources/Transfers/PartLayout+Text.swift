import Checksums
import ObjectStorage

extension PartLayout {
  /// The cut in words that are equal for equal cuts only: `3*33554432 1*500`, in bytes.
  ///
  /// Where a part is to end with parts of the source, these stand behind it: `1*20000000=2*8388608+1*3222784`.
  var text: String {
    var runs: [(word: String, count: Int)] = []
    for index in 0..<count {
      guard let part = part(at: index) else { continue }
      Self.add(Self.word(part), to: &runs)
    }
    return Self.text(runs, separator: " ")
  }

  private static func word(_ part: Part) -> String {
    guard let cut = part.cut else { return "\(part.range.length)" }
    var runs: [(word: String, count: Int)] = []
    for span in cut.spans { add("\(span.length)", to: &runs) }
    return "\(part.range.length)=\(text(runs, separator: "+"))"
  }

  private static func add(_ word: String, to runs: inout [(word: String, count: Int)]) {
    if runs.last?.word == word {
      runs[runs.count - 1].count += 1
    } else {
      runs.append((word, 1))
    }
  }

  private static func text(_ runs: [(word: String, count: Int)], separator: String) -> String {
    runs.map { "\($0.count)*\($0.word)" }.joined(separator: separator)
  }
}

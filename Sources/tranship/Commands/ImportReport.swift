import Foundation
import ObjectStorage
import Verification

/// What became of one file of evidence, for people and for programs.
struct ImportReport: Encodable {
  let file: String
  var format: String?
  var rows: Int64 = 0
  var added: Int64 = 0
  var alreadyThere: Int64 = 0
  var withoutDigest: Int64 = 0
  var bad: Int64 = 0
  /// Why the file could not be read to its end.
  var error: String?

  private enum CodingKeys: String, CodingKey {
    case file, format, rows, added, alreadyThere, withoutDigest, bad, error
  }

  private static let problemsShown: Int64 = 10
  private var problems: Int64 = 0

  init(file: String) { self.file = file }

  var isBad: Bool { bad > 0 || error != nil }

  mutating func receive(_ event: EvidenceImport.Event, _ console: Console) {
    switch event {
    case .recognised(let kind):
      format = kind.rawValue
      console.note("\(shownSafely(file)): read as \(kind.rawValue)")
    case .problem(let line, let cause):
      problems += 1
      if problems <= Self.problemsShown { console.note("\(shownSafely(file)):\(line): \(cause)") }
    }
  }

  mutating func finish(_ counts: EvidenceImport.Counts, _ console: Console) {
    rows = counts.rows
    added = counts.added
    alreadyThere = counts.alreadyThere
    withoutDigest = counts.withoutDigest
    bad = counts.bad
    let more = problems - Self.problemsShown
    if more > 0 { console.note("\(shownSafely(file)): \(Wording.count(more)) more bad rows") }
  }

  var text: String {
    if error != nil { return "\(shownSafely(file)): not imported, or not to its end" }
    return """
      \(shownSafely(file)): \(Wording.count(rows)) rows, \(Wording.count(added)) digests added, \
      \(Wording.count(alreadyThere)) already there, \(Wording.count(withoutDigest)) without a digest, \
      \(Wording.count(bad)) bad
      """
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

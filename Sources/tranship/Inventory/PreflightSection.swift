import Inventory
import Migration
import ObjectStorage

/// What cannot land at a destination, and what to know before, for people.
struct PreflightSection {
  private let preflight: Preflight

  init(_ preflight: Preflight) { self.preflight = preflight }

  var text: String {
    var lines = [
      "pre-flight for \(preflight.landing.name): \(Wording.objects(preflight.landable)) can land, "
        + "\(Wording.objects(preflight.refused)) cannot as they are"
    ]
    var refusals = TextTable(["cannot land", "objects", "bytes", ""], [.left, .right, .right, .left])
    for refusal in PreflightRefusal.allCases {
      guard let notes = preflight.refusals[refusal] else { continue }
      add(refusal.word, notes, refusal.explanation, to: &refusals)
    }
    if !refusals.isEmpty { lines.append(refusals.text) }
    var warnings = TextTable(["lands, but", "objects", "bytes", ""], [.left, .right, .right, .left])
    for warning in PreflightWarning.allCases {
      guard let notes = preflight.warnings[warning] else { continue }
      add(warning.rawValue, notes, warning.explanation, to: &warnings)
    }
    if !warnings.isEmpty { lines.append(warnings.text) }
    if preflight.uncomparedNames > 0 {
      lines.append(
        "\(Wording.count(preflight.uncomparedNames)) names were not compared for case and normalization: "
          + "too many in one folder")
    }
    return lines.joined(separator: "\n")
  }

  private func add(
    _ word: String, _ notes: PreflightNotes, _ explanation: String, to table: inout TextTable
  ) {
    let examples = notes.examples.map { example in
      example.key.shown + (example.detail.isEmpty ? "" : ": \(example.detail)")
    }
    table.add([word, Wording.count(notes.objects), Wording.size(notes.bytes), explanation], notes: examples)
  }
}

import AuditLedger
import Foundation
import Migration
import ObjectStorage

/// Shows what a run would do.
struct PlanReport: Sendable {
  let console: Console
  let json: Bool

  /// One key as one JSON object a line; nothing where the summary alone is wanted.
  func key(_ key: PlannedKey) throws {
    guard json else { return }
    var fields = [
      "key": key.source.key.percentEncoded, "action": key.action.rawValue, "list": key.list.rawValue,
      "size": "\(key.source.size)", "cause": key.cause, "reason": key.reason,
    ]
    if key.destinationKey != key.source.key { fields["destinationKey"] = key.destinationKey.percentEncoded }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    console.result(String(decoding: try encoder.encode(fields), as: UTF8.self))
  }

  func summary(_ summary: PlanSummary) {
    guard !json else { return }
    var lines: [String] = []
    for (group, share) in summary.rows {
      let cause = group.cause.isEmpty ? "" : " (\(shownSafely(group.cause)))"
      lines.append(
        "\(group.action.rawValue)\(cause): \(Wording.count(share.objects)) objects, \(Wording.size(share.bytes))"
      )
      lines += share.examples.map { example in
        let reason = example.reason == group.cause ? "" : shownSafely(example.reason)
        return "  \(example.source.key.shown)" + (reason.isEmpty ? "" : ": \(reason)")
      }
    }
    if lines.isEmpty { lines.append("the source has no object") }
    console.result(lines.joined(separator: "\n"))
    console.note("dry run: nothing was written to a store, and nothing to the ledger")
  }
}

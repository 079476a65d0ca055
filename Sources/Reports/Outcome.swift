import AuditLedger

/// The outcome of a job in one sentence, and how good it is.
struct Outcome {
  /// How a reader should take it, best first.
  enum Level: String {
    case proven
    case stopped
    case failed
  }

  let level: Level
  let sentence: String

  init(_ summary: Summary) {
    let error = summary.share(.error).objects
    let (skipped, pending) = (summary.share(.skipped).objects, summary.share(.pending).objects)
    let total = summary.total.objects
    guard summary.isBalanced else {
      level = .failed
      sentence =
        "The lists do not add up to the total: this report proves nothing. Check the ledger, and report again."
      return
    }
    level = error > 0 ? .failed : pending > 0 ? .stopped : .proven
    guard total > 0 else {
      sentence = "The source's listing is empty: there was nothing to move."
      return
    }
    var parts = [Self.proven(summary)]
    if error > 0 { parts.append("\(grouped(error)) ended in an error and must be looked at") }
    if skipped > 0 {
      parts.append("\(grouped(skipped)) \(skipped == 1 ? "was" : "were") left out for a stated reason")
    }
    if pending > 0 { parts.append("\(grouped(pending)) \(pending == 1 ? "was" : "were") not reached yet") }
    sentence = parts.joined(separator: "; ") + "."
  }

  /// Names apart the objects whose proof begins at the source's socket and not in its store.
  private static func proven(_ summary: Summary) -> String {
    let completed = summary.share(.completed).objects
    let streamed = summary.proofs[.streamed]?.objects ?? 0
    let total = summary.total.objects
    var text =
      completed == total
      ? "\(total == 1 ? "The one object is" : "All \(grouped(total)) objects are") at the destination, proven equal"
      : "\(grouped(completed)) of \(counted(total, "object")) \(completed == 1 ? "is" : "are") proven equal at the destination"
    guard streamed > 0 else { return text + (completed == total ? " byte for byte" : "") }
    if streamed < completed {
      text += ": \(grouped(completed - streamed)) to the source's own digest, and"
    } else {
      text += ":"
    }
    return text + " \(grouped(streamed)) stored as received; no source digest"
  }
}

private func counted(_ number: Int64, _ noun: String) -> String {
  "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
}

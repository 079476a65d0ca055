import AuditLedger
import Migration

/// The figures of a run that copies, as lines for a terminal.
enum ProgressBlock {
  static func lines(_ figures: ProgressFigures) -> [String] {
    [amounts(figures), rates(figures), now(figures), proofs(figures)].filter { !$0.isEmpty }
  }

  private static func amounts(_ figures: ProgressFigures) -> String {
    var text =
      "copy: \(Wording.count(figures.objects)) of \(Wording.count(figures.objectsToDo)) objects, "
      + "\(Wording.size(figures.bytesDone)) of \(Wording.size(figures.bytesToDo))"
    if figures.bytesToDo > 0 {
      let share = Double(figures.bytesDone) * 100 / Double(figures.bytesToDo)
      text += ", \(Wording.decimal(share, places: 1)) %"
    }
    return text
  }

  private static func rates(_ figures: ProgressFigures) -> String {
    var words: [String] = []
    if let rate = figures.bytesASecond { words.append("\(speed(rate)) now") }
    if let rate = figures.meanBytesASecond { words.append("\(speed(rate)) mean") }
    if let rate = figures.objectsASecond { words.append("\(Wording.decimal(rate, places: 1)) objects/s") }
    let left = figures.secondsLeft.map { Wording.span(seconds: $0) } ?? "not known"
    return "rate: \((words + ["\(left) left"]).joined(separator: ", "))"
  }

  private static func now(_ figures: ProgressFigures) -> String {
    let gauge = figures.gauge
    return
      "now:  \(gauge.inFlight) in flight of \(gauge.width) at most, \(Wording.count(gauge.retries)) retries, "
      + "\(Wording.count(figures.errors)) errors, \(Wording.count(figures.skipped)) skipped"
  }

  private static func proofs(_ figures: ProgressFigures) -> String {
    let proofs = Proof.allCases.compactMap { proof in
      figures.proofs[proof].map { "\(proof.rawValue) \(Wording.count($0))" }
    }
    return proofs.isEmpty ? "" : "proof: " + proofs.joined(separator: ", ")
  }

  private static func speed(_ bytesASecond: Double) -> String {
    "\(Wording.decimal(bytesASecond / 1_048_576, places: 1)) MiB/s"
  }
}

import AuditLedger
import ObjectStorage

/// Shows where a job stands, once or until no run writes its ledger any more.
struct StatusWatch {
  let ledger: Ledger
  let console: Console
  let json: Bool
  /// Nil to look once.
  let interval: Duration?
  let clock: RunClock

  func run() async throws {
    var before: (sent: Int64, at: Timestamp)?
    while true {
      let isAlive = ledger.writerIsAlive
      let (tally, runs) = (try await ledger.tally(), try await ledger.runs())
      let isRunning = isAlive && runs.last?.state == .running
      let report = StatusReport(
        job: try await ledger.job(), runs: runs, tally: tally, filters: try await ledger.filters(),
        isKilled: !isAlive)
      let now = clock.now()
      let rate = before.flatMap { Self.rate(of: tally.bytesSent - $0.sent, from: $0.at, to: now) }
      let goesOn = isRunning && interval != nil
      try show(report, tally, rate, isLast: !goesOn)
      guard goesOn, let interval else { return }
      before = (tally.bytesSent, now)
      try await clock.sleep(interval)
    }
  }

  /// On a terminal the next look takes the place of this one.
  private func show(_ report: StatusReport, _ tally: Tally, _ rate: Double?, isLast: Bool) throws {
    if json { return console.result(try report.json) }
    var text = Self.text(report, tally)
    if let rate {
      text += "\nrate: \(Wording.decimal(rate / 1_048_576, places: 1)) MiB/s of objects that ended"
    }
    if isLast || !console.isTerminal {
      console.result(text)
    } else {
      console.progress(text.split(separator: "\n").map(String.init))
    }
  }

  private static func rate(of bytes: Int64, from: Timestamp, to: Timestamp) -> Double? {
    let milliseconds = to.millisecondsSinceEpoch - from.millisecondsSinceEpoch
    return milliseconds > 0 ? Double(bytes) * 1000 / Double(milliseconds) : nil
  }

  private static func text(_ report: StatusReport, _ tally: Tally) -> String {
    // A ledger that only inventories were taken into.
    var text =
      report.job.isEmpty
      ? "no job yet" : "\(report.job): \(report.source) to \(report.destination), \(report.state)"
    if !report.message.isEmpty { text += " (\(shownSafely(report.message)))" }
    if !report.filters.isEmpty { text += "\nfilters of the last run: \(shownSafely(report.filters))" }
    return text + "\n" + TallyText.lines(tally)
  }
}

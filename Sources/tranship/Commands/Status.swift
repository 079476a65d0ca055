import ArgumentParser
import AuditLedger
import Foundation
import ObjectStorage

struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says where a job stands; never waits for a run.",
    discussion: """
      EXAMPLES
        tranship status --ledger shop.ledger
        tranship status --ledger shop.ledger --json

      Exits with 0 whatever the job's state is, and with 2 where the ledger cannot be read.
      """)

  @Option(help: "The file that holds the job.")
  var ledger: String
  @Flag(help: "Prints one JSON object.")
  var json = false

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .read) { ledger in
        let tally = try await ledger.tally()
        let report = StatusReport(
          job: try await ledger.job(), runs: try await ledger.runs(), tally: tally,
          filters: try await ledger.filters())
        console.result(json ? try report.json : Self.text(report, tally))
        return .completed
      }
    }
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

extension StatusReport {
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

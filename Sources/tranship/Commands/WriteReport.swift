import ArgumentParser
import AuditLedger
import Foundation
import Reports

struct WriteReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes the lists and the summary of a job from its ledger.",
    discussion: """
      EXAMPLE
        tranship report --ledger shop.ledger --output shop-report

      The same ledger gives the same bytes. The last line is the path of the page to open first.
      """)

  @Option(help: "The file that holds the job.")
  var ledger: String
  @OptionGroup(title: "Lists alone") var service: ServiceListOptions
  @Option(
    name: .shortAndLong,
    help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger.")
  var output: String?

  func run() async throws {
    if service.isAsked { return try await service.run(ledger, to: output) }
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .read) { opened in
        let run = try await opened.runs().last?.id ?? 0
        let name = try await opened.job()?.name ?? JobName.of(ledger: ledger)
        let folder =
          output
          ?? URL(fileURLWithPath: ledger).deletingLastPathComponent().appendingPathComponent(
            "reports/\(name)/\(run)"
          ).path
        console.result(
          try await writeReport(ledger: opened, to: folder, toolVersion: Version.text).summaryHTML)
        return .completed
      }
    }
  }
}

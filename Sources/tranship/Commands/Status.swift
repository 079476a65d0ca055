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
        tranship status --ledger shop.ledger --watch

      With --watch it shows the job again and again until no run writes the ledger any more.

      Exits with 0 whatever the job's state is, and with 2 where the ledger cannot be read.
      """)

  @Option(help: "The file that holds the job.")
  var ledger: String
  @Flag(help: "Prints one JSON object.")
  var json = false
  @Flag(help: "Shows the job again and again while a run writes it.")
  var watch = false
  @Option(help: ArgumentHelp("Seconds between two looks of --watch.", valueName: "seconds"))
  var interval = 2.0

  func validate() throws {
    guard interval >= 0.1, interval <= 86_400 else {
      throw ValidationError("--interval \(interval) is not a number of seconds from 0.1 to 86400")
    }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .read) { ledger in
        try await StatusWatch(
          ledger: ledger, console: console, json: json, interval: watch ? .seconds(interval) : nil,
          clock: .system
        ).run()
        return .completed
      }
    }
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

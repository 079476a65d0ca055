import ArgumentParser
import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import Reports

struct WriteReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: "Writes the lists, the tables and the summary of a job from its ledger, and seals them.",
    discussion: """
      EXAMPLES
        tranship report --ledger shop.ledger --output shop-report
        tranship report --ledger shop.ledger --sign auditor.key

      The same ledger gives the same bytes. It prints the path of the page to
      open first and, as its last line, the root over the rows of all objects,
      which is also kept in the ledger. Keep it elsewhere, or sign: a seal alone
      shows accidental changes only.
      """)

  @Option(help: "The file that holds the job.")
  var ledger: String
  @OptionGroup(title: "Lists alone") var service: ServiceListOptions
  @Option(
    name: .shortAndLong,
    help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger.")
  var output: String?
  @Option(
    help: ArgumentHelp(
      "Signs the seal with this Ed25519 key, a PEM file that only you can read.", valueName: "keyfile"))
  var sign: String?

  func run() async throws {
    if service.isAsked { return try await service.run(ledger, to: output) }
    let console = Console()
    try await Failure.handle(console) {
      let key = try sign.map(readSigningKey)
      let files = try await withLedger(ledger, .read) { opened in
        try await writeReport(
          ledger: opened, to: try await folder(opened), toolVersion: Version.text, signingKey: key)
      }
      await keep(files.seal, console)
      name(files.unsealed, console)
      console.result(files.summaryHTML)
      console.result(files.seal.root.hex)
      return .completed
    }
  }

  private func name(_ unsealed: [String], _ console: Console) {
    for name in unsealed.prefix(5) {
      console.note("\(shownSafely(name)) stood in the folder before and is no part of the report")
    }
    if unsealed.count > 5 { console.note("… and \(Wording.count(unsealed.count - 5)) more") }
  }

  private func folder(_ opened: Ledger) async throws -> String {
    if let output { return output }
    let run = try await opened.runs().last?.id ?? 0
    let name = try await opened.job()?.name ?? JobName.of(ledger: ledger)
    return URL(fileURLWithPath: ledger).deletingLastPathComponent().appendingPathComponent(
      "reports/\(name)/\(run)"
    ).path
  }

  /// Keeps the seal in the ledger where that can be written now; the report stands without it.
  private func keep(_ seal: SealRecord, _ console: Console) async {
    do {
      try await withLedger(ledger, .write) { try await $0.record(seal) }
    } catch {
      let cause = (error as? LedgerError)?.message ?? "\(error)"
      console.note("tranship: the root was not kept in the ledger: \(cause)")
    }
  }
}

import ArgumentParser

struct Report: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the sealed report of a job, and checks one.",
    discussion: """
      EXAMPLES
        tranship report --ledger shop.ledger --output shop-report
        tranship report --ledger shop.ledger --sign auditor.key
        tranship report check shop-report --public-key auditor.key.pub
        tranship report prove shop-report orders/a.csv > a.json
        tranship report check a.json --root HEX

      Without a subcommand it writes: tranship help report write has the options.
      """,
    subcommands: [WriteReport.self, CheckReport.self, ProveReport.self],
    defaultSubcommand: WriteReport.self)
}

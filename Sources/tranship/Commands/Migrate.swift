import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage
import StorageClients

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Migrates objects and proves each of them: inventory, plan, copy, verdict, report.",
    discussion: """
      EXAMPLES
        tranship migrate s3://shop oss://shop-sh --source-region ap-northeast-1 --destination-region cn-shanghai --ledger shop.ledger
        tranship migrate s3://shop/2024/ file:///mnt/nas/shop --ledger nas.ledger

      The destination is never overwritten: a key that holds other bytes becomes an error. Credentials come from the
      environment or the vendors' files (see README). Stop it at any time; the same command goes on.

      \(ExitStatus.help)
      """)

  @Argument(help: "s3://bucket/prefix, oss://bucket/prefix or file:///directory")
  var source: String
  @Argument(help: "The same forms.")
  var destination: String
  @OptionGroup var run: RunOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Objects") var objects: ObjectOptions
  @OptionGroup(title: "Pacing") var pacing: PacingOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let (source, destination) = (try StoreAddress(parsing: source), try StoreAddress(parsing: destination))
      return try await withLedger(run.ledger, .create) { ledger in
        try await RunSession(
          options: run, filters: filters, objects: objects, pacing: pacing, connection: connection,
          console: console
        ).run(
          .migrate, source: source, sourceSettings: sourceOptions.settings, destination: destination,
          destinationSettings: destinationOptions.settings, ledger: ledger)
      }
    }
  }
}

import ArgumentParser
import AuditLedger
import ObjectStorage
import StorageClients

struct TakeInventory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract:
      "Lists one side into a ledger and says what is there, what cannot land, and what moving it costs.",
    discussion: """
      EXAMPLES
        tranship inventory s3://shop --source-region ap-northeast-1 --ledger shop.ledger
        tranship inventory s3://shop/2024/ --ledger shop.ledger --depth 2 --destination oss://shop-sh --bandwidth 100MiB/s
        tranship inventory s3://shop --ledger shop.ledger --for oss --relist --json

      The inventory holds every key; filters choose what is counted, and the rest is counted as excluded.

      The store is only read. Stop it at any time; the same command goes on at the page where it was, and asks for
      nothing once the inventory is complete. `tranship migrate` on the same ledger takes the inventory as it is.

      EXIT STATUS
        0    the inventory is complete
        2    the listing could not be finished; the state is kept
        64   wrong usage
        75   another run holds the ledger
        130  stopped by SIGINT, SIGTERM or SIGHUP; the state is kept
      """)

  @Argument(help: "s3://bucket/prefix, oss://bucket/prefix or file:///directory")
  var address: String
  @Option(help: "The file that holds the job; made where there is none.")
  var ledger: String
  @Option(help: "Which side of the job it is; decides which options of connection count.")
  var side: ImportEvidence.EvidenceSide = .source
  @OptionGroup var survey: SurveyOptions
  @Flag(help: "Lists again at the end and names the keys that are new, changed and gone.")
  var relist = false
  @Option(help: "Retries of the whole run.")
  var retries = 10_000
  @Flag(help: "Prints one JSON document.")
  var json = false
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let live = LiveInventory(
        address: try StoreAddress(parsing: address), side: side.side,
        settings: side == .source ? sourceOptions.settings : destinationOptions.settings,
        connection: connection, survey: survey, filter: try filters.filter(now: RunClock.system.now()),
        isRelisting: relist, retries: retries, json: json,
        console: console)
      return try await withLedger(ledger, .create) { try await live.run($0) }
    }
  }
}

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
        tranship inventory inventory/2024-03-11T00-00Z/manifest.json --ledger shop.ledger --for oss
        tranship inventory pages/*.xml.gz --ledger shop.ledger --side destination

      The inventory holds every key; filters choose what is counted, and the rest is counted as excluded.

      A store is only read. Stop it at any time; the same command goes on at the page where it was, and asks for
      nothing once the inventory is complete. `tranship migrate` on the same ledger takes the inventory as it is.

      SAVED LISTINGS
        Files are one listing, taken whole or not at all: a file that is cut, a page that is missing or there twice, or
        a checksum that does not fit leaves the ledger as it was. Their content tells what they are; gzip is inflated.

        xml          pages of ListObjects (1 and 2) and ListObjectVersions of S3 and OSS, one or many to a file
        aws-json     aws s3api list-objects-v2, list-objects, list-object-versions
        rclone-json  rclone lsjson -R; folders are counted and left out, names stand below --address
        inventory    the manifest.json of an S3 or OSS inventory in CSV; its checksums are checked
        migration    lists of Data Online Migration and of tranship report
        keys         one key a line, or each with a NUL behind it; without sizes

      EXIT STATUS
        0    the inventory is complete
        2    the listing could not be finished; the state is kept
        64   wrong usage, or the side has a listing already
        75   another run holds the ledger
        130  stopped by SIGINT, SIGTERM or SIGHUP; the state is kept
      """)

  @Argument(
    help:
      "s3://bucket/prefix, oss://bucket/prefix, file:///directory, or a name of the address file; or files of one saved listing."
  )
  var places: [String]
  @Option(help: "The file that holds the job; made where there is none.")
  var ledger: String
  @Option(help: "Which side of the job it is; decides which options of connection count.")
  var side = LedgerSide.source
  @OptionGroup var survey: SurveyOptions
  @Flag(help: "Lists again at the end and names the keys that are new, changed and gone.")
  var relist = false
  @Flag(help: "Lists every version and mark of deletion too, into the view `versions`.")
  var versions = false
  @Option(help: "Retries of the whole run.")
  var retries = 10_000
  @Flag(help: "Prints one JSON document.")
  var json = false
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Saved listings") var saved: SavedListingOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  private var isLive: Bool { places.contains { Self.isAddress($0) } }

  func validate() throws {
    guard isLive else {
      if relist { throw ValidationError("--relist asks a store again, and files cannot be asked") }
      return
    }
    guard places.count == 1 else {
      throw ValidationError("an address is listed alone; name it alone, or only files")
    }
    if let option = saved.given.first {
      throw ValidationError("\(option) is of files that somebody saved, and \(places[0]) is an address")
    }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let filter = try filters.filter(now: RunClock.system.now())
      guard isLive else {
        let files = FileInventory(
          files: places, side: side.side, saved: saved, keepsVersions: versions, survey: survey,
          filter: filter,
          json: json, console: console)
        try files.recognise()
        return try await withLedger(ledger, .create) { try await files.run($0) }
      }
      let (address, settings) = try AddressBook().side(
        places[0], side == .source ? sourceOptions.settings : destinationOptions.settings)
      let live = LiveInventory(
        address: address, side: side.side, settings: settings,
        connection: connection, survey: survey, filter: filter, isRelisting: relist,
        listsVersions: versions, retries: retries,
        json: json, console: console)
      return try await withLedger(ledger, .create) { try await live.run($0) }
    }
  }

  private static func isAddress(_ place: String) -> Bool {
    ["s3://", "oss://", "file://"].contains { place.hasPrefix($0) } || AddressBook().isName(place)
  }
}

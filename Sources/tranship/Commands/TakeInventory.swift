import ArgumentParser
import AuditLedger
import Inventory
import ObjectStorage
import SavedReports
import StorageClients
import Synchronization

struct TakeInventory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract: "Takes the listing of one side into the ledger: from files that somebody saved.",
    discussion: """
      EXAMPLES
        tranship inventory --ledger shop.ledger manifest.json
        tranship inventory --ledger shop.ledger --side destination pages/*.xml.gz
        aws s3api list-objects-v2 --bucket shop > shop.json
        tranship inventory --ledger shop.ledger --address s3://shop shop.json

      All files together are one listing, taken whole or not at all: a file that
      is cut, a page that is missing or there twice, or a checksum that does not
      fit leaves the ledger as it was.

      FORMATS, told from the content; gzip is inflated, whatever the name
        xml          pages of ListObjects (1 and 2) and ListObjectVersions of S3
                     and OSS, one or many to a file
        aws-json     aws s3api list-objects-v2, list-objects, list-object-versions
        rclone-json  rclone lsjson -R; folders are counted and left out
        inventory    the manifest.json of an S3 or OSS inventory in CSV; its
                     checksum and those of its data files are checked
        migration    lists of Data Online Migration and of tranship report
        keys         one key a line, or each with a NUL behind it; without sizes,
                     so that nothing can be compared with it

      NAMES
      In all formats but rclone-json a name is the whole key. There it stands
      below --address, or is the key where none is given. What the listing says
      of its bucket and prefix has to be what --address says.

      EXIT STATUS
        0    the listing is in the ledger
        2    the listing or the ledger cannot be used; the ledger is as it was
        64   wrong usage, or the side has a listing already
        75   another run holds the ledger
      """)

  @Argument(help: "Files of one saved listing.")
  var places: [String]
  @Option(help: "The file that holds the job; made where there is none.")
  var ledger: String
  @Option(help: "Whose listing it is: source or destination.")
  var side = LedgerSide.source
  @Option(
    help: ArgumentHelp("What the files are; by default their content tells.", valueName: "name"),
    transform: Self.format)
  var format: SavedFormat?
  @Option(help: "What the listing is of: s3://bucket/prefix, oss://bucket/prefix or file:///directory.")
  var address: String?
  @Option(help: ArgumentHelp("Where the data files of an inventory lie.", valueName: "folder"))
  var dataFolder: String?
  @Flag(
    name: .customLong("lenient-xml"),
    help: "Reads characters that XML 1.0 forbids, as they are; for pages saved without url encoding.")
  var isLenient = false
  @Flag(
    name: .customLong("versions"),
    help: "Keeps every version and mark of deletion; otherwise those that are not current are counted.")
  var keepsVersions = false
  @Flag(name: .customLong("replace"), help: "Puts the listing in the place of the one that the side has.")
  var replaces = false
  @Flag(help: "Prints one JSON object.")
  var json = false

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      if let live = places.first(where: Self.isAddress) {
        throw StorageError(
          .invalidRequest,
          "\(shownSafely(live)) cannot be listed by this command yet; tranship migrate and verify list both sides"
        )
      }
      let saved = SavedInventory(
        places,
        SavedInventory.Settings(
          side: side.side, format: format, place: try place(), isLenient: isLenient, dataFolder: dataFolder))
      // What is no listing at all makes no ledger.
      _ = try saved.recognise()
      return try await withLedger(ledger, .create) { opened in
        let outcome = try await take(saved, into: opened, console)
        let report = InventoryReport(outcome, side: side.side, files: places)
        console.result(json ? try report.json : report.text)
        return .completed
      }
    }
  }

  private func take(
    _ saved: SavedInventory, into opened: Ledger, _ console: Console
  ) async throws -> SavedInventory.Outcome {
    let rows = Mutex<Int>(0)
    do throws(InventoryFailure) {
      return try await saved.run(
        into: opened, replaces: replaces, keepsVersions: keepsVersions, at: RunClock.system.now()
      ) { count in
        let all = rows.withLock { rows in
          rows += count
          return rows
        }
        console.progress("\(Wording.count(all)) rows")
      }
    } catch {
      switch error {
      case .store(let error): throw error
      case .ledger(let error): throw error
      }
    }
  }

  private func place() throws -> ListingPlace? {
    guard let address else { return nil }
    let parsed = try StoreAddress(parsing: address)
    return ListingPlace(kind: parsed.kind, bucket: parsed.bucket, prefix: parsed.prefix)
  }

  private static func format(_ name: String) throws -> SavedFormat {
    guard let format = SavedFormat(rawValue: name) else {
      let choices = SavedFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("it is not one of \(choices)")
    }
    return format
  }

  private static func isAddress(_ place: String) -> Bool {
    ["s3://", "oss://", "file://"].contains { place.hasPrefix($0) }
  }
}

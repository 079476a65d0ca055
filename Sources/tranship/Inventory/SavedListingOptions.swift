import ArgumentParser
import AuditLedger
import ObjectStorage
import SavedReports
import StorageClients

/// How files of a listing that somebody saved are read.
struct SavedListingOptions: ParsableArguments {
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
  @Flag(name: .customLong("replace"), help: "Puts the listing in the place of the one that the side has.")
  var replaces = false

  /// The options that were given, as they are written.
  var given: [String] {
    [
      (format != nil, "--format"), (address != nil, "--address"), (dataFolder != nil, "--data-folder"),
      (isLenient, "--lenient-xml"), (replaces, "--replace"),
    ].filter(\.0).map(\.1)
  }

  func place() throws(StorageError) -> ListingPlace? {
    guard let address else { return nil }
    let parsed = try AddressBook().address(address)
    return ListingPlace(kind: parsed.kind, bucket: parsed.bucket, prefix: parsed.prefix)
  }

  private static func format(_ name: String) throws -> SavedFormat {
    guard let format = SavedFormat(rawValue: name) else {
      let choices = SavedFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("it is not one of \(choices)")
    }
    return format
  }
}

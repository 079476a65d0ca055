import ArgumentParser
import ObjectStorage
import StorageClients

/// What the options say of one side, before it is checked.
struct SideSettings {
  var endpoint: String?
  var region: String?
  var profile: String?
  var credentials: CredentialChoice
  var pathStyle: Bool
  var ossSignature: SignatureVersion
  var ossListVersion: Int
  var listing: ListingOption
  var requesterPays: Bool
}

/// How a listing may be shared out among requests.
enum ListingOption: String, ExpressibleByArgument, CaseIterable {
  case auto
  case pages
  case folders
  case keys

  /// Nil for what is known of the vendor.
  var division: ListingDivision? {
    switch self {
    case .auto: nil
    case .pages: .pages
    case .folders: .folders
    case .keys: .keys
    }
  }
}

enum SignatureVersion: String, ExpressibleByArgument, CaseIterable {
  case v1
  case v4
}

enum CredentialOption: String, ExpressibleByArgument, CaseIterable {
  case auto
  case containerRole = "container-role"
  case instanceRole = "instance-role"

  var choice: CredentialChoice {
    switch self {
    case .auto: .auto
    case .containerRole: .containerRole
    case .instanceRole: .instanceRole
    }
  }
}

struct SourceOptions: ParsableArguments {
  @Option(help: "Where the source's store answers, such as https://s3.eu-west-1.amazonaws.com.")
  var sourceEndpoint: String?
  @Option(help: "The source's region; the endpoint follows from it where none is given.")
  var sourceRegion: String?
  @Option(help: "The profile of the vendor's credential files.")
  var sourceProfile: String?
  @Option(
    help: """
      Where the source's credentials come from: auto (variables and files), container-role, or instance-role for the \
      role of this machine, which is never asked for otherwise.
      """)
  var sourceCredentials: CredentialOption = .auto
  @Flag(help: "Puts the bucket's name into the path of requests to the source.")
  var sourcePathStyle = false
  @Option(help: "The signature of requests to an OSS source: v1 or v4.")
  var sourceSignature: SignatureVersion = .v4
  @Option(help: "The listing call of an OSS source: 1 or 2.")
  var sourceListVersion = 2
  @Option(
    help: """
      How the source's listing may be shared out among requests: pages (not at all), folders, keys (only where the \
      store lists in the order of the keys' bytes), or auto for what is known of the vendor.
      """)
  var sourceListing: ListingOption = .auto
  @Flag(help: "Says in every request to the source that the caller pays for it.")
  var sourceRequestPayer = false

  var settings: SideSettings {
    SideSettings(
      endpoint: sourceEndpoint, region: sourceRegion, profile: sourceProfile,
      credentials: sourceCredentials.choice, pathStyle: sourcePathStyle,
      ossSignature: sourceSignature, ossListVersion: sourceListVersion, listing: sourceListing,
      requesterPays: sourceRequestPayer)
  }
}

struct DestinationOptions: ParsableArguments {
  @Option(help: "Where the destination's store answers, such as https://oss-cn-shanghai.aliyuncs.com.")
  var destinationEndpoint: String?
  @Option(help: "The destination's region; the endpoint follows from it where none is given.")
  var destinationRegion: String?
  @Option(help: "The profile of the vendor's credential files.")
  var destinationProfile: String?
  @Option(
    help: """
      Where the destination's credentials come from: auto (variables and files), container-role, or instance-role for the \
      role of this machine, which is never asked for otherwise.
      """)
  var destinationCredentials: CredentialOption = .auto
  @Flag(help: "Puts the bucket's name into the path of requests to the destination.")
  var destinationPathStyle = false
  @Option(help: "The signature of requests to an OSS destination: v1 or v4.")
  var destinationSignature: SignatureVersion = .v4
  @Option(help: "The listing call of an OSS destination: 1 or 2.")
  var destinationListVersion = 2
  @Option(
    help: """
      How the destination's listing may be shared out among requests: pages (not at all), folders, keys (only where the \
      store lists in the order of the keys' bytes), or auto for what is known of the vendor.
      """)
  var destinationListing: ListingOption = .auto
  @Flag(help: "Says in every request to the destination that the caller pays for it.")
  var destinationRequestPayer = false

  var settings: SideSettings {
    SideSettings(
      endpoint: destinationEndpoint, region: destinationRegion, profile: destinationProfile,
      credentials: destinationCredentials.choice,
      pathStyle: destinationPathStyle, ossSignature: destinationSignature,
      ossListVersion: destinationListVersion, listing: destinationListing,
      requesterPays: destinationRequestPayer)
  }
}

struct ConnectionOptions: ParsableArguments {
  @Option(help: "A PEM file of certificates to trust beside the system's.")
  var caFile: String?
  @Flag(help: "Allows plain http to other machines: signatures and data can be read on their way.")
  var allowHTTP = false
}

struct RunOptions: ParsableArguments {
  @Option(help: "The file that holds the job; made where there is none.")
  var ledger: String
  @Option(help: "The proof that completes an object: auto, streamed, end-to-end or read-back.")
  var require: String = "auto"
  @Option(
    help: ArgumentHelp(
      "The size of a part where an object goes in parts; more than two parts do, unless the source's MD5 lets it go in one request of up to 1 GiB.",
      valueName: "size"))
  var partSize = "32MiB"
  @Option(help: "Retries of the whole run, all objects together.")
  var retries = 10_000
  @Option(help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger.")
  var output: String?
  @Option(
    help:
      "Writes the lists of Data Online Migration too, of its first (classic) or second (current) generation, into a folder beside the report's whose name ends in -lists."
  )
  var lists: ListGenerationOption?
  @Flag(help: "Prints one JSON event a line.")
  var json = false
}

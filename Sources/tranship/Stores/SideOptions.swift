import ArgumentParser
import ObjectStorage

/// What the options say of one side, before it is checked.
struct SideSettings {
  var endpoint: String?
  var region: String?
  var profile: String?
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

struct SourceOptions: ParsableArguments {
  @Option(help: "Where the source's store answers, such as https://s3.eu-west-1.amazonaws.com.")
  var sourceEndpoint: String?
  @Option(help: "The source's region; the endpoint follows from it where none is given.")
  var sourceRegion: String?
  @Option(help: "The profile of the vendor's credential files.")
  var sourceProfile: String?
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
      endpoint: sourceEndpoint, region: sourceRegion, profile: sourceProfile, pathStyle: sourcePathStyle,
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
  @Option(help: "Retries of the whole run, all objects together.")
  var retries = 10_000
  @Option(help: "The folder that gets the report; by default reports/JOB/RUN beside the ledger.")
  var output: String?
  @Flag(help: "Prints one JSON event a line.")
  var json = false
}

import ArgumentParser
import Migration
import ObjectStorage
import StorageClients

/// What an inventory is asked for beside the counts.
struct SurveyOptions: ParsableArguments {
  @Option(help: "Folders are counted down to this depth behind the address.")
  var depth = 1
  @Option(
    help: ArgumentHelp(
      "Says what cannot land there as it is, and what a migration would cost.", valueName: "address"))
  var destination: String?
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "The same for any destination of a kind, under the keys as they are: oss, s3 or file.",
      valueName: "kind"))
  var kind: DestinationKind?
  @Option(help: ArgumentHelp("Estimates the time at a rate such as 100MiB/s.", valueName: "rate"))
  var bandwidth: ByteRate?
  @Option(help: ArgumentHelp("Estimates the time that requests take at this rate.", valueName: "number"))
  var requestsPerSecond: Int64?

  enum DestinationKind: String, CaseIterable, ExpressibleByArgument {
    case oss
    case s3
    case file

    var kind: StoreLocation.Kind {
      switch self {
      case .oss: .oss
      case .s3: .s3
      case .file: .directory
      }
    }
  }

  /// Bytes a second, with or without `/s`.
  struct ByteRate: ExpressibleByArgument {
    let bytesPerSecond: Int64

    init?(argument: String) {
      guard let bytes = byteCount(argument.hasSuffix("/s") ? String(argument.dropLast(2)) : argument),
        bytes > 0
      else { return nil }
      bytesPerSecond = bytes
    }
  }

  func validate() throws {
    guard depth >= 0 else { throw ValidationError("--depth \(depth) is negative; 0 counts all as one") }
    guard destination == nil || kind == nil else {
      throw ValidationError("--destination and --for exclude each other; name one")
    }
    if let requestsPerSecond, requestsPerSecond < 1 {
      throw ValidationError("--requests-per-second \(requestsPerSecond) is not a rate; give at least 1")
    }
    if bandwidth != nil || requestsPerSecond != nil, destination == nil, kind == nil {
      throw ValidationError("a time is estimated for a destination; name one with --destination or --for")
    }
  }

  var rates: CostRates {
    CostRates(bytesPerSecond: bandwidth?.bytesPerSecond, requestsPerSecond: requestsPerSecond)
  }

  /// Where the objects are to land; nil where nothing was said of it.
  func landing(from sourcePrefix: ObjectKey) throws(StorageError) -> Landing? {
    if let destination {
      return Landing(at: try AddressBook().address(destination), from: sourcePrefix)
    }
    return kind.flatMap { Landing(anywhereIn: $0.kind) }
  }
}

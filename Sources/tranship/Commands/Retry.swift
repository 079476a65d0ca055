import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage
import StorageClients

struct Retry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes up the objects of the error list again, and nothing else that has its list.",
    discussion: """
      EXAMPLES
        tranship retry --ledger shop.ledger
        tranship retry --ledger shop.ledger --class throttled,timeout
        tranship retry --ledger shop.ledger --error-list some_error_list
        tranship retry --error-list failed_list_0 s3://shop oss://shop-sh --ledger new.ledger

      With a ledger that has a job addresses, endpoints and regions come from it; credentials as for migrate.
      --error-list takes lists of Data Online Migration and of tranship report, what rclone check writes with --error
      and --combined, manifests of S3 Batch Operations, and one key a line; see docs/lists.md. A list without a ledger
      begins a job of the listed keys alone, in LIST.ledger of the working directory.

      \(ExitStatus.help)
      """)

  @Argument(help: "With --error-list and a ledger without a job: where the objects are.")
  var source: String?
  @Argument(help: "With --error-list and a ledger without a job: where they go.")
  var destination: String?
  @OptionGroup var list: ErrorListOptions
  @OptionGroup var run: RetryOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Decisions") var decisions: DecisionOptions
  @OptionGroup(title: "Objects") var objects: ObjectOptions
  @OptionGroup(title: "Pacing") var pacing: PacingOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func validate() throws {
    guard (source == nil) == (destination == nil) else {
      throw ValidationError("give both SOURCE and DESTINATION, or neither")
    }
    if source != nil && list.errorList.isEmpty {
      throw ValidationError("SOURCE and DESTINATION go with --error-list; the ledger knows its own")
    }
    if list.errorList.isEmpty && run.ledger == nil {
      throw ValidationError("give --ledger, or --error-list with SOURCE and DESTINATION")
    }
  }

  func run() async throws {
    let console = Console()
    let options = try run.options(listed: list.errorList.first)
    try await Failure.handle(console) {
      let known = try await KnownJob(at: options.ledger)
      let sides = try sides(known, options.ledger)
      var scope = RetryScope(classes: list.classes)
      var isWhole = true
      if !list.errorList.isEmpty {
        let listed = try await ListedRetry(
          options: list, known: known, ledger: options.ledger, source: sides.source,
          settings: sides.sourceSettings, connection: connection, console: console
        ).keys()
        (scope.keys, isWhole) = (listed.keys, listed.unknown == 0)
      }
      let status = try await withLedger(
        options.ledger, list.errorList.isEmpty ? .write : .create, isDry: decisions.dryRun
      ) { ledger in
        var session = RunSession(
          options: options, filters: filters, objects: objects, decisions: decisions, pacing: pacing,
          connection: connection, console: console)
        session.scope = scope.keys == nil && scope.classes == nil ? nil : scope
        return try await session.run(
          .retry, source: sides.source, sourceSettings: sides.sourceSettings, destination: sides.destination,
          destinationSettings: sides.destinationSettings, ledger: ledger)
      }
      return status == .completed && !isWhole ? .errors : status
    }
  }

  private struct Sides {
    var source: StoreAddress
    var sourceSettings: SideSettings
    var destination: StoreAddress
    var destinationSettings: SideSettings
  }

  /// Both sides, as the arguments say, else as the job has them.
  private func sides(_ known: KnownJob, _ ledger: String) throws -> Sides {
    var (one, other) = (sourceOptions.settings, destinationOptions.settings)
    if let job = known.job {
      (one, other) = (one.filled(from: job.source), other.filled(from: job.destination))
    }
    if let source, let destination {
      let book = AddressBook()
      let (from, to) = (try book.side(source, one), try book.side(destination, other))
      return Sides(
        source: from.address, sourceSettings: from.settings, destination: to.address,
        destinationSettings: to.settings)
    }
    guard let job = known.job else {
      let next = list.errorList.isEmpty ? "run `tranship migrate` first" : "give SOURCE and DESTINATION"
      throw LedgerError(.foreign, "the ledger \(shownSafely(ledger)) has no job yet; \(next)")
    }
    return Sides(
      source: try job.source.address, sourceSettings: one, destination: try job.destination.address,
      destinationSettings: other)
  }
}

extension JobSide {
  /// The address that the job was given.
  var address: StoreAddress {
    get throws {
      guard let prefix = ObjectKey(percentEncoded: prefix) else {
        throw LedgerError(.corrupt, "the ledger holds a prefix that cannot be read: \(shownSafely(prefix))")
      }
      return StoreAddress(kind: kind, bucket: bucket, prefix: prefix)
    }
  }
}

extension SideSettings {
  /// What the options leave open, as the job had it.
  func filled(from side: JobSide) -> SideSettings {
    var settings = self
    if settings.endpoint == nil && !side.endpoint.isEmpty { settings.endpoint = side.endpoint }
    if settings.region == nil && !side.region.isEmpty { settings.region = side.region }
    return settings
  }
}

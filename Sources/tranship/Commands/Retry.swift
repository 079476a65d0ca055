import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage
import StorageClients

struct Retry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Takes up the objects of the error list again, and nothing else that has its list.",
    discussion: """
      EXAMPLE
        tranship retry --ledger shop.ledger

      Addresses, endpoints and regions come from the ledger; credentials as for migrate.

      \(ExitStatus.help)
      """)

  @OptionGroup var run: RunOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Decisions") var decisions: DecisionOptions
  @OptionGroup(title: "Objects") var objects: ObjectOptions
  @OptionGroup(title: "Pacing") var pacing: PacingOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(run.ledger, .write, isDry: decisions.dryRun) { ledger in
        guard let job = try await ledger.job() else {
          throw LedgerError(.foreign, "the ledger \(run.ledger) has no job yet; run `tranship migrate` first")
        }
        return try await RunSession(
          options: run, filters: filters, objects: objects, decisions: decisions, pacing: pacing,
          connection: connection,
          console: console
        )
        .run(
          .retry, source: try job.source.address,
          sourceSettings: sourceOptions.settings.filled(from: job.source),
          destination: try job.destination.address,
          destinationSettings: destinationOptions.settings.filled(from: job.destination), ledger: ledger)
      }
    }
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

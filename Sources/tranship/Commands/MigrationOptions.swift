import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage
import StorageClients

/// What a migration is asked for.
struct MigrationOptions: ParsableArguments {
  @Argument(help: "s3://bucket/prefix, oss://bucket/prefix, file:///directory, or a name of the address file")
  var source: String
  @Argument(help: "The same forms.")
  var destination: String
  @OptionGroup var run: RunOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Decisions") var decisions: DecisionOptions
  @Flag(
    help: "Lists both sides again, and takes what is new and changed at the source; what is gone is reported."
  )
  var relist = false
  @OptionGroup(title: "Objects") var objects: ObjectOptions
  @OptionGroup(title: "Pacing") var pacing: PacingOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  /// Migrates, or says what a migration would do.
  func migrate(isDry: Bool) async throws {
    let console = Console()
    var decisions = decisions
    decisions.dryRun = isDry
    let (decided, isRelisting) = (decisions, relist)
    try await Failure.handle(console) {
      let book = AddressBook()
      let (source, sourceSettings) = try book.side(source, sourceOptions.settings)
      let (destination, destinationSettings) = try book.side(destination, destinationOptions.settings)
      return try await withLedger(run.ledger, .create, isDry: isDry) { ledger in
        try await RunSession(
          options: run, filters: filters, objects: objects, decisions: decided, pacing: pacing,
          connection: connection,
          console: console, isRelisting: isRelisting
        ).run(
          .migrate, source: source, sourceSettings: sourceSettings, destination: destination,
          destinationSettings: destinationSettings, ledger: ledger)
      }
    }
  }
}

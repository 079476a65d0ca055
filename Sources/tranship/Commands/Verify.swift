import ArgumentParser
import AuditLedger
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import Reports
import StorageClients
import Verification

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Verifies what stands on both sides, whoever moved it; writes to neither.",
    discussion: """
      EXAMPLES
        tranship verify s3://shop oss://shop-sh --source-region ap-northeast-1 --destination-region cn-shanghai
        tranship verify s3://shop oss://shop-sh --read destination --ledger shop.ledger
        tranship verify s3://shop oss://shop-sh --sample 5% --ledger shop.ledger

      Lists both sides, compares what the listings and HEAD publish, and reads only what --read allows and the
      verdict needs. Every key of the source ends as verified, mismatched, missing or unverifiable; keys that only
      the destination has are counted as extra. With the ledger of a migration, or of an earlier verification,
      objects that did not change on either side stay proven; HEAD is asked where ETag and time leave that open.

      \(ExitStatus.help)
      """)

  @Argument(help: "s3://bucket/prefix, oss://bucket/prefix, file:///directory, or a name of the address file")
  var source: String
  @Argument(help: "The same forms.")
  var destination: String
  @OptionGroup var verification: VerificationOptions
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let book = AddressBook()
      let one = try book.side(source, sourceOptions.settings)
      let other = try book.side(destination, destinationOptions.settings)
      let sample = try verification.sampleSize()
      let place = try LedgerPlace(verification.ledger)
      defer { place.remove() }
      return try await withLedger(place.path, .create) { ledger in
        try await verify(one, other, sample, ledger, console)
      }
    }
  }

  private func verify(
    _ one: AddressBook.Place, _ other: AddressBook.Place, _ sample: (text: String, size: SampleSize)?,
    _ ledger: Ledger, _ console: Console
  ) async throws -> ExitStatus {
    let clock = RunClock.system
    let (source, destination) = (one.address, other.address)
    let factory = try StoreFactory(connection, clock: clock)
    defer { factory.transport.shutDown() }
    var configuration = VerificationConfiguration(
      source: RunSide(
        store: try await factory.open(source, .source, one.settings), prefix: source.prefix),
      destination: RunSide(
        store: try await factory.open(destination, .destination, other.settings),
        prefix: destination.prefix),
      jobName: JobName.of(ledger: verification.ledger ?? "verification"),
      required: try verification.requiredProof(), filter: try filters.filter(now: clock.now()),
      reading: verification.reading, sample: sample,
      takesInventories: verification.noListing, acceptsImported: verification.acceptImported,
      keepsProblemsOnly: verification.ledger == nil && verification.output == nil && !verification.json,
      comparesMetadata: verification.metadata, comparesTags: verification.tags,
      distrustsETags: verification.distrustEtags,
      parallelObjects: verification.concurrency, retries: verification.retries, toolVersion: Version.text,
      clock: clock, eventLoops: MultiThreadedEventLoopGroup.singleton)
    configuration.settings = verification.settings
    try requireApart(
      source: configuration.source.store.location, source.prefix,
      destination: configuration.destination.store.location, destination.prefix)
    let reporter = ProgressReporter(console: console, json: verification.json, clock: clock)
    let run = VerificationRun(configuration, ledger: ledger) { reporter.receive($0) }
    let task = Task { try await run.run() }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let (tally, audit) = try await task.value
      try await VerificationSummary(options: verification, console: console).show(tally, audit, ledger)
      return verification.noExtra && tally.extra > 0 ? .errors : ExitStatus(tally)
    } catch let stop as RunStop {
      console.note("tranship: \(stop)")
      return ExitStatus(stop)
    }
  }
}

/// The file of the ledger, or one that lives as long as the command.
private struct LedgerPlace {
  let path: String
  private let folder: URL?

  init(_ named: String?) throws {
    if let named {
      path = named
      folder = nil
      return
    }
    let made = FileManager.default.temporaryDirectory.appendingPathComponent("tranship-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: made, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    folder = made
    path = made.appendingPathComponent("verification.ledger").path
  }

  func remove() {
    // What cannot be removed lies in the system's own folder for such things.
    if let folder { try? FileManager.default.removeItem(at: folder) }
  }
}

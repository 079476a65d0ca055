import ArgumentParser
import AuditLedger
import Checksums
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import Reports
import StorageClients
import Transfers
import Verification

/// Runs a job with its ledger and says how it ended; shared by the commands that move objects.
struct RunSession {
  let options: RunOptions
  let filters: FilterOptions
  let objects: ObjectOptions
  let decisions: DecisionOptions
  let pacing: PacingOptions
  let connection: ConnectionOptions
  let console: Console
  var isRelisting = false
  /// What a retry is limited to; nil for the whole error list.
  var scope: RetryScope?
  let clock = RunClock.system

  /// Opens both stores, runs the command, writes the report; returns the exit status.
  func run(
    _ command: MigrationRun.Command, source: StoreAddress, sourceSettings: SideSettings,
    destination: StoreAddress, destinationSettings: SideSettings, ledger: Ledger
  ) async throws -> ExitStatus {
    let pace = try pacing.pacing()
    let factory = try StoreFactory(connection, clock: clock, bandwidth: pace.bandwidth?.lowest)
    defer { factory.transport.shutDown() }
    var configuration = RunConfiguration(
      source: RunSide(store: try await factory.open(source, .source, sourceSettings), prefix: source.prefix),
      destination: RunSide(
        store: try await factory.open(destination, .destination, destinationSettings),
        prefix: destination.prefix),
      jobName: JobName.of(ledger: options.ledger), required: try requiredProof(),
      filter: try filters.filter(now: clock.now()), copying: try copying(),
      parallelObjects: pacing.concurrency, pacing: pace,
      retries: options.retries, toolVersion: Version.text, clock: clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    configuration.settings = settings(pace)
    configuration.allowsGone = objects.allowGone
    configuration.copying.carrying = try objects.carrying(to: destination.kind)
    configuration.decisions = decisions.settings
    configuration.decisions.relists = isRelisting
    configuration.scope = scope
    if let days = objects.restore {
      configuration.restoring = Restoring(
        store: try factory.restorable(source, .source, sourceSettings), days: days)
    }
    try requireApart(
      source: configuration.source.store.location, source.prefix,
      destination: configuration.destination.store.location, destination.prefix)
    if let text = pace.text { console.note(text) }
    if !decisions.dryRun,
      let warning = SourceRights.warning(
        source: configuration.source.store, destination: configuration.destination.store)
    {
      console.note(warning)
    }
    // The lines of a dry run are its keys.
    let reporter = ProgressReporter(
      console: console, json: options.json && !decisions.dryRun, clock: clock)
    let run = MigrationRun(configuration, ledger: ledger) { reporter.receive($0) }
    if decisions.dryRun { return try await preview(run, command) }
    let ticker = reporter.watch { run.gauge }
    defer { withExtendedLifetime(ticker) {} }
    let task = Task { try await run.run(command) }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let tally = try await task.value
      try await finish(tally, ledger)
      return ExitStatus(tally)
    } catch let stop as RunStop {
      console.note("tranship: \(stop)")
      if case .interrupted = stop {
      } else {
        console.note("the state is kept: run the same command again to go on")
      }
      return ExitStatus(stop)
    }
  }

  /// Says what the run would do.
  private func preview(_ run: MigrationRun, _ command: MigrationRun.Command) async throws -> ExitStatus {
    let report = PlanReport(console: console, json: options.json)
    let task = Task { try await run.preview(command) { try report.key($0) } }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      let summary = try await task.value
      report.summary(summary)
      return summary.errors == 0 ? .completed : .errors
    } catch let stop as RunStop {
      console.note("tranship: \(stop)")
      return ExitStatus(stop)
    }
  }

  private func finish(_ tally: Tally, _ ledger: Ledger) async throws {
    let run = try await ledger.runs().last?.id ?? 1
    let folder =
      options.output
      ?? URL(fileURLWithPath: options.ledger).deletingLastPathComponent()
      .appendingPathComponent("reports/\(JobName.of(ledger: options.ledger))/\(run)").path
    let files = try await writeReport(ledger: ledger, to: folder, toolVersion: Version.text)
    let lists = options.lists.map { (generation: $0.generation, folder: "\(folder)-lists") }
    if let lists {
      _ = try await writeServiceLists(ledger: ledger, lists.generation, to: lists.folder)
    }
    if options.json { return }
    if isRelisting, let counts = try await ledger.relistingCounts(.source) {
      console.result(
        "listed again: \(Wording.count(counts.new)) new, \(Wording.count(counts.changed)) changed, "
          + "\(Wording.count(counts.gone)) gone from the source")
    }
    console.result(TallyText.lines(tally))
    if tally.pending > 0 {
      console.note(
        "\(Wording.count(tally.pending)) keys that \(scope == nil ? "the filters leave" : "this retry leaves") out go on waiting; retry without \(scope == nil ? "filters" : "a list or classes") takes them up"
      )
    }
    if let lists { console.result("lists: \(lists.folder)") }
    console.result("report: \(files.summaryHTML)")
    console.result("root: \(files.seal.root.hex)")
  }

  private func copying() throws -> CopySettings {
    guard let size = byteCount(options.partSize), (1...CopySettings.largestPart).contains(size) else {
      throw ValidationError(
        "--part-size \(shownSafely(options.partSize)) is not a size of up to 5 GiB, such as 32MiB or 33554432"
      )
    }
    return CopySettings(singlePutLimit: 2 * size, partSize: size)
  }

  private func requiredProof() throws -> RequiredProof {
    guard let required = RequiredProof(rawValue: options.require) else {
      throw ValidationError(
        "--require \(shownSafely(options.require)) is not one of "
          + RequiredProof.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return required
  }
}

/// The name of a job: that of its ledger, in the characters that the migration service allows.
enum JobName {
  static func of(ledger path: String) -> String {
    let file = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent.lowercased()
    let allowed = file.map { ("a"..."z").contains($0) || ("0"..."9").contains($0) ? $0 : "-" }
    let trimmed = String(String(allowed.drop { $0 == "-" }).prefix(63))
    let name = String(trimmed.reversed().drop { $0 == "-" }.reversed())
    return name.count >= 3 ? name : "job-" + (name.isEmpty ? "0" : name)
  }
}

/// Counts in words.
enum TallyText {
  static func lines(_ tally: Tally) -> String {
    var lines = [
      "total \(Wording.count(tally.total)) = completed \(Wording.count(tally.completed)) + error "
        + "\(Wording.count(tally.error)) + skipped \(Wording.count(tally.skipped)) + pending "
        + Wording.count(tally.pending)
    ]
    let proofs = Proof.allCases.compactMap { proof in
      tally.proofs[proof].map { "\(proof.rawValue) \(Wording.count($0))" }
    }
    if !proofs.isEmpty { lines.append("proofs: " + proofs.joined(separator: ", ")) }
    let errors = ErrorClass.allCases.compactMap { errorClass in
      tally.errors[errorClass].map { "\(errorClass.rawValue) \(Wording.count($0))" }
    }
    if !errors.isEmpty { lines.append("errors: " + errors.joined(separator: ", ")) }
    lines.append(
      "\(Wording.size(tally.bytesSent)) sent, \(Wording.count(tally.foundEqual)) objects found equal and not sent"
    )
    return lines.joined(separator: "\n")
  }
}

public import AuditLedger
import Inventory
import NIOCore
import ObjectStorage
import Transfers
import Verification

/// The main flow: inventory, plan, copy, verdicts; all state is in the ledger.
///
/// Any run can be stopped at any instant and started again with the same ledger: finished steps are not repeated,
/// and no object that is completed is sent again.
public struct MigrationRun: Sendable {
  /// The command that a run belongs to.
  public enum Command: String, Sendable {
    case migrate
    /// Takes up the objects of the error list, and nothing else that has its list already.
    case retry
  }

  let configuration: RunConfiguration
  let ledger: Ledger
  let retrying: Retrying
  private let requests = RequestLog()
  let pace: TransferPace
  let report: @Sendable (MigrationEvent) -> Void

  public init(
    _ configuration: RunConfiguration, ledger: Ledger, report: @escaping @Sendable (MigrationEvent) -> Void
  ) {
    self.configuration = configuration.paced(requests)
    self.ledger = ledger
    self.report = report
    let pace = TransferPace(configuration.pacer, clock: configuration.clock) { report(.width($0)) }
    self.pace = pace
    retrying = Retrying(
      policy: configuration.retryPolicy, budget: RequestBudget(retries: configuration.retries),
      clock: configuration.clock
    ) { pace.throttled($0) }
  }

  /// What is under way at this moment.
  public var gauge: RunGauge {
    RunGauge(
      bytesMoved: pace.bytesMoved, inFlight: pace.inFlight, width: pace.width,
      retries: retrying.budget.retries)
  }

  /// Goes from where the ledger stands to the end; returns the balanced counts.
  public func run(_ command: Command) async throws(RunStop) -> Tally {
    var run: RunRecord?
    var honoured: Bool?
    do throws(RunStop) {
      let (begun, selection) = try await prepare(command) { run = $0 }
      let waiting: Int64
      (honoured, waiting) = try await copyAll(begun, selection)
      let tally = try await ledger.balancedTally(waiting: waiting)
      try await end(begun, .finished, "", honoured)
      return tally
    } catch {
      // The stop itself is the news; a ledger that cannot even take this note will say so when it is opened.
      if let run { try? await end(run, .stopped, "\(error)", honoured) }
      throw error
    }
  }

  /// Takes both inventories and decides on every key; `began` gets the run as soon as the ledger has it.
  func prepare(
    _ command: Command, _ began: (RunRecord) -> Void
  ) async throws(RunStop) -> (RunRecord, RetrySelection) {
    try await kept { () throws(LedgerError) in try await ledger.establish(configuration.job) }
    let run = try await kept { () throws(LedgerError) in
      try await ledger.beginRun(
        command: command.rawValue, toolVersion: configuration.toolVersion, at: configuration.clock.now())
    }
    began(run)
    requests.begin(run.id)
    try await kept { () throws(LedgerError) in
      try await ledger.record(settings: configuration.settings, of: run.id)
    }
    var selection = RetrySelection(
      filter: command == .retry ? configuration.filter : .none, prefix: configuration.source.prefix,
      ledger: ledger, scope: command == .retry ? configuration.scope : nil)
    let filter = try await jobFilter(command)
    try await kept { () throws(LedgerError) in
      try await ledger.record(configuration.filter.rules, of: run.id)
    }
    try await takeUpAsides(command, run.id)
    if command == .retry { try await selection.reopenErrors(refresh: refresh) }
    if command == .migrate {
      _ = try await kept { () throws(LedgerError) in try await ledger.reopenRestores() }
    }
    try await beginRelisting(command)
    if let keys = selection.scope?.keys {
      try await takeListed(keys)
    } else {
      if command == .migrate { try await requireWholeInventory() }
      try await takeInventory()
    }
    try await plan(command, filter, run.id)
    return (run, selection)
  }

  func takeInventory() async throws(RunStop) {
    report(.phase(.inventory))
    try await list(.source, configuration.source.store, configuration.source.prefix)
    try await list(.destination, configuration.destination.store, configuration.destination.prefix)
  }

  private func list(_ side: Side, _ store: any ObjectReader, _ prefix: ObjectKey) async throws(RunStop) {
    let inventory = InventoryRun(side, of: store, prefix: prefix, ledger: ledger, retrying: retrying)
    do {
      try await inventory.run { report(.listed(side, keys: $0)) }
    } catch {
      throw RunStop(side, error)
    }
  }

  /// What the job takes from the source: of a retry, what the migration or verification before it took.
  private func jobFilter(_ command: Command) async throws(RunStop) -> ObjectFilter {
    guard command == .retry else { return configuration.filter }
    let (runs, filters) = try await kept { () throws(LedgerError) in
      (try await ledger.runs(), try await ledger.filters())
    }
    let commands = [Command.migrate.rawValue, VerificationRun.command]
    guard let last = runs.last(where: { commands.contains($0.command) }) else { return .none }
    do {
      return try ObjectFilter(filters[last.id] ?? [], now: configuration.clock.now())
    } catch {
      throw .ledger(
        LedgerError(
          .corrupt, "the ledger holds a filter that cannot be used; restore a copy: \(error.message)"))
    }
  }

  private func plan(_ command: Command, _ filter: ObjectFilter, _ run: Int64) async throws(RunStop) {
    report(.phase(.plan))
    let (mapping, isNew) = try await mapping()
    let plan = PlanRun(
      planner: Planner(destination: configuration.destination.store), mapping: mapping,
      filter: filter, ledger: ledger, run: run, clock: configuration.clock, report: report)
    // A retry takes up errors: what filters left out has its list.
    if command == .migrate {
      if isNew { try await plan.takeUpRefused() }
      try await plan.readmit()
      try await plan.takeUpChanges()
    }
    try await plan.withdraw()
    try await plan.decide()
  }

  /// Copies and judges what has no list yet and is selected; returns whether the destination checks `Content-MD5`,
  /// and how many keys go on waiting.
  private func copyAll(
    _ run: RunRecord, _ selection: RetrySelection
  ) async throws(RunStop) -> (Bool?, waiting: Int64) {
    report(.phase(.copy))
    let destination = configuration.destination.store
    try await AbandonedUploads(
      uploads: LeftUploads(destination: destination, ledger: ledger, retrying: retrying), ledger: ledger
    ).drop(selection)
    let hasWork = try await kept { () throws(LedgerError) in
      try await !ledger.work(after: nil, limit: 1).isEmpty
    }
    guard hasWork else { return (nil, 0) }
    let tally = try await kept { () throws(LedgerError) in try await ledger.tally() }
    report(.work(objects: tally.pending, bytes: tally.bytesTotal - tally.bytesEnded))
    let honoured = try await probeContentMD5(destination)
    // Before anything is sent: what this run writes is marked with it, also where the run is killed.
    try await kept { () throws(LedgerError) in
      try await ledger.record(contentMD5Honoured: honoured, of: run.id)
    }
    let (migrator, meter, underWay) = (migrator(contentMD5Honoured: honoured), meter, ObjectsUnderWay())
    let waiting = try await WorkQueue(
      ledger: ledger, migrator: migrator, pace: pace, meter: meter, opening: openingTimes,
      clock: configuration.clock,
      isSelected: selection.contains, report: report, executors: executors,
      lanes: lanes(migrator, meter, underWay), underWay: underWay
    ).run()
    return (honoured, waiting)
  }

  /// Where there is a window, every object is a task, which waits outside of it.
  private func lanes(
    _ migrator: ObjectMigrator, _ meter: ThroughputMeter, _ underWay: ObjectsUnderWay
  ) -> WholeLanes? {
    guard configuration.pacing.window == nil, let whole = migrator.copier.wholeCopier else { return nil }
    return WholeLanes(
      whole, migrator: migrator, pace: pace, meter: meter, underWay: underWay, clock: configuration.clock,
      report: report, eventLoops: configuration.eventLoops)
  }

  private var meter: ThroughputMeter {
    let budget = retrying.budget
    return ThroughputMeter(ledger: ledger, board: pace.board, requests: requests) { budget.retries }
  }

  /// Between two stores an object's task runs where its connections are.
  ///
  /// A directory's calls may block.
  private var executors: [LoopExecutor] {
    let kinds = [
      configuration.source.store.location.kind, configuration.destination.store.location.kind,
    ]
    guard kinds.allSatisfy({ $0 == .s3 || $0 == .oss }) else { return [] }
    return configuration.eventLoops.makeIterator().map { LoopExecutor($0) }
  }

  func migrator(contentMD5Honoured honoured: Bool) -> ObjectMigrator {
    let destination = configuration.destination.store
    var settings = configuration.copying
    settings.contentMD5Honoured = honoured
    switch configuration.required {
    // Without the source's digest such an object would not be proven at all, whatever its size.
    case .endToEnd, .readBack: settings.guessingLimit = .max
    case .auto, .streamed: break
    }
    let copier = Copier(
      source: configuration.source.store, destination: destination, ledger: ledger,
      settings: settings, retrying: retrying,
      memory: ByteBudget(bytes: configuration.bytesInFlight), pace: pace, eventLoops: configuration.eventLoops
    )
    return ObjectMigrator(
      copier: copier, policy: VerificationPolicy(required: configuration.required),
      contentMD5Honoured: honoured,
      sourceKind: configuration.source.store.location.kind, destinationKind: destination.location.kind,
      clock: configuration.clock, restoring: configuration.restoring, allowsGone: configuration.allowsGone,
      overwrite: configuration.decisions.overwrite, takesChanged: configuration.scope?.keys == nil)
  }

  private var openingTimes: OpeningTimes? {
    configuration.pacing.window.map {
      OpeningTimes(window: $0, zone: configuration.pacing.zone, clock: configuration.clock, report: report)
    }
  }

  private func probeContentMD5(_ destination: any ObjectWriter) async throws(RunStop) -> Bool {
    let runs = try await kept { () throws(LedgerError) in try await ledger.runs() }
    let first = runs.first?.startedAt ?? configuration.clock.now()
    // One ledger has one run at a time, so what stands under its mark is left over.
    let probe = ContentMD5Probe(
      destination: destination, retrying: retrying, eventLoop: configuration.eventLoops.next(),
      mark: "\(first.millisecondsSinceEpoch)")
    if runs.dropLast().contains(where: { $0.state != .finished }) {
      // Whoever may not list uploads leaves it there: it is empty.
      try? await probe.dropLeft(under: configuration.destination.prefix)
    }
    do {
      let honoured = try await probe.run(under: configuration.destination.prefix)
      report(.contentMD5(honoured: honoured, ""))
      return honoured
    } catch  where error.disposition == .abort {
      throw RunStop(.destination, error)
    } catch {
      report(.contentMD5(honoured: false, "\(error)"))
      return false
    }
  }

  /// An object that changed after it was listed is copied as it is now; one that is gone fails as such.
  private func refresh(_ key: ObjectKey) async throws(RunStop) {
    let attributes: ObjectAttributes
    do {
      attributes = try await retrying.run { _ throws(StorageError) in
        try await configuration.source.store.head(key, part: nil)
      }
    } catch  where error.disposition == .fail {
      return
    } catch {
      throw RunStop(.source, error)
    }
    let object = ListedObject(
      key: key, size: attributes.size, eTag: attributes.eTag, lastModifiedAt: attributes.lastModifiedAt,
      storageClass: attributes.storageClass, objectType: attributes.objectType)
    try await kept { () throws(LedgerError) in try await ledger.refresh(object) }
  }

  private func end(
    _ run: RunRecord, _ state: RunRecord.State, _ message: String, _ honoured: Bool?
  ) async throws(RunStop) {
    try await kept { () throws(LedgerError) in
      try await requests.write(to: ledger)
      try await ledger.endRun(
        run.id, state: state, message: message, contentMD5Honoured: honoured, at: configuration.clock.now())
    }
  }
}

public import AuditLedger
import Inventory
public import ObjectStorage

/// Lists one side into the ledger, from where an earlier run stopped, and once more at the end where that is wanted.
public struct InventoryTaking: Sendable {
  /// What was done.
  public struct Outcome: Sendable {
    /// What the inventory is of.
    public var place: JobSide
    /// Pages that the store was asked for, repeats included; 0 where the inventory was complete before.
    public var listRequests: Int64
    /// Nil where the side was listed once.
    public var relisting: Relisting?
    /// What the rows came to; nil where nobody asked, or where they have to be read from the ledger for it.
    public var survey: InventorySurvey?
  }

  private let side: Side
  private let place: RunSide<any ObjectReader>
  private let ledger: Ledger
  private let retrying: Retrying
  private let report: @Sendable (MigrationEvent) -> Void
  private let requests = RequestMeter()

  public init(
    _ side: Side, of place: RunSide<any ObjectReader>, ledger: Ledger, retrying: Retrying,
    report: @escaping @Sendable (MigrationEvent) -> Void
  ) {
    self.side = side
    self.place = place
    self.ledger = ledger
    self.retrying = retrying
    self.report = report
  }

  /// Lists to the end; `isRelisting` lists again and compares.
  ///
  /// A second listing that was stopped is taken up and is not begun once more. Versions are listed behind the keys;
  /// where they are not, the store is asked whether it keeps any, unless it need not be asked for anything else.
  ///
  /// `survey` counts the rows while they come, where that can be done.
  public func run(
    isRelisting: Bool, listsVersions: Bool = false, counting survey: InventorySurvey? = nil,
    isWanted: (ListedObject) -> Bool = { _ in true }
  ) async throws(RunStop) -> Outcome {
    try await kept { () throws(LedgerError) in try await ledger.establish(side, at: job) }
    let isSecond = try await kept { () throws(LedgerError) in
      let state = try await ledger.inventoryState(side)
      guard try await ledger.relistingCounts(side) != nil else { return false }
      return state != .complete
    }
    var counted = isRelisting ? nil : survey
    let isCounted = try await list { counted?.add($0, isWanted: isWanted($0)) }
    if isRelisting, !isSecond {
      try await kept { () throws(LedgerError) in try await ledger.beginRelisting(side) }
      _ = try await list { _ in }
    }
    if listsVersions { try await listVersions() } else if listRequests > 0 { try await askForVersions() }
    guard isRelisting else {
      let survey = isCounted ? try await finished(counted) : nil
      return Outcome(place: job, listRequests: listRequests, survey: survey)
    }
    let relisting = try await kept { () throws(LedgerError) in try await Relisting(of: side, in: ledger) }
    return Outcome(place: job, listRequests: listRequests, relisting: relisting)
  }

  /// What the inventory is of.
  public var job: JobSide { JobSide(place.store.location, place.prefix) }

  private var listRequests: Int64 {
    requests.totals.reduce(0) { sum, total in
      total.operation == .list || total.operation == .listVersions ? sum.addingSaturated(total.requests) : sum
    }
  }

  private func listVersions() async throws(RunStop) {
    let listing = VersionListing(
      side, of: CountedReader(place.store, requests), prefix: place.prefix, ledger: ledger,
      retrying: retrying)
    do {
      try await listing.run { report(.listed(side, keys: $0)) }
    } catch {
      throw RunStop(side, error)
    }
  }

  /// An inventory of the keys is whole without this answer.
  private func askForVersions() async throws(RunStop) {
    let versioning = (try? await place.store.versioning()) ?? .unknown
    try await kept { () throws(LedgerError) in try await ledger.record(versioning, of: side) }
  }

  private func finished(_ survey: InventorySurvey?) async throws(RunStop) -> InventorySurvey? {
    var survey = survey
    let facts = try await kept { () throws(LedgerError) in try await ledger.listingFacts(side) }
    var pass = InventoryPass(listing: facts)
    pass.objects = survey?.summary.rows ?? 0
    survey?.finish(pass)
    return survey
  }

  /// True where every row was received, in order.
  private func list(_ receive: (ListedObject) -> Void) async throws(RunStop) -> Bool {
    let run = InventoryRun(
      side, of: CountedReader(place.store, requests), prefix: place.prefix, ledger: ledger,
      retrying: retrying)
    do {
      return try await run.run({ report(.listed(side, keys: $0)) }, inOrder: receive)
    } catch {
      throw RunStop(side, error)
    }
  }
}

/// What a second listing of a side found different from the first.
public struct Relisting: Hashable, Sendable {
  public static let mostExamples = 10

  public var counts: RelistingCounts
  /// The first keys of each change, in the order of their bytes.
  public var examples: [ListingChange: [ObjectKey]] = [:]

  /// Reads what the latest second listing noted.
  init(of side: Side, in ledger: Ledger) async throws(LedgerError) {
    counts = try await ledger.relistingCounts(side) ?? RelistingCounts()
    for change in ListingChange.allCases {
      examples[change] = try await ledger.relistingExamples(side, change, limit: Self.mostExamples)
    }
  }

  public func count(_ change: ListingChange) -> Int64 {
    switch change {
    case .new: counts.new
    case .changed: counts.changed
    case .gone: counts.gone
    }
  }
}

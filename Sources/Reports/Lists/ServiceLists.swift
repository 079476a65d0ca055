public import AuditLedger
import ObjectStorage

/// The two ways in which Data Online Migration writes its lists.
public enum ListGeneration: String, CaseIterable, Sendable {
  /// Total, completed, error and skipped list, between tabs.
  case classic
  /// Total, failed and skipped list, as CSV.
  case current
}

/// The files of the lists of one generation.
public struct ServiceListFiles: Hashable, Sendable {
  /// The folder that they were written to.
  public var folder: String
  /// Their names below it, which are also their keys in a destination, in their order.
  public var names: [String]
}

/// Writes the lists of a job as the service names and cuts them, below a folder that is made where it does not exist.
///
/// The same ledger gives the same bytes, rows come in the order of the key bytes, and memory does not grow with them.
/// With `rowsAFile` a list is cut into files of so many rows. Files get their names when all are complete; those of an
/// earlier writing that had more of them are taken away.
public func writeServiceLists(
  ledger: Ledger, _ generation: ListGeneration, to directory: String, rowsAFile: Int64? = nil
) async throws -> ServiceListFiles {
  guard let job = try await ledger.job() else {
    throw LedgerError(
      .failed, "the ledger \(ledger.path) has no job yet; start one with tranship migrate or inventory")
  }
  let folder = try ListFolder(directory)
  let run = try await ledger.runs().last?.id ?? 0
  var writing = try ListWriting(generation, job: job, run: run, in: folder, rowsAFile: rowsAFile)
  try await ledger.forEachObject(in: nil) { try writing.add($0) }
  let done = writing
  try folder.publish { number in done.stale(number) }
  return ServiceListFiles(folder: directory, names: done.names)
}

/// The lists of one generation while they grow.
private struct ListWriting {
  private let generation: ListGeneration
  private let job: JobSettings
  private let isSplit: Bool
  private var lists: [String: SplitList] = [:]
  private let stems: [String]

  init(
    _ generation: ListGeneration, job: JobSettings, run: Int64, in folder: ListFolder, rowsAFile: Int64?
  ) throws(StorageError) {
    self.generation = generation
    self.job = job
    isSplit = rowsAFile != nil
    switch generation {
    case .classic: stems = ["total_list", "completed_list", "error_list", "skipped_list"]
    case .current: stems = ["total_list", "failed_list", "skipped_list"]
    }
    let (name, cut) = (job.name, rowsAFile != nil)
    for stem in stems {
      lists[stem] = try SplitList(in: folder, rows: rowsAFile) { number in
        switch generation {
        case .classic: "\(ServiceFolder.classic)/\(name)\(cut ? "_\(number)" : "")_\(stem)"
        case .current:
          "\(ServiceFolder.current(job: name, run: run))/\(stem)/\(ServiceFolder.account)@\(name)@\(run)_\(stem)_\(number)"
        }
      }
    }
  }

  var names: [String] { stems.flatMap { lists[$0]?.names ?? [] } }

  mutating func add(_ row: ObjectRow) throws(StorageError) {
    switch generation {
    case .classic: try addClassic(row)
    case .current:
      try lists["total_list"]?.add(currentLine(row))
      if let failure = row.failure { try lists["failed_list"]?.add(currentLine(row, reason: failure)) }
      if row.list == .skipped {
        try lists["skipped_list"]?.add(currentLine(row, reason: shownSafely(row.message)))
      }
    }
  }

  private mutating func addClassic(_ row: ObjectRow) throws(StorageError) {
    try lists["total_list"]?.add(TotalList(job: job).line(row))
    if let line = CompletedList().line(row) { try lists["completed_list"]?.add(line) }
    if let line = ErrorList().line(row) { try lists["error_list"]?.add(line) }
    if let line = SkippedList(job: job).line(row) { try lists["skipped_list"]?.add(line) }
  }

  /// What an earlier writing of the same run may have left: later pieces, and pieces where there are none now, or the
  /// other way round.
  func stale(_ number: Int) -> [String] {
    stems.flatMap { stem -> [String] in
      guard let list = lists[stem] else { return [] }
      guard generation == .classic, number == 0 || !isSplit else { return [list.following(number)] }
      let other =
        isSplit
        ? "\(ServiceFolder.classic)/\(job.name)_\(stem)"
        : "\(ServiceFolder.classic)/\(job.name)_\(number)_\(stem)"
      return isSplit ? [list.following(number), other] : [other]
    }
  }
}

public import AuditLedger
import ObjectStorage

/// The files of one report, as paths.
public struct ReportFiles: Hashable, Sendable {
  public var totalList: String
  public var completedList: String
  public var errorList: String
  public var skippedList: String
  public var summaryHTML: String
  public var summaryCSV: String
}

/// Writes the report of a ledger into a folder, which is made where it does not exist.
///
/// The same ledger gives the same bytes: rows come in the order of the key bytes, and every time comes from the
/// ledger. A file gets its name when all are complete; earlier files of the same names are replaced. Throws
/// `LedgerError` where the ledger cannot be read and `StorageError` (`local-fault`) where a file cannot be written.
public func writeReport(
  ledger: Ledger, to directory: String, toolVersion: String
) async throws -> ReportFiles {
  guard let job = try await ledger.job() else {
    throw LedgerError(
      .failed, "the ledger \(ledger.path) has no job yet; start one with tranship migrate or inventory")
  }
  let folder = try ReportFolder(directory)
  var lists: [any ReportWriter] = [
    TotalList(job: job), CompletedList(), ErrorList(), SkippedList(job: job),
  ]
  let outputs = try lists.map { try folder.file("\(job.name)_\($0.stem)") }
  var summary = Summary(
    job: job, toolVersion: toolVersion, runs: try await ledger.runs(), counted: try await ledger.tally())
  try await ledger.forEachObject(in: nil) { row in
    summary.add(row)
    for index in lists.indices { try lists[index].write(row, to: outputs[index]) }
  }
  let page = try folder.file("summary.html")
  try page.write(SummaryPage(summary).markup.html)
  let table = try folder.file("summary.csv")
  try table.write(SummaryTable(summary).text)
  try folder.publish()
  return ReportFiles(
    totalList: outputs[0].path, completedList: outputs[1].path, errorList: outputs[2].path,
    skippedList: outputs[3].path, summaryHTML: page.path, summaryCSV: table.path)
}

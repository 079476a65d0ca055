public import AuditLedger
public import Checksums
import ObjectStorage

/// The files of one report, as paths.
public struct ReportFiles: Hashable, Sendable {
  public var totalList: String
  public var completedList: String
  public var errorList: String
  public var skippedList: String
  public var summaryHTML: String
  public var summaryCSV: String
  /// Keys that only the destination has; nil where no verification looked for them.
  public var extraList: String?
  public var objectsCSV: String
  /// What the report is sealed with.
  public var seal: SealRecord
  /// Names in the folder that the seal does not name: they stood there before, and are no part of the report.
  public var unsealed: [String]
}

/// Writes the report of a ledger into a folder, which is made where it does not exist.
///
/// The same ledger gives the same bytes: rows come in the order of the key bytes, and every time comes from the
/// ledger. A file gets its name when all are complete, the seal the last of all; earlier files of the same names are
/// replaced. With a key the seal is signed. A ledger that is open for writing keeps the seal.
/// Throws `LedgerError` where the ledger cannot be read and `StorageError` (`local-fault`) where a file cannot be
/// written.
public func writeReport(
  ledger: Ledger, to directory: String, toolVersion: String, signingKey: Ed25519PrivateKey? = nil
) async throws -> ReportFiles {
  // A run may be writing: what the report says has to be of one instant.
  let instant = try await ledger.snapshot()
  do {
    let files = try await writeReport(of: instant, to: directory, toolVersion, signingKey)
    await instant.close()
    if ledger.isWritable { try await ledger.record(files.seal) }
    return files
  } catch {
    await instant.close()
    throw error
  }
}

private func writeReport(
  of ledger: Ledger, to directory: String, _ toolVersion: String, _ signingKey: Ed25519PrivateKey?
) async throws -> ReportFiles {
  guard let job = try await ledger.job() else {
    throw LedgerError(
      .failed, "the ledger \(ledger.path) has no job yet; start one with tranship migrate or inventory")
  }
  let folder = try ReportFolder(directory)
  var lists: [any ReportWriter] = [
    TotalList(job: job), CompletedList(), ErrorList(), SkippedList(job: job),
  ]
  if try await ledger.rename() != nil { lists.append(RenamedList(job: job)) }
  let outputs = try lists.map { try folder.file("\(job.name)_\($0.stem)") }
  let tally = try await ledger.tally()
  var audit: AuditSummary?
  if let last = try await ledger.audits().last(where: { $0.endedAt != nil }) {
    audit = AuditSummary(
      last, extra: tally.extra, firstExtras: try await ledger.extras(after: nil, limit: Summary.excerptRows))
  }
  var summary = Summary(
    job: job, toolVersion: toolVersion, runs: try await ledger.runs(), counted: tally, audit: audit,
    filters: try await ledger.filters().mapValues(\.text), measures: try await Measures(of: ledger))
  var objects = try ObjectTable(in: folder)
  try await ledger.forEachObject(in: nil) { row in
    summary.add(row)
    try objects.add(row)
    for index in lists.indices { try lists[index].write(row, to: outputs[index]) }
  }
  let extras = audit == nil ? nil : try await writeExtras(of: ledger, job, to: folder)
  let page = try folder.file("summary.html")
  try page.write(SummaryPage(summary).markup.html)
  let table = try folder.file("summary.csv")
  try table.write(SummaryTable(summary).csv)
  try folder.file(SummaryDocument.name).write(SummaryDocument(summary).text)
  try ThroughputTable.write(summary.measures.samples, to: folder.file(ThroughputTable.name))
  let seal = try folder.seal(summary, objects.tree, key: signingKey)
  return ReportFiles(
    totalList: outputs[0].path, completedList: outputs[1].path, errorList: outputs[2].path,
    skippedList: outputs[3].path, summaryHTML: page.path, summaryCSV: table.path,
    extraList: extras, objectsCSV: objects.path, seal: seal, unsealed: folder.unsealed)
}

/// The keys that only the destination has, in the form of the list of skipped ones.
private func writeExtras(
  of ledger: Ledger, _ job: JobSettings, to folder: ReportFolder
) async throws -> String {
  let file = try folder.file("\(job.name)_extra_list")
  var last: ObjectKey?
  while true {
    let page = try await ledger.extras(after: last, limit: 1000)
    for object in page {
      let name = object.key.percentEncoded
      try file.write(
        listLine(job.destination.address(of: name), name, String(object.size), "extra on destination"))
    }
    guard let next = page.last?.key else { return file.path }
    last = next
  }
}

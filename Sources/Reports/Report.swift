public import AuditLedger
import Foundation

/// Writes the report of a job from its ledger.
public enum Report {
  /// The files of a report, all of them in one folder.
  public struct Files: Sendable {
    public let folder: String
    public let names: [String]
    /// The page to open first.
    public var summary: String { folder + "/summary.html" }
  }

  /// Writes the four lists, `summary.html` and `summary.csv` into a folder, which is made where there is none.
  ///
  /// The same ledger gives the same bytes. Throws `LedgerError` and `ReportError`.
  public static func write(_ ledger: Ledger, into folder: String) async throws -> Files {
    guard let job = try await ledger.job() else {
      throw ReportError(message: "the ledger is empty; run `tranship migrate` first")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ReportError(message: "cannot make the folder \(folder): \(error.localizedDescription)")
    }
    var facts = SummaryFacts(job: job, runs: try await ledger.runs(), tally: try await ledger.tally())
    let lists = try ClassicLists(job: job, folder: folder)
    try ledger.forEachObject(in: nil) { row in
      facts.add(row)
      try lists.write(row)
    }
    try lists.publish()
    try publish("summary.csv", in: folder) { try SummaryCSV(facts: facts).write(to: $0) }
    try publish("summary.html", in: folder) { try SummaryHTML(facts: facts).write(to: $0) }
    return Files(
      folder: folder, names: ClassicLists.names.map { "\(job.name)_\($0)" } + ["summary.csv", "summary.html"])
  }

  private static func publish(_ name: String, in folder: String, _ write: (ReportFile) throws -> Void) throws
  {
    let file = try ReportFile("\(folder)/\(name)")
    try write(file)
    try file.publish()
  }
}

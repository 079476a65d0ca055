import AuditLedger
import ObjectStorage
import SavedReports

/// Turns the names of reports into keys of one side.
///
/// | names of the report | `--prefix` | key |
/// | --- | --- | --- |
/// | below the side's address | any | the side's prefix and the name without `--prefix` |
/// | whole keys | none | the name |
/// | whole keys | given | the side's prefix and the name without `--prefix` |
struct EvidenceNaming: Sendable {
  let side: Side
  private let bucket: String
  private let sidePrefix: ObjectKey
  private let dropping: ObjectKey
  /// The longest path of a directory; stores take a quarter of it.
  private static let longest = 4096

  init(job: JobSettings, _ settings: EvidenceImport.Settings) throws(LedgerError) {
    let jobSide = settings.side == .source ? job.source : job.destination
    guard let prefix = ObjectKey(percentEncoded: jobSide.prefix) else {
      throw LedgerError(
        .corrupt,
        "the ledger holds a prefix that cannot be read: \(shownSafely(jobSide.prefix)); restore a copy")
    }
    side = settings.side
    bucket = jobSide.bucket
    sidePrefix = prefix
    dropping = settings.dropping
  }

  func key(_ row: EvidenceRow, isWhole: Bool) throws(ReportProblem) -> ObjectKey {
    if let named = row.bucket, named != bucket {
      throw ReportProblem(
        "the row is of bucket \(shownSafely(named)), the \(side.rawValue) of the job is \(shownSafely(bucket))"
      )
    }
    guard row.name.bytes.count <= Self.longest else {
      throw ReportProblem("a name of more than \(Self.longest) bytes is no key")
    }
    guard row.name.hasPrefix(dropping) else {
      throw ReportProblem("the name \(row.name.shown) does not start with \(dropping.shown)")
    }
    guard row.name.bytes.count > dropping.bytes.count else {
      throw ReportProblem("nothing is left of the name \(row.name.shown)")
    }
    if isWhole && dropping.bytes.isEmpty { return row.name }
    return ObjectKey(bytes: sidePrefix.bytes + row.name.bytes.dropFirst(dropping.bytes.count))
  }
}

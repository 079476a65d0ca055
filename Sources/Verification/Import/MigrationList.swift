import AuditLedger
import Checksums
import ObjectStorage
import SavedReports

/// The digests of the lists of Data Online Migration: of the older completed list, and of the newer lists' columns of
/// one side.
struct MigrationList: EvidenceFormat {
  let namesAreWholeKeys = true
  private var rows: MigrationRows

  init(side: Side, sourceKind: StoreLocation.Kind) {
    rows = MigrationRows(
      side: side == .source ? .source : .destination, takesCRC: side == .destination || sourceKind != .s3)
  }

  mutating func read(_ line: ReportLine) -> [EvidenceFinding] {
    do throws(ReportProblem) {
      guard let row = try rows.read(line.bytes) else { return [] }
      return [EvidenceFinding(line: line.number, try content(row))]
    } catch {
      return [EvidenceFinding(line: line.number, .problem(error.cause))]
    }
  }

  private mutating func content(_ row: MigrationRows.Row) throws(ReportProblem) -> EvidenceFinding.Content {
    switch row {
    case .narrow(let row):
      guard let checksum = row.checksum else { return .withoutDigest }
      return .row(EvidenceRow(name: try rows.key(row.name), checksums: [checksum], size: row.size))
    case .wide(let row):
      guard !row.checksums.isEmpty else { return .withoutDigest }
      return .row(
        EvidenceRow(
          name: try NameSpelling.decoded(row.name), checksums: row.checksums, size: row.size,
          versionID: row.versionID, modifiedAt: row.modifiedAt))
    }
  }
}

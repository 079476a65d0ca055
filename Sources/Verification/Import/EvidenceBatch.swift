import AuditLedger
import ObjectStorage
import SavedReports

/// The digests of a file that are not in the ledger yet, and the counts of those that are.
struct EvidenceBatch {
  private let file: String
  private let naming: EvidenceNaming
  private let isWhole: Bool
  private let ledger: Ledger
  private let at: Timestamp
  private(set) var pending: [ImportedDigest] = []
  private(set) var counts = EvidenceImport.Counts()

  init(file: String, naming: EvidenceNaming, isWhole: Bool, ledger: Ledger, at: Timestamp) {
    self.file = file
    self.naming = naming
    self.isWhole = isWhole
    self.ledger = ledger
    self.at = at
  }

  mutating func take(_ findings: [EvidenceFinding], _ report: (EvidenceImport.Event) -> Void) {
    for finding in findings {
      counts.rows += 1
      switch finding.content {
      case .withoutDigest: counts.withoutDigest += 1
      case .problem(let cause): refuse(finding.line, cause, report)
      case .row(let row):
        do throws(ReportProblem) {
          let key = try naming.key(row, isWhole: isWhole)
          pending.append(contentsOf: digests(row, key, finding.line))
        } catch {
          refuse(finding.line, error.cause, report)
        }
      }
    }
  }

  /// Writes what is pending in one transaction.
  ///
  /// The ledger keeps the first digest of a line for ever: a line that says something else by now is a problem,
  /// because a changed file under an old name must not look like one that is imported.
  mutating func store(_ report: (EvidenceImport.Event) -> Void) async throws(LedgerError) {
    guard !pending.isEmpty else { return }
    let added = try await ledger.add(pending, at: at)
    counts.added += added
    if added < pending.count {
      var same = Int64(pending.count) - added
      var changed: [Int64] = []
      for digest in pending {
        if try await isStored(digest) { continue }
        same -= 1
        if changed.last != digest.line { changed.append(digest.line) }
      }
      counts.alreadyThere += same
      for line in changed {
        refuse(
          line, "another digest was imported from this line of a file of this name; rename the file", report)
      }
    }
    pending.removeAll(keepingCapacity: true)
  }

  private func isStored(_ digest: ImportedDigest) async throws(LedgerError) -> Bool {
    try await ledger.importedDigests(digest.side, digest.key).contains(digest)
  }

  private mutating func refuse(_ line: Int64, _ cause: String, _ report: (EvidenceImport.Event) -> Void) {
    counts.bad += 1
    report(.problem(line: line, cause: cause))
  }

  private func digests(_ row: EvidenceRow, _ key: ObjectKey, _ line: Int64) -> [ImportedDigest] {
    row.checksums.enumerated().map { ordinal, checksum in
      ImportedDigest(
        side: naming.side, key: key, checksum: checksum, size: row.size, eTag: row.eTag,
        versionID: row.versionID, modifiedAt: row.modifiedAt, file: file, line: line, ordinal: ordinal)
    }
  }
}

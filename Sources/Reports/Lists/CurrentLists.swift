import AuditLedger
import Checksums
import ObjectStorage

/// A row of the lists of Data Online Migration's second generation, in the order of its documented columns.
///
/// Source and destination name, both percent-encoded; source and destination size, MD5, CRC-64/XZ in decimal, and last
/// change; start and end of the migration; in the failed and the skipped list then why. The columns of versions, which
/// the service has for versioned jobs alone, are left out. What is not known is an empty cell.
func currentLine(_ row: ObjectRow, reason: String? = nil) -> String {
  let there = row.list == .skipped ? nil : row.destination
  var cells = [
    row.source.key.percentEncoded, row.destinationKey.percentEncoded, String(row.source.size),
    there.map { String($0.size) } ?? "",
    row.digest(.md5, .source), row.digest(.md5, .destination),
    row.digest(.crc64xz, .source), row.digest(.crc64xz, .destination),
    row.source.lastModifiedAt.cell, (there?.lastModifiedAt).cell, row.startedAt.cell, row.endedAt.cell,
  ]
  if let reason { cells.append(listCell(reason)) }
  return cells.joined(separator: ",") + "\n"
}

extension ObjectRow {
  /// Why the row stands in the failed list; what was not reached stands there too, for the service counts as copied
  /// whatever is in no other list.
  var failure: String? {
    switch list {
    case .completed, .skipped: nil
    case .error: "\((errorClass ?? .failed).rawValue): \(shownSafely(message))"
    case .pending: "pending: not reached yet"
    }
  }

  /// What a side says of its own bytes, whole: the latest that it told; empty where it told nothing.
  fileprivate func digest(_ algorithm: ChecksumAlgorithm, _ side: Side) -> String {
    evidence.last {
      $0.side == side && $0.checksum.algorithm == algorithm && $0.checksum.partCount == nil
        && ($0.origin == .listed || $0.origin == .reported)
    }?.checksum.text ?? ""
  }
}

/// A cell of free text: nothing that a spreadsheet takes for a formula, between quotes where RFC 4180 wants them.
func listCell(_ text: String) -> String {
  let text = formulaFree(text)
  guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
  return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

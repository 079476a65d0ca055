import AuditLedger
import Checksums
import ObjectStorage

/// The lists of the classic Data Online Migration service: total, completed, error, skipped.
///
/// Tab-separated, no header, LF, UTF-8; keys percent-encoded, CRC-64/XZ in decimal, UTC times. The order of the
/// columns is the service's.
struct ClassicLists {
  private let source: JobSide
  private let total: ReportFile
  private let completed: ReportFile
  private let error: ReportFile
  private let skipped: ReportFile

  static let names = ["total_list", "completed_list", "error_list", "skipped_list"]

  init(job: JobSettings, folder: String) throws {
    source = job.source
    func file(_ name: String) throws -> ReportFile { try ReportFile("\(folder)/\(job.name)_\(name)") }
    total = try file("total_list")
    completed = try file("completed_list")
    error = try file("error_list")
    skipped = try file("skipped_list")
  }

  func write(_ row: ObjectRow) throws {
    let name = row.source.key.percentEncoded
    let size = String(row.source.size)
    try total.write(line([address(row), name, size, row.source.lastModifiedAt?.spaced ?? ""]))
    switch row.list {
    case .completed:
      try completed.write(line([name, size, Self.crc64xz(row), row.endedAt?.spaced ?? ""]))
    case .error:
      let text = "\(row.errorClass?.rawValue ?? ""): \(row.message)"
      try error.write(
        line([name, row.startedAt?.spaced ?? "", row.endedAt?.spaced ?? "", shownSafely(text)]))
    case .skipped:
      try skipped.write(line([address(row), name, size, shownSafely(row.message)]))
    case .pending: break
    }
  }

  func publish() throws {
    for file in [total, completed, error, skipped] { try file.publish() }
  }

  /// The destination's own CRC where it published one, else that of the bytes that were sent.
  static func crc64xz(_ row: ObjectRow) -> String {
    let crcs = row.evidence.filter { $0.checksum.algorithm == .crc64xz }
    return (crcs.first { $0.side == .destination } ?? crcs.first)?.checksum.text ?? ""
  }

  private func address(_ row: ObjectRow) -> String {
    "\(source.kind.rawValue)://\(source.bucket)/\(row.source.key.percentEncoded)"
  }

  private func line(_ cells: [String]) -> String { cells.joined(separator: "\t") + "\n" }
}

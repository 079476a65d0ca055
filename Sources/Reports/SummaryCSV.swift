import AuditLedger
import ObjectStorage

/// The figures of a job, one a row: name, value, unit.
struct SummaryCSV {
  let facts: SummaryFacts

  func write(to file: ReportFile) throws {
    try file.write("name,value,unit\r\n")
    for (name, value, unit) in rows {
      try file.write([name, value, unit].map(csvCell).joined(separator: ",") + "\r\n")
    }
  }

  private var rows: [(String, String, String)] {
    let tally = facts.tally
    var rows: [(String, String, String)] = [
      ("job", facts.job.name, ""), ("source", facts.job.source.url, ""),
      ("destination", facts.job.destination.url, ""),
      ("state", facts.runs.last?.state.rawValue ?? "new", ""),
      ("tool_version", facts.runs.last?.toolVersion ?? "", ""),
      ("started_at", facts.startedAt?.iso8601 ?? "", "UTC"),
      ("ended_at", facts.endedAt?.iso8601 ?? "", "UTC"),
      ("total", "\(tally.total)", "objects"), ("completed", "\(tally.completed)", "objects"),
      ("error", "\(tally.error)", "objects"), ("skipped", "\(tally.skipped)", "objects"),
      ("pending", "\(tally.pending)", "objects"), ("found_equal", "\(tally.foundEqual)", "objects"),
      ("duplicates", "\(tally.duplicates)", "objects"), ("extra", "\(tally.extra)", "objects"),
      ("bytes_total", "\(tally.bytesTotal)", "bytes"),
      ("bytes_completed", "\(tally.bytesCompleted)", "bytes"),
      ("bytes_sent", "\(tally.bytesSent)", "bytes"), ("seconds", decimal(facts.seconds), "s"),
      ("speed", decimal(facts.mebibytesPerSecond), "MiB/s"),
      ("object_rate", decimal(facts.objectsPerSecond), "1/s"),
    ]
    for proof in Proof.allCases {
      rows.append(("proof_\(proof.rawValue)", "\(tally.proofs[proof] ?? 0)", "objects"))
    }
    for errorClass in ErrorClass.allCases {
      rows.append(("error_\(errorClass.rawValue)", "\(tally.errors[errorClass] ?? 0)", "objects"))
    }
    return rows
  }
}

/// A cell of RFC 4180 that no spreadsheet takes for a formula.
///
/// A cell that begins like one gets a `'` in front; a cell that begins with `'` gets one more, so that dropping one
/// always gives the text back.
func csvCell(_ text: String) -> String {
  var cell = text
  if let first = cell.unicodeScalars.first, "=+-@\t\r\n'".unicodeScalars.contains(first), Int64(cell) == nil {
    cell = "'" + cell
  }
  let needsQuotes = cell.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }
  guard needsQuotes else { return cell }
  return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

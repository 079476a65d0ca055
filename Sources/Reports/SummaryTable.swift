import AuditLedger
import ObjectStorage

/// The summary for spreadsheets and scripts: name, value, unit.
struct SummaryTable {
  struct Row {
    var name: String
    var value: String
    /// Empty for what is no quantity.
    var unit: String
  }

  private(set) var rows: [Row] = []

  /// The rows as `summary.csv`.
  var csv: String {
    rows.reduce(into: csvRecord("name", "value", "unit")) { $0 += csvRecord($1.name, $1.value, $1.unit) }
  }

  init(_ summary: Summary) {
    addJob(summary)
    addLists(summary)
    for proof in Proof.allCases {
      add("proof_\(name(proof.rawValue))", summary.proofs[proof]?.objects ?? 0, "objects")
    }
    for errorClass in ErrorClass.allCases {
      add("error_\(name(errorClass.rawValue))", summary.errors[errorClass]?.objects ?? 0, "objects")
    }
    add("found_equal", summary.foundEqual.objects, "objects")
    add("duplicates", summary.counted.duplicates, "keys")
    add("extra", summary.counted.extra, "keys")
    add("with_notes", summary.noted, "objects")
    addRuns(summary)
    addMeasures(summary)
    if let audit = summary.audit { addAudit(audit) }
  }

  private mutating func addAudit(_ audit: AuditSummary) {
    let counts = audit.audit.counts
    add("verification_started_at", audit.audit.startedAt.iso8601)
    add("verification_ended_at", audit.audit.endedAt?.iso8601 ?? "")
    add("verification_source_listed_at", audit.audit.sourceListedAt?.iso8601 ?? "")
    add("verification_destination_listed_at", audit.audit.destinationListedAt?.iso8601 ?? "")
    add("verification_required", audit.audit.settings.required)
    add("verification_reading", audit.audit.settings.reading)
    add("verification_kept", counts.kept, "objects")
    add("verification_excluded", counts.excluded, "keys")
    add("verification_excluded_extra", counts.excludedExtra, "keys")
    add("verification_objects_read", counts.objectsRead, "objects")
    add("verification_bytes_read", counts.bytesRead, "bytes")
    add("oldest_proof_at", audit.oldestProof?.iso8601 ?? "")
    add("newest_proof_at", audit.newestProof?.iso8601 ?? "")
    add("sample", audit.audit.settings.sample?.text ?? "")
    add("sampled", counts.sampled, "objects")
    add("sampled_wrong", counts.sampledWrong, "objects")
    add("sampled_unjudged", counts.sampledUnjudged, "objects")
    add("metadata_equal", audit.metadataEqual, "objects")
    add("metadata_differs", audit.metadataDiffers, "objects")
    add("with_imported_digests", audit.imported, "objects")
  }

  private mutating func addJob(_ summary: Summary) {
    add("job", summary.job.name)
    add("source", summary.job.source.url)
    add("source_endpoint", summary.job.source.endpoint)
    add("source_region", summary.job.source.region)
    add("destination", summary.job.destination.url)
    add("destination_endpoint", summary.job.destination.endpoint)
    add("destination_region", summary.job.destination.region)
    add("outcome", Outcome(summary).level.rawValue)
    add("balanced", summary.isBalanced ? "yes" : "no")
  }

  private mutating func addLists(_ summary: Summary) {
    add("total", summary.total.objects, "objects")
    for list in ListName.allCases { add(list.rawValue, summary.share(list).objects, "objects") }
    add("bytes_total", summary.total.bytes, "bytes")
    for list in ListName.allCases { add("bytes_\(list.rawValue)", summary.share(list).bytes, "bytes") }
    add("bytes_sent", summary.counted.bytesSent, "bytes")
  }

  private mutating func addRuns(_ summary: Summary) {
    add("runs", Int64(summary.runs.count), "runs")
    add("first_started_at", summary.runs.first?.startedAt.iso8601 ?? "")
    add("last_ended_at", summary.runs.last?.endedAt?.iso8601 ?? "")
    add("run_time", quotient(summary.runMilliseconds, 1000, decimals: 3) ?? "", "seconds")
    add("speed", summary.mebibytesPerSecond ?? "", "MiB/s")
    add("rate", summary.objectsPerSecond ?? "", "objects/s")
    add("last_filters", summary.runs.last.flatMap { summary.filters[$0.id] } ?? "")
    add("tool_version", summary.toolVersion)
  }

  private mutating func addMeasures(_ summary: Summary) {
    let measures = summary.measures
    let peak = measures.peakBytes.flatMap { quotient($0, 1 << 20, decimals: 1) }
    add("speed_peak", peak ?? "", "MiB/s")
    add("rate_peak", measures.peakObjects.map(String.init) ?? "", "objects/s")
    add("speed_sentence", summary.speedSentence ?? "")
    add("requests", measures.requestCount, "requests")
    add("requests_failed", measures.failedCount, "requests")
    add("retries", measures.retries, "requests")
    for operation in measures.operations where operation.operation == .get || operation.operation == .put {
      for (label, permille) in [("p50", 500), ("p90", 900), ("p99", 990)] as [(String, Int64)] {
        let time = operation.latencies.microseconds(atPermille: permille)
        add(
          "\(operation.side.rawValue)_\(operation.operation.rawValue)_\(label)",
          time.flatMap { quotient($0, 1000, decimals: 3) } ?? "", "ms")
      }
    }
  }

  private mutating func add(_ name: String, _ value: Int64, _ unit: String) {
    add(name, String(value), unit)
  }

  private mutating func add(_ name: String, _ value: String, _ unit: String = "") {
    rows.append(Row(name: name, value: value, unit: unit))
  }

  /// Column and value names are words joined by underscores.
  private func name(_ word: String) -> String { word.split(separator: "-").joined(separator: "_") }
}

import AuditLedger
import ObjectStorage

/// The seconds of all runs as a table: `throughput.csv`.
enum ThroughputTable {
  static let name = "throughput.csv"

  static func write(_ samples: [ThroughputSample], to file: OutputFile) throws(StorageError) {
    try file.write(csvRecord("second", "bytes", "objects", "in_flight", "retries"))
    for sample in samples {
      try file.write(
        csvRecord(
          sample.at.iso8601, String(sample.bytes), String(sample.objects), String(sample.inFlight),
          String(sample.retries)))
    }
  }
}

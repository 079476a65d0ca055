import AuditLedger
import ObjectStorage

/// What the runs of a job wrote down of themselves: speed, requests, settings.
struct Measures {
  /// Oldest first; seconds in which nothing moved are not among them.
  var samples: [ThroughputSample] = []
  var requests: [Side: [RequestTotal]] = [:]
  /// By the run's number.
  var settings: [Int64: [RunSetting]] = [:]

  /// All requests of one kind to one side.
  struct Operation {
    var side: Side
    var operation: StoreOperation
    var requests: Int64 = 0
    var failed: Int64 = 0
    /// Of the requests that did not fail.
    var latencies = LatencyHistogram()
  }

  /// Sorted by side and by what they ask, in the order of a migration.
  var operations: [Operation] {
    [Side.source, .destination].flatMap { side in
      StoreOperation.allCases.compactMap { operation in
        let totals = (requests[side] ?? []).filter { $0.operation == operation }
        guard !totals.isEmpty else { return nil }
        return totals.reduce(into: Operation(side: side, operation: operation)) { sum, total in
          sum.requests = sum.requests.addingSaturated(total.requests)
          if total.code == RequestTotal.ok {
            sum.latencies.add(total.latencies)
          } else {
            sum.failed = sum.failed.addingSaturated(total.requests)
          }
        }
      }
    }
  }

  /// Answers that were errors, most frequent first.
  var refusals: [(side: Side, total: RequestTotal)] {
    [Side.source, .destination].flatMap { side in
      (requests[side] ?? []).filter { $0.code != RequestTotal.ok }.map { (side, $0) }
    }.sorted { one, other in
      (other.total.requests, one.side.rawValue, one.total.operation.rawValue, one.total.code)
        < (one.total.requests, other.side.rawValue, other.total.operation.rawValue, other.total.code)
    }
  }

  var requestCount: Int64 { operations.reduce(0) { $0.addingSaturated($1.requests) } }
  var failedCount: Int64 { operations.reduce(0) { $0.addingSaturated($1.failed) } }
  var retries: Int64 { samples.reduce(0) { $0.addingSaturated($1.retries) } }

  /// The most that came in one second; nil where no second was written down.
  var peakBytes: Int64? { samples.map(\.bytes).max() }
  var peakObjects: Int64? { samples.map(\.objects).max() }

  init() {}

  init(of ledger: Ledger) async throws(LedgerError) {
    samples = try await ledger.samples()
    requests = try await ledger.requests()
    settings = try await ledger.runSettings()
  }
}

extension Summary {
  /// Objects whose bytes this job sent and that are completed.
  var moved: Share {
    let completed = share(.completed)
    return Share(
      objects: completed.objects - foundEqual.objects, bytes: completed.bytes - foundEqual.bytes)
  }

  /// `110 files, 7.31 GB in 672 s, 11.15 MB/s`: as the migration service words it, whose GB and MB are binary.
  ///
  /// Nil where no run ended, or nothing was sent.
  var speedSentence: String? {
    guard moved.objects > 0, let size = quotient(moved.bytes, 1 << 30, decimals: 2),
      let seconds = quotient(runMilliseconds, 1000, decimals: runMilliseconds < 10_000 ? 1 : 0),
      let speed = speed(moved.bytes)
    else { return nil }
    return "\(moved.objects) files, \(size) GB in \(seconds) s, \(speed) MB/s"
  }

  /// MiB a second over the time of all runs, with two decimals.
  private func speed(_ bytes: Int64) -> String? {
    let (scaled, overflow) = bytes.multipliedReportingOverflow(by: 1000)
    let (span, isLong) = runMilliseconds.multipliedReportingOverflow(by: 1 << 20)
    return overflow || isLong ? nil : quotient(scaled, span, decimals: 2)
  }
}

public import AuditLedger
public import ObjectStorage

/// What of a run is under way at a moment.
public struct RunGauge: Hashable, Sendable {
  /// Bytes that came from the source so far, repeats and unfinished objects included.
  public var bytesMoved: Int64
  /// Transfers that are on their way, and how many there may be.
  public var inFlight: Int
  public var width: Int
  public var retries: Int

  public init(bytesMoved: Int64, inFlight: Int, width: Int, retries: Int) {
    self.bytesMoved = bytesMoved
    self.inFlight = inFlight
    self.width = width
    self.retries = retries
  }
}

/// Where a run stands: what is done of what is to do, how fast, and how long the rest may take.
///
/// It waits for nothing and asks nobody: it is told what ended, and what the gauge showed at which time.
public struct ProgressFigures: Sendable {
  public private(set) var objects: Int64 = 0
  public private(set) var objectsToDo: Int64 = 0
  public private(set) var bytesToDo: Int64 = 0
  public private(set) var errors: Int64 = 0
  public private(set) var skipped: Int64 = 0
  /// Objects that were completed in this run, by proof.
  public private(set) var proofs: [Proof: Int64] = [:]
  public private(set) var gauge = RunGauge(bytesMoved: 0, inFlight: 0, width: 0, retries: 0)

  private struct Reading {
    var at: Timestamp
    var bytes: Int64
    var done: Int64
    var objects: Int64
  }

  private var bytesEnded: Int64 = 0
  private var bytesOfEnded: Int64 = 0
  private var first: Reading?
  /// Of the last minute, oldest first.
  private var readings: [Reading] = []

  private static let remembered: Int64 = 60_000
  /// What is called the rate of now is measured over as long; in milliseconds.
  private static let now: Int64 = 5000

  public init() {}

  /// What there is to do is known from now on.
  public mutating func begin(objects: Int64, bytes: Int64) {
    let gauge = gauge
    self = ProgressFigures()
    self.gauge = gauge
    (objectsToDo, bytesToDo) = (objects, bytes)
  }

  public mutating func add(_ outcome: ObjectOutcome) {
    objects += 1
    bytesEnded = bytesEnded.addingReportingOverflow(outcome.source?.size ?? 0).partialValue
    bytesOfEnded = bytesOfEnded.addingReportingOverflow(outcome.bytesSent).partialValue
    switch outcome.resolution {
    case .completed(let proof, _, _): proofs[proof, default: 0] += 1
    case .error: errors += 1
    case .skipped: skipped += 1
    }
  }

  /// Notes what the gauge shows at a time; times must not go back.
  public mutating func read(_ gauge: RunGauge, at: Timestamp) {
    self.gauge = gauge
    let reading = Reading(at: at, bytes: gauge.bytesMoved, done: bytesDone, objects: objects)
    if first == nil { first = reading }
    readings.append(reading)
    let oldest = at.millisecondsSinceEpoch - Self.remembered
    readings.removeAll { $0.at.millisecondsSinceEpoch < oldest }
  }

  /// Bytes of what is to do that are done: whole objects, and what came of those under way.
  public var bytesDone: Int64 {
    let (done, overflows) = bytesEnded.addingReportingOverflow(max(0, gauge.bytesMoved - bytesOfEnded))
    return overflows ? bytesToDo : min(done, bytesToDo)
  }

  /// Bytes a second that move, over the last seconds; nil where that is not known yet.
  public var bytesASecond: Double? { rate(since: recent, \.bytes) }
  public var meanBytesASecond: Double? { rate(since: first, \.bytes) }
  public var objectsASecond: Double? { rate(since: recent, \.objects) }

  /// Seconds until all is done at the rate of the last minute; nil where nothing comes forward.
  ///
  /// Many small objects are bound by their number and few large ones by their bytes: the longer of both counts.
  public var secondsLeft: Double? {
    let left = [
      (Double(bytesToDo - bytesDone), rate(since: readings.first, \.done)),
      (Double(max(0, objectsToDo - objects)), rate(since: readings.first, \.objects)),
    ].filter { $0.0 > 0 }
    let times = left.map { amount, rate in rate.flatMap { $0 > 0 ? amount / $0 : nil } }
    return times.contains(nil) ? nil : times.compactMap(\.self).max() ?? 0
  }

  private var recent: Reading? {
    guard let last = readings.last else { return nil }
    return readings.last { $0.at.millisecondsSinceEpoch <= last.at.millisecondsSinceEpoch - Self.now }
      ?? readings.first
  }

  private func rate(since start: Reading?, _ amount: KeyPath<Reading, Int64>) -> Double? {
    guard let start, let last = readings.last else { return nil }
    let milliseconds = last.at.millisecondsSinceEpoch - start.at.millisecondsSinceEpoch
    guard milliseconds > 0 else { return nil }
    return Double(last[keyPath: amount] - start[keyPath: amount]) * 1000 / Double(milliseconds)
  }
}

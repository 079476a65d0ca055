public import ObjectStorage
import Transfers

/// How fast a run may go, and when.
public struct Pacing: Sendable {
  /// Bytes of bodies that are read from the source, a second, all transfers together.
  public var bandwidth: Timetable?
  /// Requests to each side, a second.
  public var requestsPerSecond: Timetable?
  /// When objects may be begun; nil for always.
  public var window: DailyWindow?
  /// Whose time of day counts.
  public var zone: ZoneClock
  /// As many transfers as may be on their way where the run finds their number out.
  public var widest: Int

  public init(
    bandwidth: Timetable? = nil, requestsPerSecond: Timetable? = nil, window: DailyWindow? = nil,
    zone: ZoneClock = .utc, widest: Int = 256
  ) {
    self.bandwidth = bandwidth
    self.requestsPerSecond = requestsPerSecond
    self.window = window
    self.zone = zone
    self.widest = widest
  }
}

extension RunConfiguration {
  /// The same run on stores that keep to the limits, and whose requests are counted.
  func paced(_ requests: RequestLog) -> RunConfiguration {
    var paced = self
    paced.source.store = CountedReader(source.store, requests.source)
    paced.destination.store = CountedWriter(destination.store, requests.destination)
    if let restoring {
      paced.restoring = Restoring(
        store: CountedRestorer(restoring.store, requests.source), days: restoring.days)
    }
    let bandwidth = limiter(pacing.bandwidth)
    if bandwidth != nil || pacing.requestsPerSecond != nil {
      paced.source.store = PacedReader(
        paced.source.store, requests: limiter(pacing.requestsPerSecond), bandwidth: bandwidth)
    }
    if pacing.requestsPerSecond != nil {
      paced.destination.store = PacedWriter(
        paced.destination.store, requests: limiter(pacing.requestsPerSecond))
    }
    return paced
  }

  private func limiter(_ timetable: Timetable?) -> RateLimiter? {
    timetable.map { RateLimiter($0, in: pacing.zone, clock: clock) }
  }

  /// A fixed number of transfers, or one that is found out.
  var pacer: Pacer {
    if let parallelObjects { return Pacer(fixed: parallelObjects) }
    let widest = max(1, pacing.widest)
    return Pacer(within: min(4, widest)...widest)
  }
}

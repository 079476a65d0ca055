/// Says how long to wait before a request is sent again, or that it is not.
///
/// | the error | tries so far | answer |
/// | --- | --- | --- |
/// | cannot be helped by trying again | any | give up |
/// | may be helped | as many as allowed | give up |
/// | may be helped, the store names a time | fewer | that time and a little more |
/// | may be helped | fewer | between half and all of a time that doubles with every try |
public struct RetryPolicy: Hashable, Sendable {
  /// The first one included.
  public var maximumTries: Int
  public var firstWait: Duration
  public var longestWait: Duration
  /// A store that asks to wait longer than this is waited for no longer than this.
  public var longestRequestedWait: Duration

  public init(
    maximumTries: Int = 8, firstWait: Duration = .milliseconds(200), longestWait: Duration = .seconds(20),
    longestRequestedWait: Duration = .seconds(300)
  ) {
    self.maximumTries = maximumTries
    self.firstWait = firstWait
    self.longestWait = longestWait
    self.longestRequestedWait = longestRequestedWait
  }

  /// The wait after a try that failed, or nil to give up.
  ///
  /// `attempt` counts from 1; `random` is from 0 up to 1.
  public func wait(after attempt: Int, failedWith error: StorageError, random: Double) -> Duration? {
    guard error.disposition == .retry, attempt >= 1, attempt < maximumTries else { return nil }
    let share = min(max(random, 0), 1)
    let whole = min(longestWait, firstWait * (1 << min(attempt - 1, 16)))
    let jittered = whole * (0.5 + share / 2)
    guard let requested = error.retryAfter, requested > .zero else { return jittered }
    return min(requested, longestRequestedWait) + firstWait * share
  }
}

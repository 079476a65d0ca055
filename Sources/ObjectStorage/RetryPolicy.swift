/// When a request that failed is sent again.
public struct RetryPolicy: Hashable, Sendable {
  /// The first try included.
  public var maximumTries: Int
  /// Half of the longest wait before the second try; doubled for every further one.
  public var base: Duration
  /// The longest wait, also where the store asks for a longer one.
  public var longest: Duration

  public init(
    maximumTries: Int = 9, base: Duration = .milliseconds(200), longest: Duration = .seconds(20)
  ) {
    self.maximumTries = maximumTries
    self.base = base
    self.longest = longest
  }

  /// How long to wait before another try, or nil to give up.
  ///
  /// `random` is in `0..<1`: a random share of the wait spreads the retries of many workers.
  public func wait(afterTry tries: Int, _ error: StorageError, random: Double) -> Duration? {
    guard error.disposition == .retry, tries < maximumTries else { return nil }
    let doubled = base * Double(1 << min(tries, 16))
    let jittered = min(doubled, longest) * random
    return min(max(jittered, error.retryAfter ?? .zero), longest)
  }
}

/// The time and the chance that a run goes by; given from outside so that tests need neither.
public struct RunClock: Sendable {
  public var now: @Sendable () -> Timestamp
  /// Waits; throws where the task is cancelled.
  public var sleep: @Sendable (Duration) async throws -> Void
  /// A number in `0..<1`.
  public var random: @Sendable () -> Double

  public init(
    now: @escaping @Sendable () -> Timestamp, sleep: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> Double
  ) {
    self.now = now
    self.sleep = sleep
    self.random = random
  }
}

/// Sends one idempotent call to a store again until it succeeds, cannot be helped, or the budget is spent.
///
/// Only for calls without a body on the way, such as list, head, complete or abort: the bytes of a body are
/// gone once a call took it.
public struct Retrier: Sendable {
  public var policy: RetryPolicy
  public var budget: RequestBudget
  /// Throws where the task was cancelled in the meantime.
  private let sleep: @Sendable (Duration) async throws -> Void
  private let random: @Sendable () -> Double

  public init(
    policy: RetryPolicy = RetryPolicy(), budget: RequestBudget,
    sleep: @escaping @Sendable (Duration) async throws -> Void, random: @escaping @Sendable () -> Double
  ) {
    self.policy = policy
    self.budget = budget
    self.sleep = sleep
    self.random = random
  }

  /// Throws the last error of the call, `cancelled`, or the budget's error.
  public func retrying<Value: Sendable>(
    _ call: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    var attempt = 1
    while true {
      do throws(StorageError) {
        return try await call()
      } catch {
        try await pause(after: attempt, failedWith: error)
        attempt += 1
      }
    }
  }

  /// Waits before the next try; throws where there is none.
  public func pause(after attempt: Int, failedWith error: StorageError) async throws(StorageError) {
    guard let wait = policy.wait(after: attempt, failedWith: error, random: random()) else { throw error }
    try budget.spend(after: error)
    do {
      try await sleep(wait)
    } catch {
      throw StorageError(.cancelled, "the wait for the next try was cancelled")
    }
  }
}

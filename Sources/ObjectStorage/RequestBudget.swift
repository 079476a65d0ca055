import Synchronization

/// The retries of one run, all stores and workers together.
///
/// A store that fails every request would otherwise be asked eight times for each of a million keys.
public final class RequestBudget: Sendable {
  private let left: Atomic<Int>
  private let spent = Atomic<Int>(0)

  public init(retries: Int) {
    left = Atomic(retries)
  }

  /// Retries taken so far.
  public var retries: Int { spent.load(ordering: .relaxed) }

  /// Whether one more retry may be made; takes it.
  func take() -> Bool {
    let (_, remaining) = left.subtract(1, ordering: .relaxed)
    guard remaining >= 0 else { return false }
    spent.add(1, ordering: .relaxed)
    return true
  }
}

/// Repeats what may be repeated: the policy, the run's budget and its clock in one value.
public struct Retrying: Sendable {
  public let policy: RetryPolicy
  public let budget: RequestBudget
  public let clock: RunClock
  /// Is told every answer of a store that asks for less, whether or not there is another try.
  private let onThrottled: @Sendable (StorageError) -> Void

  public init(
    policy: RetryPolicy, budget: RequestBudget, clock: RunClock,
    onThrottled: @escaping @Sendable (StorageError) -> Void = { _ in }
  ) {
    self.policy = policy
    self.budget = budget
    self.clock = clock
    self.onThrottled = onThrottled
  }

  /// Runs an action until it succeeds or its error says that another try cannot help.
  ///
  /// The action gets the number of the try, from 1.
  public func run<Value: Sendable>(
    _ action: (Int) async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    var tries = 1
    while true {
      do {
        return try await action(tries)
      } catch {
        try await wait(afterTry: tries, error)
        tries += 1
      }
    }
  }

  /// Waits before another try, or throws the error where there must not be one.
  public func wait(afterTry tries: Int, _ error: StorageError) async throws(StorageError) {
    if error.code == .throttled { onThrottled(error) }
    guard let wait = policy.wait(afterTry: tries, error, random: clock.random()) else { throw error }
    guard budget.take() else {
      var final = error
      final.code = .budgetSpent
      final.message =
        "the retry budget of this run is spent; the last error was \(error.code.rawValue): \(error.message)"
      throw final
    }
    do {
      try await clock.sleep(wait)
    } catch {
      throw StorageError(.cancelled, "stopped while waiting to try again")
    }
  }
}

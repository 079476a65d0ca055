import ObjectStorage
import Synchronization
import Testing

@Suite struct RetryTests {
  @Test("only what may be helped is tried again", arguments: StorageError.Code.allCases)
  func dispositions(code: StorageError.Code) {
    let error = StorageError(code, "x")
    let wait = RetryPolicy().wait(after: 1, failedWith: error, random: 0.5)
    #expect((wait != nil) == (error.disposition == .retry))
  }

  @Test(
    "the wait doubles up to the longest, and lies in the upper half of it",
    arguments: [(1, 200), (2, 400), (3, 800), (6, 6400), (7, 12_800)])
  func backoff(attempt: Int, milliseconds: Int) {
    let error = StorageError(.throttled, "x")
    let whole = Duration.milliseconds(milliseconds)
    #expect(RetryPolicy().wait(after: attempt, failedWith: error, random: 0) == whole / 2)
    #expect(RetryPolicy().wait(after: attempt, failedWith: error, random: 1) == whole)
    #expect(RetryPolicy(maximumTries: 99).wait(after: 40, failedWith: error, random: 1) == .seconds(20))
  }

  @Test("the last try is the last")
  func lastTry() {
    let error = StorageError(.serverFault, "x")
    #expect(RetryPolicy(maximumTries: 3).wait(after: 2, failedWith: error, random: 0) != nil)
    #expect(RetryPolicy(maximumTries: 3).wait(after: 3, failedWith: error, random: 0) == nil)
  }

  @Test("a time that the store asks for is honoured, up to a limit")
  func retryAfter() {
    let policy = RetryPolicy(longestRequestedWait: .seconds(60))
    let error = StorageError(.throttled, "x", retryAfter: .seconds(7))
    #expect(policy.wait(after: 1, failedWith: error, random: 0) == .seconds(7))
    let long = StorageError(.throttled, "x", retryAfter: .seconds(9999))
    #expect(policy.wait(after: 1, failedWith: long, random: 0) == .seconds(60))
  }

  @Test("a call is repeated until it succeeds, with the waits of the policy")
  func retrying() async throws {
    let waits = Mutex<[Duration]>([])
    let retrier = Retrier(
      budget: RequestBudget(retries: 10), sleep: { wait in waits.withLock { $0.append(wait) } },
      random: { 1 })
    var calls = 0
    let value = try await retrier.retrying { () throws(StorageError) -> Int in
      calls += 1
      if calls < 4 { throw StorageError(.serverFault, "x") }
      return 42
    }
    #expect(value == 42)
    #expect(waits.withLock { $0 } == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
  }

  @Test("a spent budget ends everything with a clear error")
  func budget() async throws {
    let retrier = Retrier(budget: RequestBudget(retries: 2), sleep: { _ in }, random: { 0 })
    var calls = 0
    let error = await #expect(throws: StorageError.self) {
      try await retrier.retrying { () throws(StorageError) -> Int in
        calls += 1
        throw StorageError(.throttled, "slow down")
      }
    }
    #expect(calls == 3)
    #expect(error?.disposition == .abort)
    #expect(error?.message.contains("budget of 2 retries is spent") == true)
    #expect(retrier.budget.isSpent)
  }

  @Test("a wait that is cut short is a cancellation")
  func cancelled() async {
    let retrier = Retrier(
      budget: RequestBudget(retries: 2), sleep: { _ in throw CancellationError() }, random: { 0 })
    let error = await #expect(throws: StorageError.self) {
      try await retrier.retrying { () throws(StorageError) -> Int in throw StorageError(.throttled, "x") }
    }
    #expect(error?.code == .cancelled)
  }
}

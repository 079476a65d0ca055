import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

@Suite("retries and budgets")
struct RetryTests {
  @Test("only what may pass is tried again, and not for ever")
  func policy() {
    let policy = RetryPolicy(maximumTries: 4, base: .milliseconds(100), longest: .seconds(1))
    let slow = StorageError(.throttled, "slow down")
    #expect(policy.wait(afterTry: 1, slow, random: 0.5) == .milliseconds(100))
    #expect(policy.wait(afterTry: 3, slow, random: 1) == .milliseconds(800))
    #expect(policy.wait(afterTry: 4, slow, random: 0.5) == nil)
    for code in StorageError.Code.allCases where StorageError(code, "").disposition != .retry {
      #expect(policy.wait(afterTry: 1, StorageError(code, ""), random: 0.5) == nil, "\(code.rawValue)")
    }
  }

  @Test("eight refusals of one request are borne, and no ninth")
  func borne() {
    let slow = StorageError(.throttled, "slow down")
    #expect(RetryPolicy().wait(afterTry: 8, slow, random: 0.5) != nil)
    #expect(RetryPolicy().wait(afterTry: 9, slow, random: 0.5) == nil)
  }

  @Test("a store that asks to wait is waited for, up to the longest wait")
  func retryAfter() {
    let policy = RetryPolicy(base: .milliseconds(1), longest: .seconds(5))
    #expect(
      policy.wait(afterTry: 1, StorageError(.throttled, "", retryAfter: .seconds(3)), random: 0)
        == .seconds(3))
    #expect(
      policy.wait(afterTry: 1, StorageError(.throttled, "", retryAfter: .seconds(90)), random: 0)
        == .seconds(5))
  }

  private func retrying(_ budget: RequestBudget) -> Retrying {
    Retrying(
      policy: RetryPolicy(), budget: budget,
      clock: RunClock(now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0 }))
  }

  @Test("a run's retries are counted, and end with a named error")
  func budget() async throws {
    let budget = RequestBudget(retries: 3)
    let retrying = retrying(budget)
    #expect(
      try await retrying.run { tries throws(StorageError) in
        if tries < 3 { throw StorageError(.serverFault, "once more") }
        return tries
      } == 3)
    #expect(budget.retries == 2)
    let error = await #expect(throws: StorageError.self) {
      try await retrying.run { _ throws(StorageError) in throw StorageError(.serverFault, "always") }
    }
    #expect(error?.code == .budgetSpent && error?.disposition == .abort)
    #expect(error?.message.contains("always") == true)
  }

  @Test("bytes in flight never exceed the budget, and everybody is served")
  func bytes() async {
    let budget = ByteBudget(bytes: 100)
    let watch = Watch()
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<200 {
        let wanted = Int64(index % 7 == 0 ? 250 : index % 60)
        group.addTask {
          await budget.holding(wanted) {
            watch.enter(min(wanted, 100))
            await Task.yield()
            watch.leave(min(wanted, 100))
          }
        }
      }
    }
    #expect(watch.now == 0 && watch.served == 200 && watch.most <= 100)
  }

  /// What is held at one time.
  private final class Watch: Sendable {
    private let state = Mutex((now: Int64(0), most: Int64(0), served: 0))

    var now: Int64 { state.withLock { $0.now } }
    var most: Int64 { state.withLock { $0.most } }
    var served: Int { state.withLock { $0.served } }

    func enter(_ bytes: Int64) {
      state.withLock { state in
        state.now += bytes
        state.most = max(state.most, state.now)
      }
    }

    func leave(_ bytes: Int64) {
      state.withLock { state in
        state.now -= bytes
        state.served += 1
      }
    }
  }

  @Test("a body that is longer than its receiver allows is refused and given up")
  func collecting() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let body = await ObjectBody.bytes(patternedBytes(1000), chunkBytes: 100, on: loop)
    let error = await #expect(throws: StorageError.self) { _ = try await body.collect(upTo: 999) }
    #expect(error?.code == .malformedAnswer)
    #expect(try await ObjectBody.bytes(patternedBytes(1000), chunkBytes: 100, on: loop).drain() == 1000)
  }
}

import AuditLedger
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

@testable import Transfers

/// Lets nobody go on before so many have come, and knows the most that were there at one time.
private final class Meeting: Sendable {
  private struct State {
    var inside = 0
    var most = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  private let enough: Int

  init(of enough: Int) { self.enough = enough }

  var most: Int { state.withLock { $0.most } }

  func join() async {
    await withCheckedContinuation { continuation in
      let released = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        state.inside += 1
        state.most = max(state.most, state.inside)
        state.waiting.append(continuation)
        guard state.waiting.count == enough else { return [] }
        defer { state.waiting = [] }
        return state.waiting
      }
      for one in released { one.resume() }
    }
    state.withLock { $0.inside -= 1 }
  }
}

@Suite("the pace of transfers", .timeLimit(.minutes(10)))
struct TransferPaceTests {
  private static let start = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)
  private static let large: Int64 = 1 << 20

  /// Runs so many transfers at once; each waits until enough others are on their way.
  private func run(_ count: Int, of bytes: Int64, _ pace: TransferPace, _ meeting: Meeting) async throws {
    try await withThrowingTaskGroup { group in
      for _ in 0..<count {
        group.addTask {
          try await pace.stream(of: bytes) { () throws(CopyFailure) in await meeting.join() }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test(
    "of large objects half as many are on their way as there are places, unless their number was asked for",
    arguments: [
      (Pacer(startingWith: 8), large, 4), (Pacer(startingWith: 8), 4096, 8), (Pacer(fixed: 8), large, 8),
    ])
  func half(_ pacer: Pacer, _ bytes: Int64, _ most: Int) async throws {
    let pace = TransferPace(pacer, clock: AdvancingClock(at: Self.start).runClock)
    let meeting = Meeting(of: most)
    try await run(16, of: bytes, pace, meeting)
    #expect(meeting.most == most)
    #expect(pace.inFlight == 0)
  }

  @Test("while large ones wait for each other, small ones have the other places")
  func others() async throws {
    let pace = TransferPace(Pacer(startingWith: 8), clock: AdvancingClock(at: Self.start).runClock)
    let meeting = Meeting(of: 8)
    async let large: Void = run(4, of: Self.large, pace, meeting)
    async let small: Void = run(4, of: 4096, pace, meeting)
    _ = try await (large, small)
    #expect(meeting.most == 8)
  }

  @Test("large ones alone are reason for more, too")
  func grows() async throws {
    let clock = AdvancingClock(at: Self.start)
    let widths = Mutex<[Int]>([])
    let pace = TransferPace(Pacer(startingWith: 8), clock: clock.runClock) { width in
      widths.withLock { $0.append(width) }
    }
    let meeting = Meeting(of: 4)
    try await withThrowingTaskGroup { group in
      for _ in 0..<120 {
        group.addTask {
          try await pace.transfer(of: Self.large) { () throws(CopyFailure) in
            await meeting.join()
            clock.advance(by: .milliseconds(10))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(widths.withLock { $0.first } == 16)
  }
}

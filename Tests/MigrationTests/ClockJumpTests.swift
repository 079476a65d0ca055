import AuditLedger
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

/// A clock that somebody sets while a run goes on.
private final class JumpingClock: Sendable {
  private let state: Mutex<(looks: Int, now: Int64)>
  private let jumps: [Int64]

  init(_ jumps: [Int64]) {
    self.jumps = jumps
    state = Mutex((0, 1_700_000_000_000))
  }

  var looks: Int { state.withLock { $0.looks } }

  var clock: RunClock {
    RunClock(
      now: { [self] in
        state.withLock { state in
          state.now += jumps[state.looks % jumps.count]
          state.looks += 1
          return Timestamp(millisecondsSinceEpoch: state.now)
        }
      }, sleep: { _ in try Task.checkCancellation() }, random: { 0.5 })
  }
}

@Suite("clocks that jump", .timeLimit(.minutes(2)))
struct ClockJumpTests {
  private static let year: Int64 = 366 * 86_400_000

  @Test(
    "whatever the machine's clock does meanwhile, every object ends in one list with times that can be shown",
    arguments: [[-3_600_000], [Self.year], [1, -Self.year, 5, Self.year], [-400, 0, 0, 90_000]])
  func jumps(_ jumps: [Int64]) async throws {
    let scene = Scene(.olderS3, .oss, [.cutRead: 2, .throttled: 3])
    for number in 0..<20 { scene.source.inner.set(ObjectKey("k\(number)"), Array("bytes \(number)".utf8)) }
    let jumping = JumpingClock(jumps)
    let ledger = try await Ledger.open(scene.ledgerPath, .create)
    let tally = try await MigrationRun(
      RunConfiguration(
        source: RunSide(store: scene.source, prefix: ObjectKey("")),
        destination: RunSide(store: scene.destination, prefix: ObjectKey("")), jobName: "job",
        parallelObjects: 4,
        retries: 100, toolVersion: "test", clock: jumping.clock,
        eventLoops: MultiThreadedEventLoopGroup.singleton),
      ledger: ledger
    ) { _ in }.run(.migrate)
    #expect(tally.completed == 20 && tally.total == 20, "\(tally)")
    #expect(jumping.looks > 40)
    var shown = 0
    try await ledger.forEachObject(in: nil) { row in
      if let ended = row.endedAt, !ended.iso8601.isEmpty { shown += 1 }
    }
    #expect(shown == 20)
    await ledger.close()
  }
}

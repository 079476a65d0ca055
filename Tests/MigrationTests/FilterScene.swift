import AuditLedger
import Checksums
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import StorageTesting
import Testing
import Verification

/// Two stores and a ledger that runs with filters share.
final class FilterScene {
  let source: FaultyStore
  let destination: FaultyStore
  let ledgerPath: String
  var keepsProblemsOnly = false

  init(
    _ sourceFaults: [FaultyStore.Fault: Int] = [:], _ destinationFaults: [FaultyStore.Fault: Int] = [:]
  ) {
    source = FaultyStore(MemoryStore(.s3, pageSize: 3), bucket: "from", sourceFaults)
    destination = FaultyStore(MemoryStore(.oss), bucket: "to", destinationFaults)
    ledgerPath =
      FileManager.default.temporaryDirectory.appendingPathComponent("filters-\(UUID().uuidString)").path
  }

  deinit { forget() }

  func forget() {
    for suffix in ["", "-wal", "-shm", ".lock"] {
      try? FileManager.default.removeItem(atPath: ledgerPath + suffix)
    }
  }

  static let clock = RunClock(
    now: { Timestamp(millisecondsSinceEpoch: 1_700_000_000_000) },
    sleep: { _ in try Task.checkCancellation() }, random: { 0.5 })

  static func filter(_ rules: [ObjectFilter.Rule]) throws -> ObjectFilter {
    try ObjectFilter(rules, now: clock.now())
  }

  @discardableResult
  func run(
    _ command: MigrationRun.Command, _ rules: ObjectFilter.Rule..., scope: RetryScope? = nil
  ) async throws -> Tally {
    let ledger = try await Ledger.open(ledgerPath, .create)
    var configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: destination, prefix: ObjectKey("")), jobName: "job",
      filter: try Self.filter(rules), parallelObjects: 1, retries: 100, toolVersion: "test",
      clock: Self.clock, eventLoops: MultiThreadedEventLoopGroup.singleton)
    configuration.scope = scope
    do {
      let tally = try await MigrationRun(configuration, ledger: ledger) { _ in }.run(command)
      try await check(tally, ledger)
      await ledger.close()
      return tally
    } catch {
      await ledger.close()
      throw error
    }
  }

  func verify(_ rules: ObjectFilter.Rule...) async throws -> (tally: Tally, audit: AuditRecord) {
    let ledger = try await Ledger.open(ledgerPath, .create)
    let configuration = VerificationConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: destination, prefix: ObjectKey("")), jobName: "job",
      filter: try Self.filter(rules), keepsProblemsOnly: keepsProblemsOnly, parallelObjects: 1,
      retries: 100, toolVersion: "test", clock: Self.clock, eventLoops: MultiThreadedEventLoopGroup.singleton)
    do {
      let result = try await VerificationRun(configuration, ledger: ledger) { _ in }.run()
      if !keepsProblemsOnly { try await check(result.tally, ledger) }
      #expect(result.tally.isBalanced && result.tally.pending == 0)
      await ledger.close()
      return result
    } catch {
      await ledger.close()
      throw error
    }
  }

  /// The law, from counters and rows, and every key once.
  private func check(_ tally: Tally, _ ledger: Ledger) async throws {
    #expect(tally.isBalanced)
    #expect(try await ledger.recount() == tally)
    var keys: Set<ObjectKey> = []
    try await ledger.forEachObject(in: nil) { #expect(keys.insert($0.source.key).inserted) }
    #expect(keys.count == Int(tally.total))
  }

  /// The list of every key; of a skipped one the reason, of an error the class.
  func lists() async throws -> [String: String] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var lists: [String: String] = [:]
    try await ledger.forEachObject(in: nil) { row in
      lists[row.source.key.shown] =
        row.list == .skipped ? row.message : row.errorClass?.rawValue ?? row.list.rawValue
    }
    await ledger.close()
    return lists
  }

  /// Where a key can stand before a run.
  enum Before: String, CaseIterable {
    case undecided
    case filtered
    case waiting
    case reopened
    case completed
    case failed
    case refused
  }

  /// A ledger that holds a key of every kind, named by it, as killed and finished runs leave them.
  func prepare() async throws {
    for key in Before.allCases { source.inner.set(ObjectKey(key.rawValue), patternedBytes(50)) }
    destination.inner.set(ObjectKey("completed"), patternedBytes(50))
    let ledger = try await Ledger.open(ledgerPath, .create)
    let location = JobSide(kind: .memory, bucket: "from", prefix: "", endpoint: "", region: "")
    var other = location
    other.bucket = "to"
    try await ledger.establish(JobSettings(name: "job", source: location, destination: other))
    let run = try await ledger.beginRun(command: "migrate", toolVersion: "test", at: Self.clock.now())
    for (side, store) in [(Side.source, source), (.destination, destination)] {
      var position: ListPosition?
      repeat {
        let page = try await store.inner.list(ListScope(ObjectKey("")), from: position)
        try await ledger.store(page, side: side, isLast: page.next == nil)
        position = page.next
      } while position != nil
    }
    try await decide(ledger)
    let filtered = ObjectKey("filtered")
    try await ledger.exclude(
      [Exclusion(key: filtered, destinationKey: filtered, reason: "excluded: --exclude f*")], run: run.id,
      at: Self.clock.now())
    await ledger.close()
  }

  private func decide(_ ledger: Ledger) async throws {
    try await ledger.record(
      [Before.waiting, .reopened, .completed, .failed, .refused].map { key in
        Decision(
          key: ObjectKey(key.rawValue), destinationKey: ObjectKey(key.rawValue),
          action: key == .refused ? .refuse(.notCarriable, reason: "too large") : .copy)
      })
    try await ledger.record(outcome(.reopened, .error(.denied, message: "no")))
    _ = try await ledger.reopenErrors()
    try await ledger.record(outcome(.failed, .error(.denied, message: "no")))
    let digest = Checksum.of(patternedBytes(50), .crc64xz)
    let match = try #require(ChecksumMatch(digest, digest))
    try await ledger.record(outcome(.completed, .completed(.endToEnd, match, sent: true)))
  }

  private func outcome(_ key: Before, _ resolution: Resolution) -> ObjectOutcome {
    ObjectOutcome(
      key: ObjectKey(key.rawValue), destinationKey: ObjectKey(key.rawValue), resolution: resolution,
      startedAt: Self.clock.now(), endedAt: Self.clock.now())
  }
}

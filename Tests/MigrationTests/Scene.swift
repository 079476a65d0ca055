import AuditLedger
import Checksums
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import StorageTesting
import Testing
import Transfers
import Verification

/// Two stores that somebody filled, and a ledger.
final class Scene {
  var source: FaultyStore
  let destination: FaultyStore
  let ledgerPath: String
  var required = RequiredProof.auto
  var reading = Reading.none
  var sample: (text: String, size: SampleSize)?
  var comparesMetadata = false
  var acceptsImported = false
  var keepsProblemsOnly = false
  var takesInventories = false
  var distrustsETags = false
  var parallelObjects = 4
  /// What the clock shows, in milliseconds since the epoch.
  var now: Int64 = 1_700_000_000_000
  /// Stands before the destination, where there is one.
  var destinationReader: (any ObjectReader)?

  init(
    _ sourceDialect: MemoryStore.Dialect = .olderS3, _ destinationDialect: MemoryStore.Dialect = .oss,
    _ sourceFaults: [FaultyStore.Fault: Int] = [:]
  ) {
    source = FaultyStore(MemoryStore(sourceDialect, pageSize: 3), bucket: "from", sourceFaults)
    destination = FaultyStore(MemoryStore(destinationDialect, pageSize: 4), bucket: "to")
    ledgerPath =
      FileManager.default.temporaryDirectory.appendingPathComponent("scene-\(UUID().uuidString)").path
  }

  /// Pages of the source come with their keys in falling order unless it ascends.
  convenience init(_ faults: [FaultyStore.Fault: Int], isAscending: Bool) {
    self.init(
      .olderS3, .oss, isAscending ? faults : faults.merging([.fallingListing: 1000]) { one, _ in one })
  }

  deinit { forget() }

  /// Takes the ledger away.
  func forget() {
    for suffix in ["", "-wal", "-shm", ".lock"] {
      try? FileManager.default.removeItem(atPath: ledgerPath + suffix)
    }
  }

  /// Puts the same bytes on both sides.
  func put(_ key: String, _ bytes: [UInt8]) {
    source.inner.set(ObjectKey(key), bytes)
    destination.inner.set(ObjectKey(key), bytes)
  }

  /// Writes an object of the destination again, some seconds after whatever was written there before.
  func rewrite(_ key: String, _ bytes: [UInt8], eTag: ETag? = nil) {
    for _ in 0..<5 {
      if let eTag {
        destination.inner.set(ObjectKey(key), bytes, eTag: eTag)
      } else {
        destination.inner.set(ObjectKey(key), bytes)
      }
    }
  }

  var clock: RunClock {
    RunClock(
      now: { [now] in Timestamp(millisecondsSinceEpoch: now) },
      sleep: { _ in try Task.checkCancellation() }, random: { 0.5 })
  }

  /// Copies with the ledger of the scene.
  @discardableResult
  func migrate(
    _ command: MigrationRun.Command = .migrate, to writer: (any ObjectWriter)? = nil
  ) async throws -> Tally {
    let ledger = try await Ledger.open(ledgerPath, .create)
    let configuration = RunConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: writer ?? destination, prefix: ObjectKey("")), jobName: "job",
      parallelObjects: parallelObjects, retries: 100, toolVersion: "test", clock: clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    do {
      let tally = try await MigrationRun(configuration, ledger: ledger) { _ in }.run(command)
      await ledger.close()
      return tally
    } catch {
      await ledger.close()
      throw error
    }
  }

  /// Takes somebody else's digests into the ledger.
  func take(_ digests: [ImportedDigest]) async throws {
    let ledger = try await Ledger.open(ledgerPath, .create)
    _ = try await ledger.add(digests, at: Timestamp(millisecondsSinceEpoch: now))
    await ledger.close()
  }

  func audits() async throws -> [AuditRecord] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    let audits = try await ledger.audits()
    await ledger.close()
    return audits
  }

  @discardableResult
  func verify() async throws -> (tally: Tally, audit: AuditRecord) {
    let ledger = try await Ledger.open(ledgerPath, .create)
    let configuration = VerificationConfiguration(
      source: RunSide(store: source, prefix: ObjectKey("")),
      destination: RunSide(store: destinationReader ?? destination, prefix: ObjectKey("")), jobName: "job",
      required: required,
      reading: reading, sample: sample, takesInventories: takesInventories, acceptsImported: acceptsImported,
      keepsProblemsOnly: keepsProblemsOnly,
      comparesMetadata: comparesMetadata, distrustsETags: distrustsETags,
      parallelObjects: parallelObjects, retries: 100, toolVersion: "test", clock: clock,
      eventLoops: MultiThreadedEventLoopGroup.singleton)
    do {
      let result = try await VerificationRun(configuration, ledger: ledger) { _ in }.run()
      #expect(result.tally.isBalanced && result.tally.pending == 0)
      if !keepsProblemsOnly { #expect(try await ledger.recount() == result.tally) }
      await ledger.close()
      return result
    } catch {
      await ledger.close()
      throw error
    }
  }

  /// How every key ended: its proof, or its error class and the reason's first word.
  func outcomes() async throws -> [String: String] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var found: [String: String] = [:]
    try await ledger.forEachObject(in: nil) { row in
      let words = row.message.split(separator: ":").first.map(String.init) ?? ""
      switch row.errorClass {
      case nil: found[row.source.key.shown] = row.proof?.rawValue
      case .unverifiable: found[row.source.key.shown] = "unverifiable \(words)"
      case let error?: found[row.source.key.shown] = error.rawValue
      }
    }
    await ledger.close()
    return found
  }

  func rows() async throws -> [ObjectRow] {
    let ledger = try await Ledger.open(ledgerPath, .read)
    var rows: [ObjectRow] = []
    try await ledger.forEachObject(in: nil) { rows.append($0) }
    await ledger.close()
    return rows
  }
}

let big = patternedBytes(9000, seed: 5)

func cut(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}

func flipped(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  bytes[bytes.count / 2] ^= 1
  return bytes
}

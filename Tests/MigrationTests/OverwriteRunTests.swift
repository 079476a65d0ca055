import AuditLedger
import Checksums
import Foundation
import Migration
import ObjectStorage
import StorageTesting
import Synchronization
import Testing
import Transfers

extension Road {
  /// What a run would do, by key; changes nothing.
  func preview(_ command: MigrationRun.Command = .migrate) async throws -> [String: PlannedKey] {
    let keys = Mutex<[PlannedKey]>([])
    let scratch = try await ScratchLedger(of: ledgerPath)
    let summary: PlanSummary
    do {
      summary = try await MigrationRun(configuration, ledger: scratch.ledger) { _ in }
        .preview(command) { key in keys.withLock { $0.append(key) } }
    } catch {
      await scratch.discard()
      throw error
    }
    await scratch.discard()
    let planned = keys.withLock { $0 }
    #expect(planned.map(\.source.key) == planned.map(\.source.key).sorted())
    #expect(summary.rows.reduce(0) { $0 + $1.share.objects } == Int64(planned.count))
    return Dictionary(uniqueKeysWithValues: planned.map { ($0.source.key.shown, $0) })
  }

  /// The rows of a query on the ledger.
  func query(_ sql: String) async throws -> [[QueryValue]] {
    let rows = Mutex<[[QueryValue]]>([])
    let ledger = try await Ledger.open(ledgerPath, .read)
    try await ledger.query(sql) { _ in
    } row: { row in
      rows.withLock { $0.append(row) }
      return true
    }
    await ledger.close()
    return rows.withLock { $0 }
  }

  /// What is at the destination, by key.
  var arrived: [ObjectKey: [UInt8]] {
    Dictionary(
      uniqueKeysWithValues: destinationStore.keys.map { ($0, destinationStore.bytes(of: $0) ?? []) })
  }
}

/// Plans, runs, and holds the one against the other, key by key.
func planThenRun(_ road: Road, _ command: MigrationRun.Command = .migrate) async throws -> [String: String] {
  let (before, puts) = (road.arrived, road.destination.faults.requests("put"))
  let hadLedger = FileManager.default.fileExists(atPath: road.ledgerPath)
  let planned = try await road.preview(command)
  #expect(road.arrived == before && road.destination.faults.requests("put") == puts)
  #expect(road.source.faults.requests("put") == 0 && road.destinationStore.openUploadCount == 0)
  #expect(FileManager.default.fileExists(atPath: road.ledgerPath) == hadLedger)
  _ = try await road.run(command)
  let rows = try await road.rows()
  #expect(rows.count == planned.count)
  var said: [String: String] = [:]
  for row in rows {
    guard let key = planned[row.source.key.shown] else { continue }
    said[row.source.key.shown] = key.action.rawValue
    #expect(key.list == row.list && key.destinationKey == row.destinationKey, "\(key) became \(row)")
    switch key.action {
    case .copy, .overwrite: #expect(row.sent, "\(key)")
    case .equal: #expect(!row.sent && key.cause == row.proof?.rawValue, "\(key)")
    case .keep, .skip, .conflict, .refuse, .error: #expect(row.message == key.reason && !row.message.isEmpty)
    case .done: #expect(before[row.destinationKey] == road.destinationStore.bytes(of: row.destinationKey))
    case .wait: break
    }
    if ![.copy, .overwrite].contains(key.action) {
      #expect(road.destinationStore.bytes(of: row.destinationKey) == before[row.destinationKey], "\(key)")
    }
  }
  return said
}

@Suite("overwriting by rule")
struct OverwriteRunTests {
  /// The destination has most keys; of those named `late` the source is later.
  static func road(_ rule: OverwriteRule) -> Road {
    let road = Road()
    road.decisions.overwrite = rule
    road.mayCompleteWrongBytes = false
    let bytes = patternedBytes(100, seed: 1)
    for key in ["equal", "other", "opaque", "shorter", "typed"] {
      road.sourceStore.set(ObjectKey(key), bytes, metadata: ObjectMetadata(contentType: "text/csv"))
    }
    for key in ["late-equal", "late-other"] { road.destinationStore.set(ObjectKey(key), [1, 2, 3]) }
    road.destinationStore.set(ObjectKey("late-equal"), bytes)
    for _ in 0..<20 { road.destinationStore.set(ObjectKey("nobody's"), [1]) }
    for key in ["equal", "typed"] { road.destinationStore.set(ObjectKey(key), bytes) }
    road.destinationStore.set(
      ObjectKey("typed"), bytes, metadata: ObjectMetadata(contentType: "application/json"))
    road.destinationStore.set(ObjectKey("other"), patternedBytes(100, seed: 2))
    road.destinationStore.set(ObjectKey("opaque"), bytes, publishing: [])
    road.destinationStore.set(ObjectKey("shorter"), [1, 2, 3])
    for key in ["absent", "late-equal", "late-other"] { road.sourceStore.set(ObjectKey(key), bytes) }
    road.sourceStore.set(ObjectKey(String(repeating: "x", count: 1024)), bytes)
    return road
  }

  static let long = String(repeating: "x", count: 1024)
  static let table: [OverwriteRule: [String: String]] = [
    .never: [
      "absent": "copy", "equal": "equal", "other": "conflict", "opaque": "conflict", "shorter": "conflict",
      "typed": "equal", "late-equal": "equal", "late-other": "conflict", long: "refuse",
    ],
    .different: [
      "absent": "copy", "equal": "equal", "other": "overwrite", "opaque": "overwrite",
      "shorter": "overwrite", "typed": "equal", "late-equal": "equal", "late-other": "overwrite",
      long: "refuse",
    ],
    .changed: [
      "absent": "copy", "equal": "equal", "other": "conflict", "opaque": "keep", "shorter": "overwrite",
      "typed": "overwrite", "late-equal": "overwrite", "late-other": "overwrite", long: "refuse",
    ],
    .newer: [
      "absent": "copy", "equal": "equal", "other": "keep", "opaque": "keep", "shorter": "keep",
      "typed": "equal", "late-equal": "overwrite", "late-other": "overwrite", long: "refuse",
    ],
    .always: [
      "absent": "copy", "equal": "overwrite", "other": "overwrite", "opaque": "overwrite",
      "shorter": "overwrite", "typed": "overwrite", "late-equal": "overwrite", "late-other": "overwrite",
      long: "refuse",
    ],
  ]

  @Test(
    "a dry run says of every key what the run then does, under every rule", arguments: OverwriteRule.allCases)
  func planned(_ rule: OverwriteRule) async throws {
    let road = Self.road(rule)
    #expect(try await planThenRun(road) == Self.table[rule])
    #expect(road.destinationStore.bytes(of: ObjectKey("nobody's")) == [1])
    // Again, nothing is left to be done.
    let puts = road.destination.faults.requests("put")
    let again = try await planThenRun(road)
    #expect(Set(again.values).isSubset(of: ["done", "error", "refuse", "skip"]))
    #expect(road.destination.faults.requests("put") == puts)
  }

  @Test("what a rule kept is taken up by a run of another rule, and what it refused by a retry")
  func ruleChanges() async throws {
    let road = Self.road(.newer)
    _ = try await road.run()
    road.decisions.overwrite = .different
    let second = try await planThenRun(road)
    #expect(
      second.filter { $0.value != "done" } == [
        "other": "overwrite", "opaque": "overwrite", "shorter": "overwrite", Self.long: "refuse",
      ])

    let other = Self.road(.never)
    #expect(try await other.run().error == 5)
    other.decisions.overwrite = .different
    let untouched = try await planThenRun(other)
    #expect(untouched.values.count { $0 == "error" } == 4)
    let retried = try await planThenRun(other, .retry)
    #expect(retried.values.count { $0 == "overwrite" } == 4 && retried[Self.long] == "refuse")
  }

  @Test("a key that the plan did not find is not overwritten by any rule, and by a retry that found it")
  func stolen() async throws {
    for rule in OverwriteRule.allCases {
      let road = Road([:], [.stolenKey: 1])
      road.decisions.overwrite = rule
      road.fill(1)
      #expect(try await road.run().error == 1)
      #expect(road.destinationStore.bytes(of: ObjectKey("k0")) == Array("somebody else's".utf8))
      road.mayCompleteWrongBytes = false
      let retried = try await planThenRun(road, .retry)
      switch rule {
      case .never: #expect(retried == ["k0": "conflict"])
      case .newer: #expect(retried == ["k0": "keep"])
      case .different, .changed, .always: #expect(retried == ["k0": "overwrite"])
      }
    }
  }

  @Test("what was overwritten, and why, stands in the ledger")
  func told() async throws {
    let road = Self.road(.changed)
    _ = try await road.run()
    let told = try await road.query("SELECT key_text, overwrote FROM objects WHERE overwrote IS NOT NULL")
    #expect(
      told.map(\.first) == ["late-equal", "late-other", "shorter", "typed"].map { QueryValue.text($0) })
    #expect(told[2].last == .text("100 bytes at the source, 3 at the destination"))
  }
}

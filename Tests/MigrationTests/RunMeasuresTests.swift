import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Verification

@Suite("what a run writes down of itself") struct RunMeasuresTests {
  @Test("requests of both sides, bytes and objects of every second, and the settings")
  func measures() async throws {
    let road = Road([.missingObject: 1])
    road.fill(4)
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    var configuration = road.configuration
    configuration.settings = [RunSetting("require", "auto")]
    let tally = try await MigrationRun(configuration, ledger: ledger) { _ in }.run(.migrate)
    #expect((tally.completed, tally.error) == (3, 1))
    let requests = try await ledger.requests()
    let gets = try #require(requests[.source]).filter { $0.operation == .get }
    #expect(gets.map(\.code) == ["not-found", "ok"] && gets.map(\.requests) == [1, 3])
    let counts = Dictionary(
      uniqueKeysWithValues: try #require(requests[.destination]).filter { $0.code == "ok" }.map {
        ($0.operation, $0.requests)
      })
    #expect(counts[.put] == 3 && counts[.list] == 1)
    // What the store itself counted of the two kinds.
    #expect(road.destination.faults.requests("put") == 3 && road.source.faults.requests("get") == 4)
    let samples = try await ledger.samples()
    #expect(samples.reduce(0) { $0 + $1.objects } == 4)
    #expect(samples.reduce(0) { $0 + $1.bytes } == tally.bytesSent)
    #expect(samples.allSatisfy { (1...4).contains($0.inFlight) && $0.retries == 0 })
    #expect(try await ledger.runSettings() == [1: [RunSetting("require", "auto")]])
    await ledger.close()
  }

  @Test("a request that is sent again is a retry of its second")
  func retries() async throws {
    let road = Road([.cutRead: 2])
    road.fill(3)
    #expect(try await road.run().completed == 3)
    let ledger = try await Ledger.open(road.ledgerPath, .read)
    let samples = try await ledger.samples()
    #expect(samples.reduce(0) { $0 + $1.retries } == 2)
    #expect(samples.reduce(0) { $0 + $1.bytes } > 0)
    await ledger.close()
  }

  @Test("a verification counts its requests, and asks nothing that writes")
  func verification() async throws {
    let road = Road()
    road.fill(3)
    #expect(try await road.run().completed == 3)
    let ledger = try await Ledger.open(road.ledgerPath, .create)
    let migration = road.configuration
    var configuration = VerificationConfiguration(
      source: migration.source, destination: RunSide(store: road.destination, prefix: ObjectKey("")),
      jobName: migration.jobName, reading: .both, comparesMetadata: true, toolVersion: "test",
      clock: migration.clock, eventLoops: migration.eventLoops)
    configuration.settings = [RunSetting("read", "both")]
    let before = try await ledger.requests()[.destination] ?? []
    _ = try await VerificationRun(configuration, ledger: ledger) { _ in }.run()
    let after = try await ledger.requests()[.destination] ?? []
    func count(_ totals: [RequestTotal], _ operation: StoreOperation) -> Int64 {
      totals.reduce(0) { $0 + ($1.operation == operation ? $1.requests : 0) }
    }
    #expect(count(after, .list) == count(before, .list) + 1)
    #expect(count(after, .head) == count(before, .head) + 3)
    #expect(count(after, .put) == count(before, .put))
    #expect(try await ledger.runSettings()[2] == [RunSetting("read", "both")])
    await ledger.close()
  }
}

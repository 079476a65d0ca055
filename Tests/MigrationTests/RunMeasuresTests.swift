import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing

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
}

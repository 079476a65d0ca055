import AuditLedger
import Inventory
import ObjectStorage
import StorageTesting
import Testing

@Suite("listings that are shared out among requests")
struct DividedListingTests {
  struct Bucket: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var keys: [ObjectKey]
    var division: ListingDivision
    var order = SimulatedBucket.Order.bytes
  }

  static let flat = (0..<600).map { ObjectKey("obj-" + String(10_000 + $0)) }
  static let tree =
    (0..<30).flatMap { folder in (0..<20).map { ObjectKey("d\(folder)/e/f\($0)") } }
    + ["d1", "d1-", "d10", "e//x", "/", "z/"].map { ObjectKey($0) }
  static let uneven =
    (0..<400).map { ObjectKey("big/part-\($0)") } + (0..<40).map { ObjectKey("small\($0)/x") }
  static let buckets: [Bucket] = [("flat", flat), ("tree", tree), ("uneven", uneven), ("empty", [])].flatMap {
    name, keys in
    [ListingDivision.pages, .folders, .keys].flatMap { division in
      [SimulatedBucket.Order.bytes, .folders].map { order in
        Bucket(testDescription: "\(name) \(division) \(order)", keys: keys, division: division, order: order)
      }
    }
  }

  private struct Received {
    var rows: [ListedObject] = []
    var areAll = false
  }

  private let folder: TemporaryFolder
  private var path: String { folder.path + "/job.ledger" }

  init() throws {
    folder = try TemporaryFolder()
  }

  private func run(_ bucket: SimulatedBucket, prefix: String = "") async throws -> Bool {
    try await receive(bucket, prefix: prefix) != nil
  }

  /// The rows that came in order, and whether they are all; nil where the listing could not be finished.
  private func receive(
    _ bucket: SimulatedBucket, prefix: String = ""
  ) async throws -> Received? {
    let ledger = try await Ledger.open(path, .create)
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 0) }, sleep: { _ in }, random: { 0.5 })
    let retrying = Retrying(
      policy: RetryPolicy(maximumTries: 1), budget: RequestBudget(retries: 0), clock: clock)
    let inventory = InventoryRun(
      .source, of: bucket, prefix: ObjectKey(prefix), ledger: ledger, retrying: retrying, width: 6)
    var received = Received()
    var isWhole = true
    do {
      let areAll = try await inventory.run({ _ in }, inOrder: { received.rows.append($0) })
      received.areAll = areAll
    } catch InventoryFailure.store {
      isWhole = false
    }
    await ledger.close()
    return isWhole ? received : nil
  }

  private func stored() async throws -> (keys: [ObjectKey], tally: Tally, state: InventoryState) {
    let ledger = try await Ledger.open(path, .read)
    var keys: [ObjectKey] = []
    try await ledger.forEachObject(in: nil) { keys.append($0.source.key) }
    let found = (keys, try await ledger.tally(), try await ledger.inventoryState(.source))
    await ledger.close()
    return found
  }

  @Test("every key is listed once, however the listing is shared out and ordered", arguments: buckets)
  func whole(_ bucket: Bucket) async throws {
    let store = SimulatedBucket(bucket.keys, division: bucket.division, order: bucket.order)
    let received = try #require(try await receive(store))
    // Where they are said to be all they are, and in an ordered bucket they are.
    #expect(!received.areAll || received.rows.map(\.key) == bucket.keys.sorted())
    #expect(received.areAll || store.orderedKeys != bucket.keys.sorted())
    let found = try await stored()
    #expect(found.keys == bucket.keys.sorted())
    #expect(found.tally.total == Int64(bucket.keys.count) && found.state == .complete)
    // A store that was said to list in order and does not is listed again, one page after the other.
    let isBroken =
      bucket.division == .keys && bucket.order == .folders && bucket.keys.sorted() != store.orderedKeys
    if !isBroken { #expect(found.tally.duplicates == 0) }
  }

  @Test("a flat listing in order is asked for at several places at one time")
  func parallel() async throws {
    let store = SimulatedBucket(Self.flat, division: .keys)
    #expect(try await run(store))
    #expect(store.mostRunning > 2)
    // Pages, and what looking for the places took.
    #expect(store.asked.filter { $0.scope.limit > 1 }.count < 90)
    let starts = Set(store.asked.filter { $0.scope.limit > 1 }.map(\.position))
    #expect(starts.contains { if case .after? = $0 { true } else { false } })
  }

  @Test("folders are asked for at one time, and small ones with one request each")
  func folders() async throws {
    let store = SimulatedBucket(Self.tree, division: .folders, pageSize: 100)
    #expect(try await run(store))
    #expect(store.mostRunning > 2)
    #expect(store.asked.count < 50)
  }

  @Test("a prefix bounds the pieces")
  func prefix() async throws {
    let store = SimulatedBucket(Self.uneven, division: .keys)
    #expect(try await run(store, prefix: "big/part-1"))
    #expect(try await stored().keys == Self.uneven.filter { $0.hasPrefix(ObjectKey("big/part-1")) }.sorted())
    #expect(store.asked.allSatisfy { $0.scope.prefix.hasPrefix(ObjectKey("big/part-1")) })
  }

  @Test(
    "a listing that ends at any request goes on where it stood, and asks for no stored page again",
    arguments: [ListingDivision.pages, .folders, .keys], [1, 2, 3, 5, 9, 14, 22, 31, 47, 60])
  func resumed(_ division: ListingDivision, _ request: Int) async throws {
    let keys = Self.uneven
    let cut = SimulatedBucket(keys, division: division, faultAt: request)
    guard try await !run(cut) else { return }
    let before = try await stored()
    #expect(before.state != .complete)
    let rest = SimulatedBucket(keys, division: division)
    let received = try #require(try await receive(rest))
    #expect(!received.areAll || received.rows.map(\.key) == keys.sorted())
    let found = try await stored()
    #expect(found.keys == keys.sorted() && found.state == .complete)
    #expect(found.tally.duplicates == 0)
  }

  @Test("keys that are written while pieces are listed lose no others")
  func written() async throws {
    let store = SimulatedBucket(Self.flat, division: .keys)
    async let whole = run(store)
    for index in 0..<60 {
      store.add(ObjectKey("obj-\(10_000 + index * 10)x"))
      await Task.yield()
    }
    #expect(try await whole)
    let found = try await stored()
    #expect(Set(found.keys).isSuperset(of: Self.flat) && found.state == .complete)
  }

  @Test("a second listing tells what is new, changed and gone")
  func again() async throws {
    let first = SimulatedBucket(Self.tree, division: .folders)
    #expect(try await run(first))
    var ledger = try await Ledger.open(path, .write)
    #expect(try await ledger.relistingCounts(.source) == nil)
    try await ledger.beginRelisting(.source)
    await ledger.close()
    let second = SimulatedBucket(
      Self.tree.filter { $0 != ObjectKey("d1") && $0 != ObjectKey("e//x") } + [ObjectKey("late")],
      division: .folders)
    #expect(try await run(second))
    ledger = try await Ledger.open(path, .read)
    let counts = try #require(try await ledger.relistingCounts(.source))
    #expect(counts.new == 1 && counts.gone == 2 && counts.changed == 0)
    await ledger.close()
  }
}

import Foundation
import GRDB
import ObjectStorage
import Synchronization
import Testing

@testable import AuditLedger

/// What a walk gave, gathered from the ledger's thread.
private final class Walk: Sendable {
  private let lines = Mutex<[String]>([])

  func run(
    _ source: InventoryPlace, _ destination: InventoryPlace, givesAll: Bool = true, limit: Int = .max
  ) async throws(LedgerError) -> InventoryMerge.Share {
    try await InventoryMerge(source: source, destination: destination).run(givesAll: givesAll) { row in
      self.lines.withLock { lines in
        switch row {
        case .source(let one): lines.append("+\(one.key.shown) \(one.size)")
        case .destination(let other): lines.append("-\(other.key.shown) \(other.size)")
        case .both(let one, let other):
          lines.append("=\(one.key.shown) \(one.size) \(other.key.shown) \(other.size)")
        }
        return lines.count < limit
      }
    }
  }

  var value: [String] { lines.withLock { $0 } }
}

/// Numbers that are the same in every run.
private struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

@Suite struct InventoryMergeTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func job(_ source: String, _ destination: String) -> JobSettings {
    JobSettings(
      name: "books",
      source: JobSide(kind: .s3, bucket: "a", prefix: source, endpoint: "", region: ""),
      destination: JobSide(kind: .oss, bucket: "b", prefix: destination, endpoint: "", region: ""))
  }

  private func ledger(
    _ name: String = "job", prefixes: (String, String) = ("", ""), source: [ListedObject] = [],
    destination: [ListedObject] = []
  ) async throws -> Ledger {
    let ledger = try await Ledger.open("\(folder.path)/\(name).ledger", .create)
    try await ledger.establish(job(prefixes.0, prefixes.1))
    try await ledger.store(ListingPage(objects: source), side: .source, isLast: true)
    try await ledger.store(ListingPage(objects: destination), side: .destination, isLast: true)
    return ledger
  }

  @Test("both sides are walked in the order of the bytes, whatever keys they hold", arguments: 0..<8)
  func order(_ seed: Int) async throws {
    var numbers = Numbers(state: UInt64(seed))
    var sides: [[ObjectKey: Int64]] = [[:], [:]]
    for _ in 0..<300 {
      let alphabet: [UInt8] = [0, 0x2F, 0x61, 0x62, 0x7F, 0x80, 0xFF]
      let bytes = (0..<Int.random(in: 1...4, using: &numbers)).compactMap { _ in
        alphabet.randomElement(using: &numbers)
      }
      for side in 0...1 where Bool.random(using: &numbers) {
        sides[side][ObjectKey(bytes: bytes)] = Int64.random(in: 0...3, using: &numbers)
      }
    }
    let prefixes = (ObjectKey("of/"), ObjectKey("some where/else/"))
    func listing(_ side: [ObjectKey: Int64], _ prefix: ObjectKey) -> [ListedObject] {
      side.map { ListedObject(key: ObjectKey(bytes: prefix.bytes + $0.key.bytes), size: $0.value) }.shuffled(
        using: &numbers)
    }
    let ledger = try await ledger(
      prefixes: (prefixes.0.percentEncoded, prefixes.1.percentEncoded),
      source: listing(sides[0], prefixes.0), destination: listing(sides[1], prefixes.1))
    var expected: [String] = []
    for key in Set(sides[0].keys).union(sides[1].keys).sorted() {
      let (one, other) = (
        ObjectKey(bytes: prefixes.0.bytes + key.bytes), ObjectKey(bytes: prefixes.1.bytes + key.bytes)
      )
      switch (sides[0][key], sides[1][key]) {
      case (let size?, let otherSize?): expected.append("=\(one.shown) \(size) \(other.shown) \(otherSize)")
      case (let size?, nil): expected.append("+\(one.shown) \(size)")
      case (nil, let size?): expected.append("-\(other.shown) \(size)")
      case (nil, nil): break
      }
    }
    let walk = Walk()
    _ = try await walk.run(InventoryPlace(ledger, .source), InventoryPlace(ledger, .destination))
    #expect(walk.value == expected)
    await ledger.close()
  }

  private static let md5 = "0123456789abcdef0123456789abcdef"

  @Test(
    "pairs whose equal ETags are digests of plain objects are counted and not given, and no others",
    arguments: [
      (md5, md5, 5, nil, nil, true), (md5, md5, 5, "Normal", nil, true),
      (md5, md5.uppercased(), 5, nil, nil, false),
      (md5 + "-3", md5 + "-3", 5, nil, nil, true), (md5 + "-3", md5 + "-4", 5, nil, nil, false),
      (md5 + "-03", md5 + "-03", 5, nil, nil, false), (md5 + "-12345", md5 + "-12345", 5, nil, nil, false),
      (md5 + "-", md5 + "-", 5, nil, nil, false), (md5 + "x3", md5 + "x3", 5, nil, nil, false),
      (md5, md5, 5, "Multipart", "Normal", false), (md5, md5, 5, nil, "Symlink", false),
      (md5, md5, 0, nil, nil, false),
      (String(md5.dropLast()) + "g", String(md5.dropLast()) + "g", 5, nil, nil, false),
      (String(md5.dropLast()), String(md5.dropLast()), 5, nil, nil, false), ("", "", 5, nil, nil, false),
      ("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e", 5, nil, nil, false),
      (String(repeating: "0", count: 32), String(repeating: "0", count: 32), 5, nil, nil, false),
    ] as [(String, String, Int64, String?, String?, Bool)])
  func plainlyEqual(
    _ one: String, _ other: String, _ size: Int64, _ type: String?, _ otherType: String?, _ isEqual: Bool
  ) async throws {
    let key = ObjectKey("a")
    let ledger = try await ledger(
      source: [ListedObject(key: key, size: size, eTag: ETag(one), objectType: type)],
      destination: [ListedObject(key: key, size: size, eTag: ETag(other), objectType: otherType)])
    let sides = (InventoryPlace(ledger, .source), InventoryPlace(ledger, .destination))
    let walk = Walk()
    let equal = try await walk.run(sides.0, sides.1, givesAll: false)
    #expect(equal.objects == (isEqual ? 1 : 0) && equal.bytes == (isEqual ? size : 0))
    #expect(walk.value.isEmpty == isEqual)
    let all = Walk()
    #expect(try await all.run(sides.0, sides.1).objects == 0)
    #expect(all.value == ["=a \(size) a \(size)"])
    await ledger.close()
  }

  @Test("only rows of the latest listing are seen, of two ledgers as of one")
  func latest() async throws {
    let one = try await ledger("one", source: [listed(ObjectKey("a")), listed(ObjectKey("b"))])
    let other = try await ledger("other", source: [listed(ObjectKey("b")), listed(ObjectKey("c"))])
    try await one.beginRelisting(.source)
    let places = (InventoryPlace(one, .source), InventoryPlace(other, .source))
    let error = await #expect(throws: LedgerError.self) { try await Walk().run(places.0, places.1) }
    #expect(error?.code == .incomplete && error?.message.contains("one.ledger") == true)
    try await one.store(
      ListingPage(objects: [listed(ObjectKey("b")), listed(ObjectKey("d"))]), side: .source, isLast: true)
    let walk = Walk()
    _ = try await walk.run(places.0, places.1)
    #expect(walk.value == ["=b 10 b 10", "-c 10", "+d 10"])
    let turned = Walk()
    _ = try await turned.run(places.1, places.0)
    #expect(turned.value == ["=b 10 b 10", "+c 10", "-d 10"])
    await one.close()
    await other.close()
  }

  @Test("an inventory that is absent or not complete is not compared")
  func incomplete() async throws {
    let ledger = try await Ledger.open(folder.ledger, .create)
    try await ledger.store(page(["a"]), side: .source, isLast: true)
    let sides = (InventoryPlace(ledger, .source), InventoryPlace(ledger, .destination))
    var error = await #expect(throws: LedgerError.self) { try await Walk().run(sides.0, sides.1) }
    #expect(error?.code == .incomplete && error?.message.contains("no inventory of the destination") == true)
    try await ledger.store(page(["a"], next: "more"), side: .destination, isLast: false)
    error = await #expect(throws: LedgerError.self) { try await Walk().run(sides.0, sides.1) }
    #expect(error?.code == .incomplete && error?.message.contains("no complete inventory") == true)
    await ledger.close()
  }

  @Test("a key that is not below its address is damage, not a difference")
  func strayKey() async throws {
    let ledger = try await ledger(
      prefixes: ("in/", ""), source: [listed(ObjectKey("in/a")), listed(ObjectKey("on"))])
    let error = await #expect(throws: LedgerError.self) {
      try await Walk().run(InventoryPlace(ledger, .source), InventoryPlace(ledger, .destination))
    }
    #expect(error?.code == .corrupt && error?.message.contains("key on,") == true)
    await ledger.close()
  }

  @Test("a reader that has enough ends the walk, and so does a cancelled task")
  func ended() async throws {
    let rows = (0..<50).map { listed(ObjectKey("k\(100 + $0)")) }
    let ledger = try await ledger(source: rows)
    let sides = (InventoryPlace(ledger, .source), InventoryPlace(ledger, .destination))
    let walk = Walk()
    _ = try await walk.run(sides.0, sides.1, limit: 2)
    #expect(walk.value.count == 2)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await Walk().run(sides.0, sides.1)
    }
    let error = await #expect(throws: LedgerError.self) { try await task.value }
    #expect(error?.code == .interrupted)
    await ledger.close()
  }

  @Test("the comparison neither sorts nor keeps rows")
  func plan() async throws {
    let ledger = try await ledger()
    let plans = try await ledger.reader.perform { db in
      try Side.allCases.flatMap { side in
        try Row.fetchAll(
          db, sql: "EXPLAIN QUERY PLAN \(InventoryCursor.readObjects(side, "main"))", arguments: [0]
        ).map { $0["detail"] as String }
      }
    }
    #expect(plans.count == 2 && !plans.contains { $0.contains("TEMP B-TREE") }, "\(plans)")
    await ledger.close()
  }
}

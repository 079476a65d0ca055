import AuditLedger
import Foundation
import ObjectStorage
import StorageTesting
import Synchronization
import Testing
import Verification

private let one = "0123456789abcdef0123456789abcdef"
private let two = "fedcba9876543210fedcba9876543210"

private func object(
  _ key: String, _ size: Int64, _ eTag: String?, changed: Int64? = nil
) -> ListedObject {
  ListedObject(
    key: ObjectKey(key), size: size, eTag: eTag.map { ETag($0) },
    lastModifiedAt: changed.map { Timestamp(millisecondsSinceEpoch: $0) })
}

@Suite("what two inventories say of each other")
struct InventoryDiffTests {
  @Test(
    "two rows are equal by a digest, or differ, or have one size and nothing more",
    arguments: [
      (5, one, 5, one, .equal), (5, one, 5, one.uppercased(), .equal), (5, one, 6, one, .differs(.size)),
      (5, one, 5, two, .differs(.digest)), (5, one + "-2", 5, one + "-2", .equal),
      (5, one + "-2", 5, two + "-2", .differs(.digest)), (5, one + "-2", 5, one + "-3", .sameSize),
      (5, one, 5, one + "-2", .sameSize), (5, one, 5, nil, .sameSize), (5, nil, 5, nil, .sameSize),
      (5, "x", 5, "x", .sameSize), (5, "x", 5, "y", .sameSize), (5, nil, 6, nil, .differs(.size)),
    ] as [(Int64, String?, Int64, String?, ListedLikeness)])
  func likeness(
    _ size: Int64, _ tag: String?, _ otherSize: Int64, _ otherTag: String?, _ likeness: ListedLikeness
  ) {
    #expect(ListedLikeness(object("a", size, tag), object("b", otherSize, otherTag)) == likeness)
    #expect(ListedLikeness(object("b", otherSize, otherTag), object("a", size, tag)) == likeness)
  }

  private func ledger(
    _ folder: TemporaryFolder, _ source: [ListedObject], _ destination: [ListedObject]
  ) async throws -> Ledger {
    let ledger = try await Ledger.open("\(folder.path)/job.ledger", .create)
    try await ledger.establish(
      JobSettings(
        name: "job", source: JobSide(kind: .s3, bucket: "a", prefix: "in/", endpoint: "", region: ""),
        destination: JobSide(kind: .oss, bucket: "b", prefix: "", endpoint: "", region: "")))
    try await ledger.store(ListingPage(objects: source), side: .source, isLast: true)
    try await ledger.store(ListingPage(objects: destination), side: .destination, isLast: true)
    return ledger
  }

  private func diff(
    _ ledger: Ledger, _ rules: [ObjectFilter.Rule] = []
  ) async throws -> (counts: InventoryDiff.Counts, lines: [String]) {
    let filter = try ObjectFilter(rules, now: Timestamp(millisecondsSinceEpoch: 0))
    let collected = Lines()
    let counts = try await InventoryDiff(
      source: InventoryPlace(ledger, .source), destination: InventoryPlace(ledger, .destination),
      filter: filter
    ).run { finding in
      switch finding {
      case .onlySource(let item): collected.add("+ \(item.key.shown)")
      case .onlyDestination(let item): collected.add("- \(item.key.shown)")
      case .differs(let item, _, let difference): collected.add("* \(item.key.shown) \(difference.rawValue)")
      }
      return true
    }
    return (counts, collected.value)
  }

  @Test("every key of both sides ends in exactly one count, with filters and without")
  func counts() async throws {
    let folder = try TemporaryFolder()
    let ledger = try await ledger(
      folder,
      [
        object("in/a", 1, one, changed: 5), object("in/b", 2, one, changed: 5), object("in/c", 3, one),
        object("in/d", 4, one + "-2"), object("in/e", 5, two), object("in/tmp/f", 6, one),
        object("in/tmp/g", 7, one),
      ],
      [
        object("a", 1, one, changed: 1), object("b", 3, one), object("d", 4, two), object("e", 5, one),
        object("tmp/f", 9, one), object("tmp/x", 8, one), object("z", 9, one),
      ])
    let all = try await diff(ledger)
    #expect(
      all.lines == [
        "* in/b size", "+ in/c", "* in/e digest", "* in/tmp/f size", "+ in/tmp/g", "- tmp/x", "- z",
      ])
    #expect(
      [all.counts.onlySource, all.counts.onlyDestination, all.counts.differing, all.counts.equal]
        .map(\.objects) == [2, 2, 3, 1])
    #expect(all.counts.sameSize.objects == 1 && all.counts.excluded.objects == 0)
    #expect(all.counts.onlySource.bytes == 10 && all.counts.equal.bytes == 1 && all.counts.hasDifferences)

    let some = try await diff(ledger, [ObjectFilter.Rule(.exclude, "/tmp/")])
    #expect(some.lines == ["* in/b size", "+ in/c", "* in/e digest", "- z"])
    #expect(
      [
        some.counts.onlySource, some.counts.onlyDestination, some.counts.differing, some.counts.equal,
        some.counts.sameSize, some.counts.excluded,
      ].map(\.objects) == [1, 1, 2, 1, 1, 3])
    // Of a key that both sides have, the source's row counts: the copy is always of another time.
    let newer = try await diff(ledger, [ObjectFilter.Rule(.newer, "1970-01-01T00:00:00.003Z")])
    #expect(newer.lines == ["* in/b size"] && newer.counts.equal.objects == 1)
    #expect(newer.counts.excluded.objects == 7)
    let equal = try await diff(ledger, [ObjectFilter.Rule(.include, "a")])
    #expect(!equal.counts.hasDifferences && equal.counts.excluded.objects == 8)
    await ledger.close()
  }

  @Test(
    "rows that are passed over as plainly equal are those that are judged equal, whatever ETags there are")
  func sameJudgement() async throws {
    let folder = try TemporaryFolder()
    let empty = "d41d8cd98f00b204e9800998ecf8427e"
    let tags: [String?] = [
      nil, "", one, one.uppercased(), two, empty, empty.uppercased(), String(repeating: "0", count: 32),
      one + "-2", one + "-02", one + "-0", one + "-10000", one + "-10001", one + "-", empty + "-1",
      String(repeating: "0", count: 32) + "-3", "x", String(one.dropLast()), one + "0",
    ]
    let types: [String?] = [nil, "Normal", "normal", "Multipart", "Symlink", "Appendable"]
    var rows: [ListedObject] = []
    for (index, tag) in tags.enumerated() {
      for (other, type) in types.enumerated() {
        for size in [Int64(0), 5] {
          var row = object("\(100 + index)-\(other)-\(size)", size, tag)
          row.objectType = type
          rows.append(row)
        }
      }
    }
    let ledger = try await ledger(
      folder,
      rows.map { row in
        var row = row
        row.key = ObjectKey(bytes: Array("in/".utf8) + row.key.bytes)
        return row
      }, rows)
    let passed = try await diff(ledger)
    let judged = try await diff(ledger, [ObjectFilter.Rule(.exclude, "no such key")])
    #expect(passed.counts == judged.counts && passed.lines == judged.lines)
    #expect(passed.counts.equal.objects > 10 && passed.counts.sameSize.objects > 10)
    await ledger.close()
  }
}

private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var value: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

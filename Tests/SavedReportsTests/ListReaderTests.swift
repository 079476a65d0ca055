import Foundation
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("lists as listings of a side")
struct ListReaderTests {
  private func found(_ file: String, _ side: ReportSide) throws -> (rows: SavedRows, pages: [SavedPage]) {
    let bytes = Array(try Fixtures.data("evidence/\(file)"))
    return try read(bytes, MigrationListReader(side: side, takesCRC: side == .destination))
  }

  @Test("the older total list has names and sizes, and its bucket from the addresses")
  func total() throws {
    let list = try found("harbor-job_total_list", .source)
    #expect(list.rows.objects.map(\.size) == [40, 11, 25, 0, 9, 10_486_537, 55])
    #expect(list.rows.objects[1].key == ObjectKey("orders/2024-03-01/résumé+100%.txt"))
    #expect(list.pages.map(\.bucket) == ["harbor-src-tokyo"] && list.rows.digests.isEmpty)
  }

  @Test("the older completed list has the digests of the destination, and of nobody else")
  func completed() throws {
    let list = try found("harbor-job_completed_list", .destination)
    #expect(list.rows.objects.count == 6 && list.rows.digests.count == 6)
    #expect(try found("harbor-job_completed_list", .source).rows.digests.isEmpty)
  }

  @Test("the newer total list is read for either side; what did not arrive is none of the destination's")
  func newer() throws {
    let source = try found("total_list_0", .source).rows
    #expect(source.objects.count == 7 && source.absent == 0)
    #expect(source.objects[0].key == ObjectKey("orders/2024-03-01/part 0001.csv"))
    let destination = try found("total_list_0", .destination).rows
    #expect(destination.objects.count == 6 && destination.absent == 1)
    #expect(destination.objects[0].key == ObjectKey("from-s3/orders/2024-03-01/part 0001.csv"))
  }

  @Test("lists of what was not migrated are a problem", arguments: ["harbor-job_error_list"])
  func errors(_ file: String) {
    #expect(throws: ReportProblem.self) { try found(file, .source) }
  }

  static let addressed: [(line: String, key: String, size: Int64)] = [
    ("s3://b/x/a\tx/a\t9\t2024-03-12 07:00:00\n", "x/a", 9),
    ("s3://b/a\tb\ta\tb\t9\t2024-03-12 07:00:00\n", "a\tb", 9),
    ("s3://b/x/a\ta\t9\t2024-03-12 07:00:00\n", "x/a", 9),
    ("oss://b/a%20b\ta%20b\t9\t2024-03-12T07:00:00Z\n", "a b", 9),
    ("\"s3://b/a,b\",\"a,b\",\"9\",\"2024-03-12 07:00:00\"\n", "a,b", 9),
    ("nas://host:/share/a\ta\t0\t1710226800\n", "share/a", 0),
  ]

  @Test("the whole key stands in the address, whatever the name says and holds", arguments: addressed)
  func addresses(_ row: (line: String, key: String, size: Int64)) throws {
    let rows = try read(row.line, MigrationListReader(side: .source, takesCRC: false))
    #expect(rows.objects.map(\.key) == [ObjectKey(row.key)] && rows.objects.map(\.size) == [row.size])
  }

  static let bad: [(text: String, says: String)] = [
    ("s3://b/a\ta\t9\t2024-03-12 07:00:00\ns3://c/a\ta\t9\t2024-03-12 07:00:00\n", "of bucket c"),
    ("s3://b/a\ta\t9\t2024-03-12 07:00:00", "no end"),
    ("a\t9\t1\t2024-03-12 07:00:00\nb\n", "separator of the first row"),
    ("oss://b/a\ta\t9\tfiltered out by a rule\n", "skipped list"),
    (String(repeating: "x", count: 2 << 20), "1 MiB"),
  ]

  @Test("a list that cannot be believed is a problem with its cause", arguments: bad)
  func eachBad(_ row: (text: String, says: String)) {
    let found = cause(row.text, MigrationListReader(side: .source, takesCRC: false))
    #expect(found?.contains(row.says) == true, "\(found ?? "none")")
  }

  @Test(
    "keys of a list come through with their bytes: every one between NULs, and all but line ends in lines")
  func keys() throws {
    let keys = try HostileKeys.all()
    let zeroTerminated = Array(keys.map { $0.bytes + [0] }.joined())
    #expect(try read(zeroTerminated, KeyListReader(isZeroTerminated: true)).rows.objects.map(\.key) == keys)
    let ofLines = keys.filter { !$0.bytes.contains(10) && $0.bytes.last != 13 }
    let lines = Array(ofLines.map { $0.bytes + [10] }.joined())
    #expect(try read(lines, KeyListReader(isZeroTerminated: false)).rows.objects.map(\.key) == ofLines)
    let windows = Array(ofLines.map { $0.bytes + [13, 10] }.joined())
    #expect(try read(windows, KeyListReader(isZeroTerminated: false)).rows.objects.map(\.key) == ofLines)
  }

  static let badKeys: [(text: String, says: String)] = [
    ("a\nb", "no end"), ("a\n\nb\n", "empty line"), ("a\r\nb\n", "carriage return"),
    ("a\nb\r\n", "carriage return"),
    (String(repeating: "k", count: 4097) + "\n", "4096"),
  ]

  @Test("a list of keys that may be cut or meant otherwise is a problem", arguments: badKeys)
  func eachBadKey(_ row: (text: String, says: String)) {
    let found = cause(row.text, KeyListReader(isZeroTerminated: false))
    #expect(found?.contains(row.says) == true, "\(found ?? "none")")
  }
}

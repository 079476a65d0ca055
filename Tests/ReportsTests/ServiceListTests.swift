import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("lists as the migration service writes them, and as other tools do")
struct ServiceListTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let mixed: [(ObjectKey, Ending)] = [
    (
      ObjectKey("a,b c.csv"),
      .completed(
        .endToEnd, [crc64, digest(.crc64xz, 7, .source, .streamed), digest(.crc64xz, 9, .source, .reported)],
        sent: true)
    ),
    (ObjectKey("cold.tar"), .error(.archived, "it is \"archived\", \n=1")),
    (ObjectKey("differs"), .error(.mismatched, "unequal")),
    (ObjectKey("lost"), .error(.missing, "not there")),
    (ObjectKey("tmp/x"), .skipped("=left, out")), (ObjectKey("zzz"), .pending),
  ]

  private func lists(
    _ ledger: Ledger, _ generation: ListGeneration, rows: Int64? = nil, to name: String = "out"
  ) async throws -> ServiceListFiles {
    try await writeServiceLists(
      ledger: ledger, generation, to: "\(folder.path)/\(name)", rowsAFile: rows)
  }

  private func text(_ files: ServiceListFiles, _ end: String) throws -> String {
    let name = try #require(files.names.first { $0.hasSuffix(end) })
    return try contents("\(files.folder)/\(name)")
  }

  @Test("lists of the second generation have its folders, names and columns")
  func current() async throws {
    let files = try await lists(try await makeLedger(in: folder, Self.mixed, runState: .stopped), .current)
    let base = "aliyun_import_report/tranship/harbor-job/1"
    #expect(
      files.names
        == ["total_list", "failed_list", "skipped_list"].map { "\(base)/\($0)/tranship@harbor-job@1_\($0)_0" }
    )
    let modified = "2024-02-29 00:00:00"
    let (start, end) = ("2024-03-01 00:00:59", "2024-03-01 00:01:01")
    #expect(
      try text(files, "total_list_0").split(separator: "\n").first.map(String.init)
        == "a%2Cb%20c.csv,a%2Cb%20c.csv,9,,,,9,11051210869376104954,\(modified),,\(start),\(end)")
    #expect(
      try text(files, "failed_list_0") == """
        cold.tar,cold.tar,9,,,,,,\(modified),,\(start),\(end),"archived: it is ""archived"", \\u{a}=1"
        differs,differs,9,,,,,,\(modified),,\(start),\(end),mismatched: unequal
        lost,lost,9,,,,,,\(modified),,\(start),\(end),missing: not there
        zzz,zzz,9,,,,,,\(modified),,,,pending: not reached yet

        """)
    #expect(
      try text(files, "skipped_list_0")
        == "tmp/x,tmp/x,9,,,,,,\(modified),,2024-03-01 00:00:30,2024-03-01 00:00:30,\"'=left, out\"\n")
  }

  @Test("what Python reads of them is every hostile key and twelve cells, thirteen where something is told")
  func outsideReader() async throws {
    let vectors = try HostileKeys.read()
    let endings = vectors.enumerated().map { index, vector in
      (ObjectKey(vector.key), index % 2 == 0 ? Ending.error(.failed, vector.key) : .skipped(vector.key))
    }
    let files = try await lists(try await makeLedger(in: folder, endings), .current)
    let scripts = try TemporaryFolder()
    var rows: [String: [[String]]] = [:]
    for name in files.names {
      let read = try await Subprocess.script(
        "read_csv.py", ["\(files.folder)/\(name)"], environment: [:], in: scripts
      ).run()
      #expect(read.status == 0, "\(read.stderr)")
      let stem = try #require(name.split(separator: "/").dropLast().last)
      rows[String(stem)] = try JSONDecoder().decode([[String]].self, from: Data(read.stdout.utf8))
    }
    let machine = Set(vectors.map(\.machine))
    let total = try #require(rows["total_list"])
    #expect(Set(total.map { $0[0] }) == machine && total.allSatisfy { $0.count == 12 && $0[0] == $0[1] })
    for stem in ["failed_list", "skipped_list"] {
      let part = try #require(rows[stem])
      #expect(part.allSatisfy { $0.count == 13 && !"=+-@\t\r".contains($0[12].first ?? "=") })
    }
    #expect((rows["failed_list"]?.count ?? 0) + (rows["skipped_list"]?.count ?? 0) == total.count)
  }

  @Test(
    "a list is cut at a number of rows, the pieces are the list, and the same ledger gives the same bytes")
  func split() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    for generation in ListGeneration.allCases {
      let whole = try await lists(ledger, generation, to: "whole")
      let cut = try await lists(ledger, generation, rows: 2, to: "cut")
      #expect(try await lists(ledger, generation, rows: 2, to: "again").names == cut.names)
      let pieces = cut.names.filter { $0.contains("total_list") }
      #expect(pieces.count == 3)
      if generation == .classic {
        #expect(
          pieces.allSatisfy { $0.hasPrefix("aliyun_mgw_import_report/") && $0.hasSuffix("_total_list") })
      }
      let joined = try pieces.map { try contents("\(cut.folder)/\($0)") }.joined()
      #expect(joined == (try text(whole, generation == .classic ? "_total_list" : "_total_list_0")))
      for name in cut.names {
        let (one, other) = try (
          contents("\(folder.path)/cut/\(name)"), contents("\(folder.path)/again/\(name)")
        )
        #expect(one == other && one.split(separator: "\n").count <= 2)
      }
    }
  }

  @Test("a writing over an earlier one leaves none of its pieces, and nothing half written")
  func stale() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    for generation in ListGeneration.allCases {
      for rows: Int64? in [1, nil, 2, 1] {
        let files = try await lists(ledger, generation, rows: rows)
        let root = URL(fileURLWithPath: "\(files.folder)/\(files.names[0].split(separator: "/")[0])")
        var found: Set<String> = []
        for case let url as URL in try #require(
          FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
        where !url.hasDirectoryPath { found.insert(url.lastPathComponent) }
        #expect(found == Set(files.names.compactMap { $0.split(separator: "/").last.map(String.init) }))
      }
    }
  }

  @Test("the classic lists alone are those of the report")
  func classic() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    let files = try await lists(ledger, .classic)
    let report = try await writeReport(ledger: ledger, to: folder.path + "/report", toolVersion: "0.1.0")
    let paths = [report.totalList, report.completedList, report.errorList, report.skippedList]
    for (name, path) in zip(files.names, paths) {
      #expect(name.split(separator: "/").last == path.split(separator: "/").last)
      #expect(try contents("\(files.folder)/\(name)") == contents(path))
    }
  }

  private func lines(
    _ ledger: Ledger, _ format: ForeignList, _ lists: Set<ListName>
  ) async throws -> (lines: [String], counts: ForeignListCounts) {
    var lines: [String] = []
    let counts = try await forEachLine(of: ledger, as: format, of: lists) { lines.append($0) }
    return (lines, counts)
  }

  @Test("rclone's combined list says of each object what rclone check would say")
  func combined() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    let all = try await lines(ledger, .rcloneCombined, [.completed, .error, .pending])
    #expect(all.lines == ["= a,b c.csv\n", "! cold.tar\n", "* differs\n", "+ lost\n", "! zzz\n"])
    #expect(try await lines(ledger, .rcloneCombined, [.error]).lines.count == 3)
  }

  static let paths: [(key: String, path: String?)] = [
    ("a b", "a b"), ("a\n\u{7F}b", "a␊␡b"), ("␊", "‛␊"), ("‛", "‛‛"), ("a/../b", nil),
    (".", nil), ("．", "．"), ("．．/x", "．．/x"), ("‛．", "‛．"), ("‛x", "‛‛x"), ("a//b", "a//b"),
    ("/\u{301}", "/\u{301}"),
    ("\u{FFFD}", nil),
  ]

  @Test("paths are spelt as rclone spells them", arguments: paths)
  func spelt(_ row: (key: String, path: String?)) {
    let side = JobSide(kind: .s3, bucket: "b", prefix: "", endpoint: "", region: "")
    let path = RclonePath(ObjectKey(row.key), below: side)?.text
    #expect(path.map { Array($0.utf8) } == row.path.map { Array($0.utf8) })
  }

  @Test("paths stand below the side's address as below a folder")
  func below() {
    var side = JobSide(kind: .s3, bucket: "b", prefix: "p", endpoint: "", region: "")
    #expect(RclonePath(ObjectKey("p/x"), below: side)?.text == "x")
    #expect(RclonePath(ObjectKey("px"), below: side) == nil)
    side.prefix = "p/"
    #expect(RclonePath(ObjectKey("p/x/y"), below: side)?.text == "x/y")
    #expect(RclonePath(ObjectKey("q/x"), below: side) == nil)
  }

  @Test("a manifest names bucket and key, spelt so that no URL decoding loses anything")
  func manifest() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    let failed = try await lines(ledger, .batchManifest, [.error])
    #expect(failed.lines == ["cold.tar", "differs", "lost"].map { "harbor-src-tokyo,\($0)\n" })
    #expect(
      try await lines(ledger, .batchManifest, [.completed]).lines == ["harbor-src-tokyo,a%2Cb%20c.csv\n"])
  }

  static let names: [(key: String, isList: Bool)] = [
    ("aliyun_mgw_import_report/job_total_list", true), ("aliyun_mgw_import_report/job_3_error_list", true),
    ("aliyun_mgw_import_report/photo.jpg", false), ("aliyun_mgw_import_report/x_extra_list", false),
    ("aliyun_import_report/tranship/job/1/total_list/tranship@job@1_total_list_0", true),
    ("aliyun_import_report/1/2/3/failed_list/1@2@3_failed_list_12", true),
    ("aliyun_import_report/1/2/3/failed_list/1@2@3_failed_list_", false),
    ("p/aliyun_import_report/1_failed_list_1", false), ("", false),
  ]

  @Test("keys of lists are told from other keys of those folders", arguments: names)
  func told(_ row: (key: String, isList: Bool)) {
    #expect(ServiceFolder.isList(ObjectKey(row.key)) == row.isList)
  }
}

import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("the table of all objects")
struct ObjectTableTests {
  /// A row with something in every column.
  private var full: ObjectRow {
    var row = ObjectRow(
      source: ListedObject(
        key: ObjectKey("a b,c"), size: 9, eTag: ETag("listed"), lastModifiedAt: instant(-5),
        storageClass: "STANDARD"),
      destinationKey: ObjectKey("x/a b,c"), list: .completed, proof: .endToEnd, sent: true, attempts: 2,
      bytesSent: 18, startedAt: instant(1), endedAt: instant(2),
      destination: Generation(
        eTag: ETag("AB"), versionID: "v2", size: 9, lastModifiedAt: instant(3)),
      evidence: [
        digest(.crc64xz, 7, .source, .streamed), crc64, digest(.crc32, 255, .destination, .readBack),
      ], requestIDs: ["R1", "R2"], notes: ["no \"acl\"", "=2"], provenAt: instant(4),
      metadata: .differs(["Content-Type: a and b"]))
    row.proofAlgorithm = .crc64xz
    row.tries = 3
    row.judged = Generation(eTag: ETag("judged"), versionID: "v1", size: 9, lastModifiedAt: instant(-4))
    row.overwrote = "different"
    return row
  }

  @Test("a row says everything that is known, in the columns that are documented")
  func columns() throws {
    let record = ObjectTable.record(full)
    #expect(
      record
        == [
          "a%20b%2Cc", "x/a%20b%2Cc", "9", "9", "completed", "verified", "end-to-end", "crc64xz", "", "", "",
          "2", "3", "yes", "18", "2024-03-01T00:00:01.000Z", "2024-03-01T00:00:02.000Z",
          "2024-03-01T00:00:04.000Z", "crc64xz:7:streamed",
          "crc64xz:11051210869376104954:reported crc32:000000ff:read-back", "judged", "v1",
          "2024-02-29T23:59:56.000Z", "STANDARD", "AB", "v2", "2024-03-01T00:00:03.000Z", "different",
          "differs\\u{a}Content-Type: a and b", "\"no \"\"acl\"\"\\u{a}=2\"", "R1\\u{a}R2",
        ].joined(separator: ","))
    let document = try contents(
      Fixtures.folder.deletingLastPathComponent().appendingPathComponent("docs/reports.md").path)
    let section = try #require(document.components(separatedBy: "\n## `objects.csv`").dropFirst().first)
    let table = try #require(section.components(separatedBy: "\n## ").first)
    let documented = table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      line.split(separator: "|")[0].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map {
        String($0.element)
      }
    }
    #expect(documented == ObjectTable.columns)
  }

  @Test(
    "verdict and reason follow from how an object ended",
    arguments: [
      (ListName.error, Optional(ErrorClass.mismatched), "it differs", "mismatched", ""),
      (.error, .missing, "it is not there", "missing", ""),
      (.error, .unverifiable, "size-only: nothing but the size", "unverifiable", "size-only"),
      (.error, .unverifiable, "something: else", "unverifiable", ""),
      (.error, .denied, "size-only: no", "", ""),
      (.skipped, ErrorClass?.none, "excluded: *.tmp", "", "excluded: *.tmp"),
      (.pending, ErrorClass?.none, "", "", ""),
    ])
  func verdicts(
    _ list: ListName, _ errorClass: ErrorClass?, _ message: String, _ verdict: String, _ reason: String
  ) {
    let key = ObjectKey("k")
    let row = ObjectRow(
      source: ListedObject(key: key, size: 1), destinationKey: key, list: list, errorClass: errorClass,
      message: message)
    let cells = ObjectTable.record(row).split(separator: ",", omittingEmptySubsequences: false)
    #expect(cells.count == ObjectTable.columns.count)
    #expect(cells[4...5].map(String.init) == [list.rawValue, verdict])
    #expect(cells[8] == reason && cells[9] == errorClass?.rawValue ?? "")
    #expect(cells[10] == (list == .skipped ? "" : message))
  }

  /// Text that a spreadsheet, a parser or a terminal would obey, or that looks like what this tool makes of it.
  static let hostileTexts = [
    "", "plain", "=1+1", "+1", "-1", "-1-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'", "'=1", "''x", "＝1",
    "－1",
    "a,b", "\"", "\"=1\"", "a\r\nb", "\\", "\\u{a}", "\\\\u{a}", "a\u{0}b", "\u{1B}[31m", "\u{202E}x",
    "é", "e\u{301}", "日本語", "🚢", "\u{FEFF}x", ";=1", " =1", "a; next", "a;b;=1;-2; \"=3\";'@x;", "a;\u{301}b",
    ";", ";\u{FF1D}1",
  ]

  @Test("Python's csv reads every text back by the documented rule, and no cell begins a formula")
  func python() async throws {
    let folder = try TemporaryFolder()
    let keys = try HostileKeys.read().map { ObjectKey($0.key) }
    let rows = keys.map { key in Self.hostileTexts.map { (key, $0) } }.flatMap(\.self)
    let records = rows.map { key, text in
      ObjectTable.record(
        ObjectRow(
          source: ListedObject(key: key, size: 1, storageClass: text), destinationKey: key, list: .error,
          errorClass: .failed, message: text, destination: Generation(versionID: text, size: 1),
          evidence: [], requestIDs: [], notes: [text]))
    }
    let table = "\(folder.path)/objects.csv"
    try Data(([ObjectTable.header] + records).map { "\($0)\r\n" }.joined().utf8).write(
      to: URL(fileURLWithPath: table))
    let program = try Documented.python("undo") + Self.reading
    let said = try await Documented.run(program, [table], in: folder)
    try #require(said.status == 0, "\(said.stderr)")
    let read = try JSONDecoder().decode([[String]].self, from: Data(said.stdout.utf8))
    #expect(read.count == rows.count)
    for (cells, row) in zip(read, rows) {
      #expect(ObjectKey(percentEncoded: cells[0]) == row.0)
      #expect(cells[1...].allSatisfy { Array($0.unicodeScalars) == Array(row.1.unicodeScalars) }, "\(row.1)")
    }
  }

  /// Refuses cells that a spreadsheet takes for formulas, and prints what the rule makes of the others.
  private static let reading = """

    import csv, json, sys
    for delimiter in ",;\\t":
        for cells in csv.reader(open(sys.argv[1], encoding="utf-8", newline=""), delimiter=delimiter):
            for cell in cells:
                cell = cell.strip(' "') if delimiter != "," else cell
                assert cell[:1] not in tuple("=+-@\\uff1d\\uff0b\\uff0d\\uff20") or cell.lstrip("-").isdigit(), cell
    rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline=""), strict=True))
    for row in rows:
        for cell in row.values():
            assert cell[:1] not in tuple("=+-@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20") or cell.lstrip("-").isdigit(), cell
            assert not any(ord(c) < 32 for c in cell), cell
    names = ["source_storage_class", "message", "destination_version_id", "notes"]
    print(json.dumps([[row["key"]] + [undo(row[name]) for name in names] for row in rows]))
    """

  @Test("a row of every hostile key is one line, and its hash is that of the line")
  func lines() async throws {
    let scratch = try ScratchFolder()
    let vectors = try HostileKeys.read()
    let ledger = try await makeLedger(
      in: scratch, vectors.map { (ObjectKey($0.key), .error(.failed, "a\r\nb,\"c\"\n=1")) })
    let files = try await writeReport(ledger: ledger, to: scratch.path + "/out", toolVersion: "0.1.0")
    let lines = try contents(files.objectsCSV).components(separatedBy: "\r\n")
    #expect(lines.count == vectors.count + 2 && lines.last == "")
    #expect(!lines.joined().utf8.contains(10) && !lines.joined().utf8.contains(13))
    let hashes = try contents(scratch.path + "/out/objects.hashes").split(separator: "\n").map(String.init)
    #expect(
      hashes
        == lines.dropFirst().dropLast().map { line in
          "\(MerkleTree.leaf(Array(line.utf8)).hex) \(line.prefix { $0 != "," })"
        })
    #expect(
      lines.dropFirst().dropLast().map { $0.prefix { $0 != "," } }
        == vectors.sorted { ObjectKey($0.key) < ObjectKey($1.key) }.map { Substring($0.machine) })
  }
}

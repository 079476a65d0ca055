import AuditLedger
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

/// The page as a browser and as parsers that are not ours see it.
@Suite("the page in a browser", .timeLimit(.minutes(10)), .serialized) struct BrowserTests {
  let scratch: ScratchFolder
  let folder: TemporaryFolder

  init() throws {
    scratch = try ScratchFolder()
    folder = try TemporaryFolder()
  }

  private func report(_ endings: [(ObjectKey, Ending)], _ name: String) async throws -> ReportFiles {
    let ledger = try await makeLedger(in: scratch, endings)
    let samples = (0..<90).map {
      ThroughputSample(
        at: instant($0), bytes: 3_000_000 + 40_000 * ($0 % 17), objects: $0 % 5, inFlight: 8, retries: 0)
    }
    try await ledger.record(samples)
    try await ledger.record(settings: [RunSetting("require", "auto")], of: 1)
    return try await writeReport(ledger: ledger, to: "\(scratch.path)/\(name)", toolVersion: "0.1.0")
  }

  /// Errors of every class, and texts that want to be markup everywhere.
  private func endings(_ key: (Int, String) -> String, _ text: (String) -> String) throws -> [(
    ObjectKey, Ending
  )] {
    try HostileKeys.read().enumerated().map { index, vector in
      let errorClass = ErrorClass.allCases[index % ErrorClass.allCases.count]
      return (ObjectKey(key(index, vector.key)), .error(errorClass, text(vector.key)))
    }
  }

  private func chromium(_ arguments: [String], _ page: String) async throws -> Finished {
    let program = "/usr/bin/chromium"
    try #require(
      FileManager.default.isExecutableFile(atPath: program),
      "no \(program): scripts/system-packages installs it")
    return try await Subprocess(
      program,
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--no-first-run", "--user-data-dir=\(folder.path)/\(UUID().uuidString)",
      ] + arguments + ["file://\(page)"], in: folder
    ).run()
  }

  private func elements(_ html: String) -> [String] {
    html.split(separator: "<").dropFirst().map { String($0.prefix { !" >".contains($0) }) }
  }

  @Test("no key, message or request id became an element of the document")
  func elements() async throws {
    let hostile = try await report(try endings({ $1 }, { "\($0)<script>alert(1)</script>" }), "hostile")
    let harmless = try await report(try endings({ index, _ in "k\(1000 + index)" }, { _ in "x" }), "harmless")
    let seen = try await chromium(["--dump-dom"], hostile.summaryHTML)
    let plain = try await chromium(["--dump-dom"], harmless.summaryHTML)
    #expect(seen.status == 0 && elements(seen.stdout).count > 200)
    #expect(elements(seen.stdout) == elements(plain.stdout))
    #expect(Set(elements(seen.stdout)).isDisjoint(with: ["script", "img", "iframe", "object", "a", "form"]))
  }

  @Test(
    "the page is drawn, in light and in dark, with the browser's own policy in force",
    arguments: ["light", "dark"])
  func picture(_ scheme: String) async throws {
    let files = try await report(try endings({ $1 }, { $0 }), "picture")
    let path = "\(folder.path)/page.png"
    let preference = scheme == "dark" ? "0" : "1"
    let run = try await chromium(
      [
        "--window-size=1200,2400", "--screenshot=\(path)", "--enable-logging=stderr",
        "--blink-settings=preferredColorScheme=\(preference)",
      ], files.summaryHTML)
    // The console names what a policy refuses.
    #expect(!run.stderr.contains("Content Security Policy"))
    let image = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(image.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // Width and height stand in the first chunk.
    #expect(Array(image[16..<24]) == [0, 0, 4, 176, 0, 0, 9, 96])
    #expect(image.count > 50_000)
  }

  @Test("Python's readers of HTML, JSON and CSV find in the page and the tables what the ledger holds")
  func readers() async throws {
    let vectors = try HostileKeys.read()
    let files = try await report(try endings({ $1 }, { $0 }), "read")
    // The page has the first of each class.
    var counts: [Int: Int] = [:]
    let shown = vectors.enumerated().filter { index, _ in
      counts[index % ErrorClass.allCases.count, default: 0] += 1
      return counts[index % ErrorClass.allCases.count] ?? 0 <= Summary.excerptRows
    }.map { ObjectKey($0.element.key).shown }
    let run = try await Documented.run(
      Self.reading, [scratch.path + "/read"], in: folder)
    let found = try JSONDecoder().decode(Found.self, from: Data(run.stdout.utf8))
    #expect(Set(found.keys).isSuperset(of: shown), "\(run.stderr)")
    #expect(found.total == vectors.count && found.error == vectors.count)
    #expect(found.seconds == 90 && found.bytes == (0..<90).reduce(0) { $0 + 3_000_000 + 40_000 * ($1 % 17) })
    #expect(found.settings == "auto")
    #expect(files.summaryHTML.hasSuffix("/read/summary.html"))
  }

  struct Found: Decodable {
    let keys: [String]
    let total: Int
    let error: Int
    let seconds: Int
    let bytes: Int
    let settings: String
  }

  private static let reading = """
    import csv, html.parser, json, sys
    folder = sys.argv[1]
    class Reader(html.parser.HTMLParser):
        keys, inside = [], False
        def handle_starttag(self, tag, attrs):
            if tag == "bdi":
                self.inside = True
                self.keys.append("")
        def handle_endtag(self, tag):
            if tag == "bdi":
                self.inside = False
        def handle_data(self, data):
            if self.inside:
                self.keys[-1] += data
    reader = Reader()
    reader.feed(open(folder + "/summary.html", encoding="utf-8", newline="").read())
    reader.close()
    summary = json.load(open(folder + "/summary.json", encoding="utf-8"))
    table = {r["name"]: r["value"] for r in csv.DictReader(open(folder + "/summary.csv", encoding="utf-8", newline=""))}
    for name, metric in summary["metrics"].items():
        assert table[name] == ("" if metric["value"] is None else str(metric["value"])) or float(table[name]) == metric["value"], name
    rows = list(csv.DictReader(open(folder + "/throughput.csv", encoding="utf-8", newline="")))
    print(json.dumps({
        "keys": reader.keys, "total": summary["metrics"]["total"]["value"], "error": int(table["error"]),
        "seconds": len(rows), "bytes": sum(int(r["bytes"]) for r in rows),
        "settings": summary["runs"][0]["settings"]["require"]}))
    """
}

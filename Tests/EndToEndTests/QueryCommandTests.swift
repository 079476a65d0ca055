import Foundation
import StorageTesting
import Testing

/// `tranship sql` by the built binary.
@Suite("queries on a ledger", .serialized)
struct QueryCommandTests {
  /// A query of the README with the answer that stands below it.
  private struct Shown {
    var query: String
    var answer: [String]
  }

  private static let command = "tranship sql --ledger demo-run/demo.ledger \""

  private func readme() throws -> [Shown] {
    let text = try String(
      contentsOf: Fixtures.folder.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8)
    return text.components(separatedBy: "```").compactMap { block in
      let lines = block.split(separator: "\n").map(String.init)
      guard let first = lines.first, first.hasPrefix(Self.command), first.hasSuffix("\"") else { return nil }
      return Shown(
        query: String(first.dropFirst(Self.command.count).dropLast()), answer: Array(lines.dropFirst()))
    }
  }

  @Test("the queries of the README give what stands there, on the demo's own ledger")
  func readmeQueries() async throws {
    let folder = try TemporaryFolder()
    let demo = try await Tranship.command(["demo", "--root", "\(folder.path)/demo-run"], in: folder).run()
    try #require(demo.status == 0, "\(demo.stderr)")
    let queries = try readme()
    #expect(queries.count == 5)
    for shown in queries {
      let said = try await Tranship.command(
        ["sql", "--ledger", "\(folder.path)/demo-run/demo.ledger", shown.query], in: folder
      ).run()
      #expect(said.status == 0, "\(said.stderr)")
      let lines = said.stdout.split(separator: "\n").map(String.init)
      // Times are another matter every time: of such an answer only the columns can be compared.
      if shown.query.contains("seconds") {
        #expect(lines.first?.split(separator: " ") == shown.answer.first?.split(separator: " "))
        #expect(lines.count == 5)
      } else {
        let isShortened = shown.answer.last == "…"
        let expected = isShortened ? shown.answer.dropLast() : shown.answer[...]
        #expect(Array(lines.prefix(expected.count)) == Array(expected), "\(shown.query)")
        #expect(isShortened == (lines.count > expected.count), "\(shown.query)")
      }
    }
  }

  /// A ledger with keys that a shell, a spreadsheet and a terminal would stumble over.
  private func ledger(_ folder: TemporaryFolder) async throws -> String {
    for name in ["one", "two"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: false)
    }
    for file in ["a,b.txt", "q\"q", "=1+1", "\u{1B}[31m red", "é"] {
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder.path)/one/\(file)"))
    }
    let moved = try await Tranship.command(
      [
        "migrate", "file://\(folder.path)/one", "file://\(folder.path)/two", "--ledger",
        "\(folder.path)/job.ledger",
      ], in: folder
    ).run()
    try #require(moved.status == 0, "\(moved.stderr)")
    return "\(folder.path)/job.ledger"
  }

  private func ask(_ arguments: [String], _ folder: TemporaryFolder) async throws -> Finished {
    try await Tranship.command(["sql", "--ledger", "\(folder.path)/job.ledger"] + arguments, in: folder).run()
  }

  @Test("rows as a table, as JSON and as CSV, with nothing that a terminal or a parser would obey")
  func formats() async throws {
    let folder = try TemporaryFolder()
    _ = try await ledger(folder)
    let query =
      "SELECT key, CAST(key AS TEXT) AS text, size, NULL AS none, '' AS empty, 1.5 AS real FROM objects ORDER BY key"
    let table = try await ask([query], folder)
    #expect(
      table.stdout == """
        key              text            size  none  empty  real
        ---------------  --------------  ----  ----  -----  ----
        %1B%5B31m%20red  \\u{1b}[31m red     1  NULL          1.5
        %3D1%2B1         =1+1               1  NULL          1.5
        a%2Cb.txt        a,b.txt            1  NULL          1.5
        q%22q            q"q                1  NULL          1.5
        %C3%A9           é                  1  NULL          1.5

        """)
    let csv = try await ask(["--csv", query], folder)
    #expect(
      csv.stdout
        == [
          "key,text,size,none,empty,real", "%1B%5B31m%20red,\u{1B}[31m red,1,,\"\",1.5",
          "%3D1%2B1,=1+1,1,,\"\",1.5",
          "a%2Cb.txt,\"a,b.txt\",1,,\"\",1.5", "q%22q,\"q\"\"q\",1,,\"\",1.5", "%C3%A9,é,1,,\"\",1.5", "",
        ].joined(separator: "\r\n"))
    let json = try await ask(["--json", query], folder)
    #expect(
      json.stdout.hasPrefix(
        "{\"key\":\"%1B%5B31m%20red\",\"text\":\"\\u001b[31m red\",\"size\":1,\"none\":null,"))
    struct Row: Decodable {
      var key, text, empty: String
      var size: Int
      var real: Double
    }
    let rows = try json.stdout.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
    #expect(rows.map(\.text) == ["\u{1B}[31m red", "=1+1", "a,b.txt", "q\"q", "é"])
  }

  @Test(
    "wrong usage is named",
    arguments: [
      (["DELETE FROM outcome"], "it would write"), (["SELECT 1; SELECT 2"], "a second one"),
      (["SELECT nope FROM objects"], "no such column: nope at column 8"), ([], "give a query or --views"),
      (["--views", "SELECT 1"], "give a query or --views"),
      (["--json", "--csv", "SELECT 1"], "--json or --csv"),
    ])
  func usage(_ arguments: [String], _ words: String) async throws {
    let folder = try TemporaryFolder()
    _ = try await ledger(folder)
    let said = try await ask(arguments, folder)
    #expect(said.status == 64 && said.stdout.isEmpty && said.stderr.contains(words), "\(said.stderr)")
  }

  @Test("a signal ends a query that does not end, and the views are listed for people and programs")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    _ = try await ledger(folder)
    let views = try await ask(["--views"], folder)
    #expect(views.status == 0 && views.stdout.contains("conservation: the law total = completed + error"))
    let asJSON = try await ask(["--views", "--json"], folder)
    #expect(asJSON.stdout.contains("{\"columns\":[\"list\",\"objects\",\"bytes\"],\"meaning\":"))
    let none = try await Tranship.command(
      ["sql", "--ledger", "\(folder.path)/none.ledger", "SELECT 1"], in: folder
    ).run()
    #expect(none.status == 2 && none.stderr.contains("there is no ledger"))
    let endless = try Tranship.command(
      [
        "sql", "--ledger", "\(folder.path)/job.ledger", "--json",
        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
      ], in: folder
    ).start()
    // Rows are on their way as soon as the program listens to signals.
    try endless.sendOnFirstOutput(SIGINT)
    let ended = try await endless.finish()
    #expect(ended.status == 130 && ended.stderr.contains("stopped"), "\(ended.stderr)")
    #expect(ended.stdout.hasPrefix("{\"x\":1}\n{\"x\":2}\n") && ended.stdout.hasSuffix("}\n"))
  }
}

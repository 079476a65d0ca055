import Foundation
import ObjectStorage
import Synchronization
import Testing

@testable import AuditLedger

/// What a query gave, gathered from the ledger's thread.
private final class Answer: Sendable {
  private let state = Mutex<(columns: [String], rows: [[QueryValue]])>(([], []))
  private let limit: Int

  init(limit: Int = .max) { self.limit = limit }

  var columns: [String] { state.withLock { $0.columns } }
  var rows: [[QueryValue]] { state.withLock { $0.rows } }

  func ask(_ ledger: Ledger, _ sql: String) async throws(LedgerError) {
    try await ledger.query(sql) { names in
      self.state.withLock { $0.columns = names }
    } row: { values in
      self.state.withLock { state in
        state.rows.append(values)
        return state.rows.count < self.limit
      }
    }
  }
}

@Suite struct QueryTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func ledger() async throws -> Ledger {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b"])
    try await ledger.record(failed(ObjectKey("b"), .denied))
    return ledger
  }

  @Test("a query gives its columns and rows as they are stored")
  func values() async throws {
    let ledger = try await ledger()
    let answer = Answer()
    try await answer.ask(
      ledger, "SELECT key, size, NULL AS n, 0.5 AS half, '' AS e, x'' AS b FROM objects ORDER BY key; -- done"
    )
    #expect(answer.columns == ["key", "size", "n", "half", "e", "b"])
    #expect(
      answer.rows
        == ["a", "b"].map { key in
          [.bytes(Array(key.utf8)), .integer(10), .null, .real(0.5), .text(""), .bytes([])]
        })
    await ledger.close()
  }

  @Test(
    "what reads is let through",
    arguments: [
      "SELECT * FROM conservation", "  select 1 ;; /* nothing */ -- more", "VALUES (1), (2)",
      "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5) SELECT x FROM c",
      "EXPLAIN QUERY PLAN SELECT * FROM objects", "PRAGMA table_info(objects)", "PRAGMA user_version",
      "SELECT name FROM pragma_table_info('lists')", "SELECT value FROM json_each('[1,2]')",
    ])
  func readings(_ sql: String) async throws {
    let ledger = try await ledger()
    let answer = Answer()
    try await answer.ask(ledger, sql)
    #expect(!answer.rows.isEmpty)
    await ledger.close()
  }

  @Test(
    "what is not exactly one query is refused, by name, and changes nothing",
    arguments: [
      ("DELETE FROM outcome", "would write"), ("UPDATE job SET name = 'x'", "would write"),
      ("INSERT INTO sample VALUES (1, 2, 3)", "would write"), ("DROP VIEW objects", "would write"),
      ("CREATE TEMP TABLE x (a)", "would write"), ("WITH x AS (SELECT 1) DELETE FROM outcome", "would write"),
      ("EXPLAIN DELETE FROM outcome", "would write"), ("VACUUM", "would write"),
      ("VACUUM INTO '/tmp/never'", "would write"), ("REINDEX", "would write"), ("ANALYZE", "would write"),
      ("CREATE VIRTUAL TABLE x USING fts5(a)", "would write"),
      ("ATTACH '/tmp/never' AS x", "another file"), ("DETACH main", "another file"),
      ("BEGIN", "no query"), ("SAVEPOINT x", "no query"), ("COMMIT", "no query"),
      ("PRAGMA user_version = 9", "pragma"), ("PRAGMA query_only = 0", "pragma"),
      ("PRAGMA writable_schema = 1", "pragma"), ("PRAGMA journal_mode = DELETE", "pragma"),
      ("PRAGMA wal_checkpoint", "pragma"), ("SELECT * FROM pragma_query_only", "pragma"),
      ("SELECT load_extension('x')", "load_extension"),
      ("UPDATE sqlite_schema SET sql = ''", "may not be modified"),
      ("SELECT 1; SELECT 2", "second one"), ("SELECT 1; DROP TABLE outcome", "second one"),
      ("SELECT 1; nonsense", "second one"), ("", "there is none"), (" ; -- x", "there is none"),
      ("SELECT ?1", "parameters"), ("SELECT 1\0", "NUL"),
    ])
  func refused(_ sql: String, _ words: String) async throws {
    let ledger = try await ledger()
    let before = try await ledger.tally()
    let answer = Answer()
    let error = await #expect(throws: LedgerError.self) { try await answer.ask(ledger, sql) }
    #expect(error?.code == .refusedQuery && error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(answer.rows.isEmpty)
    #expect(try await ledger.tally() == before)
    #expect(try await ledger.views().map(\.name).contains("objects"))
    await ledger.close()
  }

  @Test(
    "an error of SQL says where it is, and where the views are described",
    arguments: [
      ("SELEC 1", "near \"SELEC\": syntax error at column 1;"), ("SELECT nope FROM objects", "at column 8;"),
      ("SELECT 'é',\n  nope FROM objects", "at line 2, column 3;"),
      ("SELECT * FROM nowhere", "no such table: nowhere"),
      ("SELECT \"a\u{1B}[31m\"", "a\\u{1b}[31m"), ("SELECT abs(-9223372036854775808)", "integer overflow"),
    ])
  func wrong(_ sql: String, _ words: String) async throws {
    let ledger = try await ledger()
    let error = await #expect(throws: LedgerError.self) { try await Answer().ask(ledger, sql) }
    #expect(error?.code == .refusedQuery && error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("docs/ledger.md") == true)
    await ledger.close()
  }

  private static let endless =
    "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"

  @Test("rows come one by one, and a reader that has enough ends the query")
  func enough() async throws {
    let ledger = try await ledger()
    let answer = Answer(limit: 3)
    try await answer.ask(ledger, Self.endless)
    #expect(answer.rows == [[.integer(1)], [.integer(2)], [.integer(3)]])
    await ledger.close()
  }

  @Test("a cancelled task ends a query that would never end, with rows and without")
  func cancelled() async throws {
    let ledger = try await ledger()
    for sql in [Self.endless, "SELECT count(*) FROM (\(Self.endless))"] {
      let task = Task {
        try await ledger.query(sql) { _ in
        } row: { _ in
          true
        }
      }
      task.cancel()
      let error = await #expect(throws: LedgerError.self) { try await task.value }
      #expect(error?.code == .interrupted)
    }
    await ledger.close()
  }

  @Test("a query sees a ledger that a run writes to, and needs no lock")
  func besideAWriter() async throws {
    let writer = try await ledger()
    let reader = try await Ledger.open(folder.ledger, .read)
    let answer = Answer()
    try await answer.ask(reader, "SELECT error FROM conservation")
    #expect(answer.rows == [[.integer(1)]])
    await reader.close()
    await writer.close()
  }

  @Test("every view is listed with its columns, and has a meaning and a place in the documentation")
  func views() async throws {
    let ledger = try await ledger()
    let views = try await ledger.views()
    #expect(views.first { $0.name == "lists" }?.columns == ["list", "objects", "bytes"])
    let document = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/ledger.md"), encoding: .utf8)
    for view in views {
      #expect(!view.meaning.isEmpty && !view.columns.isEmpty, "\(view.name)")
      #expect(document.contains("### `\(view.name)`"), "\(view.name)")
    }
    #expect(Set(LedgerSchema.viewMeanings.keys) == Set(views.map(\.name)))
    await ledger.close()
  }
}

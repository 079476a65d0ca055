import ArgumentParser
import AuditLedger
import Synchronization

struct RunQuery: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sql",
    abstract: "Runs one SQL query on a ledger, which it cannot change.",
    discussion: """
      EXAMPLES
        tranship sql --ledger shop.ledger --views
        tranship sql --ledger shop.ledger "\(Ledger.queryExamples.errors)"
        tranship sql --ledger shop.ledger --csv "\(Ledger.queryExamples.sizes)" > errors.csv

      The views are public and documented in docs/ledger.md; tables may change. Never waits for a run and never
      disturbs one. Keys and other bytes are shown percent-encoded. Rows are written as they come.

      EXIT STATUS
        0    the answer was written
        2    the ledger cannot be read
        64   wrong usage: not exactly one query, or one that SQLite refuses
        130  stopped by SIGINT, SIGTERM or SIGHUP
      """)

  @Option(help: "The file that holds the job.")
  var ledger: String
  @Flag(help: "Lists the views with their columns, and what they show.")
  var views = false
  @Flag(help: "Prints one JSON object a row.")
  var json = false
  @Flag(help: "Prints CSV after RFC 4180, with a header.")
  var csv = false
  @Argument(help: "One SELECT, or another statement that only reads.")
  var query: String?

  func validate() throws {
    if views == (query != nil) { throw ValidationError("give a query or --views, and not both") }
    if json && csv { throw ValidationError("give --json or --csv, and not both") }
    if views && csv { throw ValidationError("--views has no --csv; ask for --json") }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await withLedger(ledger, .read) { opened in
        let stream = ResultStream()
        if let query { try await answer(query, opened, stream) } else { try await list(opened, stream) }
        stream.flush()
        return .completed
      }
    }
  }

  private func answer(_ query: String, _ ledger: Ledger, _ stream: ResultStream) async throws {
    let printer = RowPrinter(format, stream)
    let task = Task {
      try await ledger.query(query) {
        printer.begin($0)
      } row: {
        printer.row($0)
      }
    }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    do {
      try await task.value
    } catch {
      // What came before the trouble is true.
      printer.end(isWhole: false)
      stream.flush()
      throw error
    }
    printer.end(isWhole: true)
  }

  private var format: any RowFormat {
    if json { return JSONRows() }
    return csv ? CSVRows() : TableRows()
  }

  private func list(_ ledger: Ledger, _ stream: ResultStream) async throws {
    for view in try await ledger.views() {
      let line =
        json
        ? "{\"columns\":[\(view.columns.map(JSONText.string).joined(separator: ","))],"
          + "\"meaning\":\(JSONText.string(view.meaning)),\"view\":\(JSONText.string(view.name))}\n"
        : "\(view.name)\(view.meaning.isEmpty ? "" : ": \(view.meaning)")\n    \(view.columns.joined(separator: ", "))\n"
      guard stream.write(line) else { return }
    }
  }
}

/// Writes rows in a format as the ledger's thread gives them.
private final class RowPrinter: Sendable {
  private let format: Mutex<any RowFormat>
  private let stream: ResultStream

  init(_ format: any RowFormat, _ stream: ResultStream) {
    self.format = Mutex(format)
    self.stream = stream
  }

  func begin(_ columns: [String]) { _ = stream.write(format.withLock { $0.begin(columns) }) }

  func row(_ values: [QueryValue]) -> Bool { stream.write(format.withLock { $0.row(values) }) }

  func end(isWhole: Bool) { _ = stream.write(format.withLock { $0.end(isWhole: isWhole) }) }
}

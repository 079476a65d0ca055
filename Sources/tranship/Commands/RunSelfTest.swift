import ArgumentParser
import Foundation
import ObjectStorage

struct RunSelfTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Shows on this machine, in about a minute, that faults are caught.",
    discussion: """
      EXAMPLES
        tranship selftest
        tranship selftest --seed 7 --json
        tranship selftest --row 16 --keep

      Runs `tranship migrate` against embedded stores on 127.0.0.1 whose answers go wrong, one fault a row. Every row is
      judged by what is in the files of both stores, by SHA-256, and by the lists as text, never by what the run says of
      itself. Nothing leaves the machine, and no credentials are read. A row that is wrong is named with what was
      expected, what was got, and the command that runs it again.

      EXIT STATUS
        0    every row is as it has to be
        1    some are not
        2    it could not run: no port, no space
        64   wrong usage
        130  stopped by SIGINT, SIGTERM or SIGHUP
      """)

  @Option(help: "Decides the bytes of the objects and where faults strike.")
  var seed: UInt32 = 1
  @Option(help: ArgumentHelp("Only this row, by its number.", valueName: "number"))
  var row: Int?
  @Flag(help: "One JSON object a row.")
  var json = false
  @Flag(help: "A Markdown table without figures that vary.")
  var markdown = false
  @Flag(help: "Keep the folder with stores, ledgers and reports; its path is the last line on stderr.")
  var keep = false

  func validate() throws {
    if json, markdown { throw ValidationError("--json and --markdown: choose one of them") }
    let rows = SelfTestRow.all.count
    if let row, !(1...rows).contains(row) { throw ValidationError("--row: there are rows 1 to \(rows)") }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let task = Task { try await test(console) }
      let signals = SignalWatch { task.cancel() }
      defer { withExtendedLifetime(signals) {} }
      do {
        return try await task.value
      } catch is CancellationError {
        return .interrupted
      } catch let error as StorageError {
        throw error
      } catch {
        console.note("tranship: the self-test could not run: \(shownSafely("\(error)"))")
        return .stopped
      }
    }
  }

  private func test(_ console: Console) async throws -> ExitStatus {
    let folder = try SelfTestFolder(keeps: keep)
    defer { folder.leave(console) }
    let test = SelfTest(program: ProgramRun.ownPath, seed: UInt64(seed), folder: folder.path, keeps: keep)
    let began = ContinuousClock.now
    var results: [SelfTestResult] = []
    if markdown { console.result(SelfTestText.markdownHead) }
    try await test.run(only: row) { number, result in
      results.append(result)
      console.result(try text(number, result))
    }
    if !json, !markdown {
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      console.result(SelfTestText.summary(results, seed: test.seed, seconds: seconds))
    }
    return results.allSatisfy(\.objections.isEmpty) ? .completed : .errors
  }

  private func text(_ number: Int, _ result: SelfTestResult) throws -> String {
    if json { return try SelfTestText.json(number, result, seed: UInt64(seed)) }
    return markdown
      ? SelfTestText.markdown(result) : SelfTestText.lines(number, result, seed: UInt64(seed))
  }
}

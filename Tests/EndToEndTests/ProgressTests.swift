import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("progress and the end of runs, by the built binary", .timeLimit(.minutes(5)))
struct ProgressTests {
  @Test("on a terminal one block says what is done, how fast, what is in flight and what is proven")
  func terminal() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 40)
    let command = ([Tranship.path] + harbour.migration()).joined(separator: " ")
    // A pseudo terminal is what makes the difference; `script` gives one.
    let run = try await Subprocess(
      "/usr/bin/script", ["--quiet", "--return", "--command", command, "/dev/null"],
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout)")
    for words in ["copy: ", " objects, ", "rate: ", " left", "now:  ", " in flight of ", "\u{1b}[J"] {
      #expect(run.stdout.contains(words), "\(words) in \(run.stdout)")
    }
    await harbour.stop()
  }

  @Test("with --json every object is a line, and nothing else is")
  func json() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 5)
    let run = try await Tranship.command(
      harbour.migration() + ["--json"], environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stderr)")
    let events = try run.stdout.split(separator: "\n").map {
      try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
    }
    #expect(events.allSatisfy { $0["event"] == "object" && $0["list"] == "completed" })
    #expect(Set(events.compactMap { $0["key"] }) == Set(written.keys) && events.count == written.count)
    await harbour.stop()
  }

  @Test("a watch sees a run, and ends when the run was killed")
  func watched() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 20)
    let stuck = try SilentServer()
    let arguments = harbour.migration().map { $0 == harbour.oss.endpoint ? stuck.endpoint : $0 }
    let run = Tranship.command(arguments, environment: harbour.environment, in: harbour.folder)
    try run.start()
    await stuck.waitForConnection()
    #expect(try await harbour.status().state == "running")
    let watch = Tranship.command(
      ["status", "--ledger", "job.ledger", "--watch", "--interval", "0.1"], in: harbour.folder)
    try watch.start()
    run.send(SIGKILL)
    #expect(try await run.finish().status == -SIGKILL)
    let seen = try await watch.finish()
    #expect(seen.status == 0 && seen.stdout.contains("killed"), "\(seen)")
    #expect(try await harbour.status().total == written.count)
    stuck.stop()
    await harbour.stop()
  }

  @Test("a store that never answers does not hold a run that is asked to end")
  func interrupted() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 5)
    let stuck = try SilentServer()
    let arguments = harbour.migration().map { $0 == harbour.oss.endpoint ? stuck.endpoint : $0 }
    let run = Tranship.command(arguments, environment: harbour.environment, in: harbour.folder)
    try run.start()
    await stuck.waitForConnection()
    run.send(SIGINT)
    let ended = try await run.finish()
    #expect(ended.status == 130 && ended.stderr.contains("run the same command again"), "\(ended)")
    #expect(try await harbour.status().state == "stopped")
    stuck.stop()
    await harbour.stop()
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("output that nobody reads or that has no place", .timeLimit(.minutes(10)))
struct LostOutputTests {
  /// Runs the program through a shell; `%` stands for its path and arguments.
  private func shell(
    _ text: String, _ arguments: [String], _ harbour: Harbour
  ) async throws -> Finished {
    let words = ([Tranship.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try await Subprocess(
      "/bin/sh", ["-c", text.replacingOccurrences(of: "%", with: words)], environment: harbour.environment,
      in: harbour.folder
    ).run()
  }

  @Test(
    "a migration whose output has no reader or no place moves everything and writes into no file that it opens",
    arguments: [
      "% --json | head -1; exit", "exec % >&-", "exec % 2>&-", "exec % <&- >&- 2>&-", "exec % 2>/dev/full",
    ])
  func migration(_ text: String) async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 12)
    let run = try await shell(text, harbour.migration(), harbour)
    #expect(run.status == 0, "\(run.stderr)")
    #expect(try await harbour.status().completed == written.count)
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    let lock = try String(contentsOfFile: "\(harbour.folder.path)/job.ledger.lock", encoding: .utf8)
    #expect(lock.utf8.allSatisfy { (48...57).contains($0) || $0 == 10 }, "\(lock)")
    let checked = try await Tranship.command(
      ["report", "check", "\(harbour.folder.path)/reports/job/1"], in: harbour.folder
    ).run()
    #expect(checked.status == 0, "\(checked.stdout) \(checked.stderr)")
    await harbour.stop()
  }

  @Test("a reader that leaves early is no error, results that a full disk swallows are")
  func results() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 3)
    let moved = try await shell("exec %", harbour.migration(), harbour)
    #expect(moved.status == 0, "\(moved.stderr)")
    let ledger = ["--ledger", "\(harbour.folder.path)/job.ledger"]
    for command in [
      ["sql"] + ledger + ["SELECT * FROM objects"], ["status"] + ledger, ["policy", "s3", "s3://from"],
    ] {
      let full = try await shell("exec % > /dev/full", command, harbour)
      #expect(full.status == 2, "\(command): \(full.status) \(full.stderr)")
      #expect(full.stderr.contains("cannot be written to stdout: no space left on device"), "\(full.stderr)")
      let left = try await shell("{ %; echo status $? >&2; } | true", command, harbour)
      #expect(left.stderr.contains("status 0"), "\(command): \(left.stderr)")
    }
    await harbour.stop()
  }
}

import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

@Suite("ledgers that others hold or that may not be written", .timeLimit(.minutes(5)))
struct LedgerAccessTests {
  /// Another user can be taken, and may run the program where it was built.
  static let canBeOther =
    geteuid() == 0
    && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
    && Self.shell(
      "exec setpriv --reuid=65534 --regid=65534 --clear-groups '\(Tranship.path)' --version >/dev/null 2>&1")

  private static func shell(_ text: String) -> Bool { text.withCString { system($0) } == 0 }

  @Test(
    "a folder or file that this user may not write is named, with the next step, and stays as it is",
    .enabled(if: Self.canBeOther, "needs to be root, setpriv, and a program that others may run"),
    arguments: [(folder: 0o555, file: 0o644), (folder: 0o777, file: 0o444), (folder: 0o777, file: 0o000)])
  func readOnly(folder: Int, file: Int) async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 1)
    let place = "\(harbour.folder.path)/place"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    let arguments = harbour.migration(ledger: "place/job.ledger")
    let made = try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder)
      .run()
    #expect(made.status == 0, "\(made.stderr)")
    for suffix in ["-wal", "-shm", ".lock"] { unlink("\(place)/job.ledger\(suffix)") }
    let before = try Data(contentsOf: URL(fileURLWithPath: "\(place)/job.ledger"))
    chmod("\(place)/job.ledger", mode_t(file))
    chmod(place, mode_t(folder))
    chmod(harbour.folder.path, 0o755)
    let words = ([Tranship.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let run = try await Subprocess(
      "/bin/sh", ["-c", "exec setpriv --reuid=65534 --regid=65534 --clear-groups \(words)"],
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 2, "\(run.status) \(run.stderr)")
    #expect(run.stderr.contains("job.ledger") && run.stderr.contains("check"), "\(run.stderr)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: "\(place)/job.ledger")) == before)
    await harbour.stop()
  }
}

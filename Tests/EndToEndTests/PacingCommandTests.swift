import Dispatch
import Foundation
import Glibc
import StorageTesting
import Testing

/// Limits and windows, by the built binary.
@Suite("the pace of a migration", .serialized)
struct PacingCommandTests {
  private func folder(bytes: Int) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["from", "into"] {
      try FileManager.default.createDirectory(
        at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for index in 0..<4 {
      try Data(patternedBytes(bytes / 4, seed: UInt64(index))).write(
        to: folder.url.appendingPathComponent("from/\(index)"))
    }
    return folder
  }

  private func migration(_ folder: TemporaryFolder, _ options: [String]) -> Subprocess {
    Tranship.command(
      [
        "migrate", "file://\(folder.path)/from", "file://\(folder.path)/into", "--ledger",
        "\(folder.path)/job.ledger",
      ] + options, environment: ["TZ": "Asia/Shanghai"], in: folder)
  }

  @Test("a limit holds, and a run says what it keeps to and whose time that is")
  func bandwidth() async throws {
    let folder = try folder(bytes: 2 << 20)
    let startedAt = ContinuousClock.now
    let run = try await migration(
      folder, ["--bandwidth", "00:00-24:00=1MiB/s", "--requests-per-second", "1000", "--concurrency", "2"]
    ).run()
    #expect(run.status == 0, "\(run.stderr)")
    #expect(ContinuousClock.now - startedAt > .milliseconds(1900))
    #expect(
      run.stderr.contains(
        "pacing: bandwidth 00:00-24:00=1MiB/s; requests per second 1000, each side; times of the day are "
          + "Asia/Shanghai, the machine's"), "\(run.stderr)")
  }

  @Test("outside its window a run says when it goes on, and a signal ends it at once")
  func window() async throws {
    let folder = try folder(bytes: 4096)
    // Two hours from now, for an hour, in UTC.
    let hour = Int(Date().timeIntervalSince1970) / 3600 % 24
    func text(_ hour: Int) -> String { (hour % 24 < 10 ? "0" : "") + "\(hour % 24):00" }
    let window = "\(text(hour + 2))-\(text(hour + 3))"
    // What the run says comes through a pipe, so that the test hears of it without looking again and again.
    let pipe = "\(folder.path)/said"
    try #require(mkfifo(pipe, 0o600) == 0)
    let command =
      "exec '\(Tranship.path)' migrate 'file://\(folder.path)/from' 'file://\(folder.path)/into' "
      + "--ledger '\(folder.path)/job.ledger' --window \(window) --time-zone UTC 2>said"
    let run = try Subprocess("/bin/sh", ["-c", command], in: folder).start()
    let said = await heard(from: pipe, until: "goes on at")
    run.send(SIGINT)
    let ended = try await run.finish()
    #expect(ended.status == 130)
    #expect(said.contains("objects are begun at \(window); times of the day are UTC"), "\(said)")
    #expect(said.contains("outside the window \(window) (UTC); goes on at"), "\(said)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/into").isEmpty)

    let open = try await migration(folder, ["--window", "00:00-24:00"]).run()
    #expect(open.status == 0 && !open.stderr.contains("outside"), "\(open.stderr)")
  }

  /// What comes through a pipe up to some words, or to its end.
  private func heard(from pipe: String, until words: String) async -> String {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        let descriptor = open(pipe, O_RDONLY)
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 4096)
        while !text.contains(words) {
          let count = read(descriptor, &bytes, bytes.count)
          guard count > 0 else { break }
          text += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        // The pipe stays open: the run goes on writing to it until it ends.
        continuation.resume(returning: text)
      }
    }
  }
}

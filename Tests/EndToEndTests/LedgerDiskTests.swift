import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

@Suite("the disk of the ledger fails under the built binary", .serialized, .timeLimit(.minutes(10)))
struct LedgerDiskTests {
  /// The first writes make the ledger, later ones hold what was copied.
  static let moments: [FaultyDisk.Fault: [Int]] = [
    .kill: [1, 6, 13, 34, 55], .torn: [5, 40], .powerCut: [9, 30, 70], .eio: [2, 12], .enospc: [3, 60],
    .onceEIO: [20],
  ]

  @Test(
    "whenever a write to it fails or the process dies in one, nothing recorded is lost and the next run ends it",
    .enabled(if: FaultyDisk.isPossible, "needs a C compiler"), arguments: FaultyDisk.Fault.allCases)
  func fails(_ fault: FaultyDisk.Fault) async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fillCrossing()
    let disk = try await FaultyDisk(in: harbour.folder)
    for number in Self.moments[fault] ?? [] {
      let round: Comment = "\(fault) at write \(number)"
      let bucket = "\(fault.rawValue)-\(number)"
      try harbour.oss.createBucket(bucket)
      let arguments = harbour.migration(ledger: "\(bucket).ledger").map {
        $0 == "oss://into" ? "oss://\(bucket)" : $0
      }
      let broken = try await Tranship.command(
        arguments,
        environment: harbour.environment.merging(disk.environment(fault, at: number)) { $1 },
        in: harbour.folder
      ).run()
      expect(broken, fault, round)
      let puts = try harbour.oss.contents(of: bucket).count
      let again = try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder)
        .run()
      #expect(again.status == 0, "\(round): \(again.stdout) \(again.stderr)")
      let status = try await harbour.status(ledger: "\(bucket).ledger")
      #expect(status.completed == written && status.total == written, round)
      #expect(try harbour.oss.contents(of: bucket).count == written, round)
      #expect(puts <= written, round)
      #expect(try harbour.oss.openUploads(of: bucket).isEmpty, round)
    }
    await harbour.stop()
  }

  private func expect(_ run: Finished, _ fault: FaultyDisk.Fault, _ round: Comment) {
    let said: Comment = "\(round): \(run.status) \(run.stdout) \(run.stderr)"
    switch fault {
    case .kill, .torn, .powerCut: #expect(run.status == -SIGKILL, said)
    case .eio:
      #expect(run.status == 2, said)
      #expect(run.stderr.contains("the disk of the ledger") && run.stderr.contains("run again"), said)
    case .enospc:
      #expect(run.status == 2, said)
      // A sync that finds no space is an error of the disk to SQLite.
      #expect(run.stderr.contains("free some space") || run.stderr.contains("the disk of the ledger"), said)
    case .onceEIO: #expect(run.status == 2 || run.status == 0, said)
    }
  }

  @Test("a limit on the size of files ends a run as a full disk does, and not by a signal")
  func fileSize() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fillCrossing()
    let words = ([Tranship.path] + harbour.migration()).map { "'\($0)'" }.joined(separator: " ")
    let limited = try await Subprocess(
      "/bin/sh", ["-c", "ulimit -f 200; exec \(words)"], environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(limited.status == 2, "\(limited.status) \(limited.stderr)")
    #expect(limited.stderr.contains("job.ledger"), "\(limited.stderr)")
    let again = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(again.status == 0, "\(again.stderr)")
    #expect(try await harbour.status().completed == written)
    await harbour.stop()
  }

  @Test("64 open files are enough")
  func openFiles() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 60)
    let words = ([Tranship.path] + harbour.migration()).map { "'\($0)'" }.joined(separator: " ")
    // Files of the process that runs the tests may have come along with the shell, and count.
    let closing = "for n in $(ls /proc/$$/fd); do [ $n -gt 2 ] && eval \"exec $n>&-\"; done"
    let limited = try await Subprocess(
      "/bin/bash", ["-c", "\(closing); ulimit -n 64; exec \(words)"], environment: harbour.environment,
      in: harbour.folder
    ).run()
    #expect(limited.status == 0, "\(limited.stdout) \(limited.stderr)")
    #expect(try await harbour.status().completed == written.count)
    await harbour.stop()
  }
}

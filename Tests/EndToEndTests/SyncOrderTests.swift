import DevStore
import Foundation
import StorageTesting
import Testing

@Suite("what the built binary writes is on the disk before it has its name", .timeLimit(.minutes(10)))
struct SyncOrderTests {
  @Test(
    "objects in a directory, small and in parts, and the files of the report",
    .enabled(if: FaultyDisk.isPossible, "needs a C compiler"))
  func order() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fillCrossing()
    let disk = try await FaultyDisk(in: harbour.folder)
    let log = harbour.folder.path + "/calls"
    let target = harbour.folder.path + "/target"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    let run = try await Tranship.command(
      harbour.migration().map { $0 == "oss://into" ? "file://\(target)" : $0 } + [
        "--output", harbour.folder.path + "/report",
      ],
      environment: harbour.environment.merging(disk.environment(log: log)) { $1 }, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    await harbour.stop()

    let calls = try FaultyDisk.calls(in: log)
    func isIn(_ folder: String) -> (FaultyDisk.Call) -> Bool {
      { $0.kind == .name && $0.path.contains("/\(folder)/") && !$0.path.contains("/.tranship") }
    }
    #expect(calls.filter(isIn("target")).count == written)
    #expect(calls.filter(isIn("report")).count >= 4)
    for (place, call) in calls.enumerated() where isIn("target")(call) || isIn("report")(call) {
      let before = calls[..<place].filter { $0.file == call.file }
      // A file that is empty is written by nobody.
      #expect(before.last?.kind == .sync, "\(call.path) got its name after \(before.suffix(3))")
      let folder = (call.path as NSString).deletingLastPathComponent
      #expect(
        calls[place...].contains {
          $0.kind == .sync && $0.path == folder
        },
        "the name \(call.path) was not brought to the disk")
    }
  }
}

import ArgumentParser
import Foundation
import ObjectStorage

extension DemoData.Scale: ExpressibleByArgument {}

struct ShowDemo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Shows the whole story on two embedded stores; the last line is the path of the report.",
    discussion: """
      EXAMPLES
        tranship demo
        tranship demo --scale full --root /var/tmp/demo
        tranship demo --bandwidth 2MiB/s

      Migrates 110 order files and some awkward objects from S3 to OSS, shows the one that is archived in the error
      list, restores it, and retries only that one. small: 0.7 MB a file. full: 68 MB a file, 7.3 GiB in all, and
      twice that on disk.

      \(ExitStatus.help)
      """)

  @Option(help: "small or full.")
  var scale: DemoData.Scale = .small
  @Option(help: "The folder of the demo; begun anew by every run.")
  var root = "demo-run"
  @Option(
    help: ArgumentHelp(
      "Bytes that are read from the source, a second, for watching how it goes: 2MiB/s.", valueName: "rate"))
  var bandwidth: String?

  func validate() throws {
    do {
      _ = try bandwidth.map { text throws(StorageError) in try Timetable(bandwidth: text) }
    } catch {
      throw ValidationError("--bandwidth: \(error.message)")
    }
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      try await DemoRun(
        scale: scale, root: URL(fileURLWithPath: root).standardizedFileURL.path, console: console,
        bandwidth: try bandwidth.map { try Timetable(bandwidth: $0) }
      ).run()
    }
  }
}

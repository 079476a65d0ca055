import Foundation
import StorageTesting
import Testing

/// What `docs/reports.md` tells an auditor to run.
enum Documented {
  private static var root: URL { Fixtures.folder.deletingLastPathComponent() }

  /// The block of Python that defines or begins with a word.
  static func python(_ word: String) throws -> String {
    let text = try String(contentsOf: root.appendingPathComponent("docs/reports.md"), encoding: .utf8)
    let blocks = text.components(separatedBy: "```python\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    return try #require(blocks.first { $0.contains("def \(word)(") }, "no block of Python has \(word)")
  }

  /// Runs a program with the Python of the tests.
  static func run(_ program: String, _ arguments: [String], in folder: TemporaryFolder) async throws
    -> Finished
  {
    let python = root.appendingPathComponent(".venv/bin/python").path
    try #require(
      FileManager.default.isExecutableFile(atPath: python), "no \(python): `make test` prepares it")
    return try await Subprocess(python, ["-c", program] + arguments, in: folder).run()
  }
}

import Foundation
import StorageTesting
import Testing

/// The sample that the repository shows, written again.
@Suite("the sample report") struct SampleReportTests {
  @Test(
    "the demo's ledger gives the report that stands in reports/demo, byte for byte, and that report fits its seal"
  )
  func sample() async throws {
    let folder = try TemporaryFolder()
    let sample = Fixtures.folder.deletingLastPathComponent().appendingPathComponent("reports/demo").path
    let packed = Fixtures.folder.appendingPathComponent("demo.ledger.gz").path
    let ledger = "\(folder.path)/demo.ledger"
    try FileManager.default.copyItem(atPath: packed, toPath: "\(ledger).gz")
    try #require(try await Subprocess("/usr/bin/gunzip", ["\(ledger).gz"], in: folder).run().status == 0)

    let written = try await Tranship.command(
      ["report", "--ledger", "demo.ledger", "--output", "again"], in: folder
    ).run()
    try #require(written.status == 0, "\(written.stderr)")
    let names = try FileManager.default.contentsOfDirectory(atPath: sample).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/again").sorted() == names)
    for name in names {
      let (one, other) = try (
        Data(contentsOf: URL(fileURLWithPath: "\(sample)/\(name)")),
        Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/again/\(name)"))
      )
      // Compared before: a failure would print all bytes of both.
      let isSame = one == other
      #expect(isSame, "\(name) is another; scripts/sample-report makes the sample anew")
    }

    let root = try #require(written.stdout.split(separator: "\n").last)
    let checked = try await Tranship.command(
      ["report", "check", sample, "--root", String(root)], in: folder
    ).run()
    #expect(checked.status == 0, "\(checked.stdout)\(checked.stderr)")
  }
}

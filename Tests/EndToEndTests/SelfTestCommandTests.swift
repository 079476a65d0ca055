import Foundation
import StorageTesting
import Testing

@testable import tranship

@Suite("tranship selftest", .timeLimit(.minutes(10)))
struct SelfTestCommandTests {
  private static func places() throws -> (TemporaryFolder, environment: [String: String]) {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/tmp", withIntermediateDirectories: false)
    return (folder, ["TMPDIR": folder.path + "/tmp"])
  }

  @Test("every row is as it has to be, the table is the README's, and nothing is left")
  func table() async throws {
    let (folder, environment) = try Self.places()
    let run = try await Tranship.command(
      ["selftest", "--markdown"], environment: environment, in: folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    #expect(run.stderr.isEmpty, "\(run.stderr)")
    let rows = run.stdout.split(separator: "\n").dropFirst(2)
    #expect(rows.count == SelfTestRow.all.count && rows.count >= 20)
    let readme = try String(
      contentsOf: Fixtures.folder.deletingLastPathComponent().appendingPathComponent("README.md"),
      encoding: .utf8)
    #expect(readme.contains(run.stdout), "the README's table is another: tranship selftest --markdown")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp") == [])
  }

  @Test("a row whose destination gets other bytes after the run is named, and the rest of it is not")
  func tampered() async throws {
    let folder = try TemporaryFolder()
    var test = SelfTest(program: Tranship.path, seed: 3, folder: folder.path)
    test.afterRun = { place in
      guard place.hasSuffix("row-1") else { return }
      let objects = "\(place)/destination/buckets/into/objects"
      for name in try FileManager.default.contentsOfDirectory(atPath: objects).sorted()
      where name.hasSuffix(".data") {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(objects)/\(name)"))
        guard bytes.count == 70_000 else { continue }
        bytes[12_345] ^= 1
        try bytes.write(to: URL(fileURLWithPath: "\(objects)/\(name)"))
      }
    }
    var results: [SelfTestResult] = []
    try await test.run(only: 1) { _, result in results.append(result) }
    let result = try #require(results.first)
    #expect(results.count == 1 && result.ends.first?.status == 0)
    #expect(
      Set(result.objections.map(\.check)) == [
        "the destination's bytes of b/mid", "the bytes of b/mid, which is completed",
      ])
    #expect(result.objections.allSatisfy { $0.expected.count == 64 && $0.got.count == 64 })
    let text = SelfTestText.lines(1, result, seed: 3)
    #expect(text.contains("WRONG") && text.contains("again: tranship selftest --seed 3 --row 1 --keep"))
    #expect(try SelfTestText.json(1, result, seed: 3).contains(#""isAsExpected":false"#))
  }

  @Test("one row as JSON with another seed, and its folder is kept where that is asked for")
  func oneRow() async throws {
    let (folder, environment) = try Self.places()
    let run = try await Tranship.command(
      ["selftest", "--row", "2", "--json", "--keep", "--seed", "7"], environment: environment, in: folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    let row = try #require(
      JSONSerialization.jsonObject(with: Data(run.stdout.utf8)) as? [String: Any], "\(run.stdout)")
    #expect(row["isAsExpected"] as? Bool == true && row["seed"] as? Int == 7)
    #expect((row["fired"] as? [String: Int])?["the source's rule 1"] == 1)
    let kept = run.stderr.trimmingCharacters(in: .newlines)
    #expect(FileManager.default.fileExists(atPath: kept + "/row-2/selftest.ledger"), "\(run.stderr)")
  }

  @Test(
    "a row that there is not is wrong usage, and a place that cannot be used is status 2 with the way out")
  func refused() async throws {
    let folder = try TemporaryFolder()
    for wrong in [["--row", "0"], ["--row", "999"], ["--json", "--markdown"], ["--seed", "-1"]] {
      #expect(try await Tranship.command(["selftest"] + wrong, in: folder).run().status == 64, "\(wrong)")
    }
    let nowhere = try await Tranship.command(
      ["selftest"], environment: ["TMPDIR": folder.path + "/nowhere"], in: folder
    ).run()
    #expect(nowhere.status == 2, "\(nowhere.stdout) \(nowhere.stderr)")
    #expect(nowhere.stderr.contains("TMPDIR") && nowhere.stdout.isEmpty, "\(nowhere.stderr)")
  }

  @Test("a signal ends it with status 130, and its folder is removed")
  func signal() async throws {
    let (folder, environment) = try Self.places()
    let run = try Tranship.command(["selftest"], environment: environment, in: folder).start()
    try run.sendOnFirstOutput(SIGTERM)
    let ended = try await run.finish()
    #expect(ended.status == 130, "\(ended.stdout) \(ended.stderr)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp") == [])
  }
}

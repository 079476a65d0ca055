import Foundation
import StorageTesting
import Testing

/// `tranship diff`, and filters, by the built binary.
@Suite("inventories compared, and filters", .serialized)
struct DiffCommandTests {
  private func write(_ text: String, _ path: String, _ folder: TemporaryFolder) throws {
    let file = folder.url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  private func run(_ arguments: [String], _ folder: TemporaryFolder) async throws -> Finished {
    try await Tranship.command(arguments, in: folder).run()
  }

  private func verify(_ ledger: String, _ options: [String] = [], _ folder: TemporaryFolder) async throws
    -> Finished
  {
    try await run(
      [
        "verify", "file://\(folder.path)/one", "file://\(folder.path)/two", "--ledger",
        "\(folder.path)/\(ledger)",
      ]
        + options, folder)
  }

  @Test("what differs is named, counted and told by the exit status, within one ledger and between two")
  func diff() async throws {
    let folder = try TemporaryFolder()
    for (path, text) in [
      ("one/a", "1"), ("one/b", "22"), ("one/tmp/c", "3"), ("two/a", "1"), ("two/b", "333"), ("two/z", "4"),
    ] { try write(text, path, folder) }
    _ = try await verify("monday.ledger", [], folder)
    let own = try await run(["diff", "--ledger", "\(folder.path)/monday.ledger"], folder)
    #expect(own.status == 1)
    #expect(
      own.stdout == """
        * b (2 and 3 bytes)
        + tmp/c
        - z
        only source 1, only destination 1, differing 1, equal by digest 0, of equal size only 1

        """)
    let some = try await run(
      ["diff", "--ledger", "\(folder.path)/monday.ledger", "--exclude", "/b", "--limit", "1", "--json"],
      folder)
    let lines = some.stdout.split(separator: "\n")
    #expect(some.status == 1 && lines.count == 2)
    #expect(lines.first?.hasPrefix("{\"event\":\"only-source\",\"key\":\"tmp/c\",\"sourceETag\":") == true)
    #expect(
      lines.last
        == "{\"event\":\"diff\",\"onlySource\":1,\"onlyDestination\":1,\"differing\":0,\"equal\":0,\"sameSize\":1,\"excluded\":1}"
    )
    let none = try await run(
      ["diff", "--ledger", "\(folder.path)/monday.ledger", "--include", "a"], folder)
    #expect(none.status == 0 && none.stdout.hasPrefix("only source 0,"))

    try write("5", "one/new", folder)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("one/a"))
    _ = try await verify("friday.ledger", [], folder)
    let two = ["\(folder.path)/monday.ledger", "\(folder.path)/friday.ledger"]
    let times = try await run(["diff"] + two, folder)
    #expect(times.status == 1 && times.stdout.hasPrefix("+ a\n- new\nonly source 1, only destination 1,"))
    let same = try await run(["diff"] + two + ["--sides", "destination:destination"], folder)
    #expect(same.status == 0)
  }

  @Test("an inventory that is not there is no inventory without keys")
  func absent() async throws {
    let folder = try TemporaryFolder()
    try write("1", "one/a", folder)
    let broken = try await run(
      [
        "verify", "file://\(folder.path)/one", "file://\(folder.path)/none", "--ledger",
        "\(folder.path)/job.ledger",
      ],
      folder)
    #expect(broken.status == 2)
    let diff = try await run(["diff", "--ledger", "\(folder.path)/job.ledger"], folder)
    #expect(diff.status == 2 && diff.stdout.isEmpty, "\(diff.stderr)")
    let missing = try await run(["diff", "--ledger", "\(folder.path)/none.ledger"], folder)
    #expect(missing.status == 2 && missing.stderr.contains("there is no ledger"))
  }

  @Test(
    "wrong usage is named",
    arguments: [
      ([], "give one --ledger, or two ledgers"), (["a.ledger"], "give one --ledger, or two ledgers"),
      (["--ledger", "a", "b", "c"], "give one --ledger, or two ledgers"),
      (["a", "b", "--sides", "left:right"], "--sides left:right is no pair"),
      (["--ledger", "a", "--sides", "source:source"], "--sides belongs to two ledgers"),
      (["a", "b", "--limit", "-1"], "--limit"), (["a", "b", "--include", "["], "--include: the pattern ["),
      (["a", "b", "--exclude", "regex:("], "--exclude: the regular expression ("),
      (["a", "b", "--newer", "30"], "--newer 30 is neither"),
      (["a", "b", "--min-size", "1x"], "--min-size 1x"),
    ])
  func usage(_ arguments: [String], _ words: String) async throws {
    let folder = try TemporaryFolder()
    let said = try await run(["diff"] + arguments, folder)
    #expect(said.status == 64 && said.stderr.contains(words), "\(said.stderr)")
  }

  private struct Counted: Decodable {
    struct Share: Decodable {
      var objects: Int
    }

    var objects: Int
    var excluded: Share
  }

  @Test("filters mean the same for every command, and their run, its lists and its report say so")
  func filters() async throws {
    let folder = try TemporaryFolder()
    for path in ["one/a.csv", "one/b.log", "one/tmp/c.csv"] { try write(path, path, folder) }
    let sides = ["file://\(folder.path)/one", "file://\(folder.path)/two"]
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("two"), withIntermediateDirectories: false)
    let ledger = ["--ledger", "\(folder.path)/job.ledger"]
    let filters = ["--include", "*.csv", "--exclude", "/tmp/"]
    let moved = try await run(["migrate"] + sides + ledger + filters, folder)
    #expect(moved.status == 0 && moved.stdout.contains("completed 1 + error 0 + skipped 2 + pending 0"))
    let list = try String(contentsOfFile: "\(folder.path)/reports/job/1/job_skipped_list", encoding: .utf8)
    #expect(
      list.split(separator: "\n").map { $0.split(separator: "\t").last } == [
        "excluded: no --include matches", "excluded: --exclude /tmp/",
      ])
    let page = try String(contentsOfFile: "\(folder.path)/reports/job/1/summary.html", encoding: .utf8)
    #expect(page.contains("--include &#39;*.csv&#39; --exclude /tmp/"))
    let table = try String(contentsOfFile: "\(folder.path)/reports/job/1/summary.csv", encoding: .utf8)
    #expect(table.contains("last_filters,\'--include") || table.contains("last_filters,--include"))
    let status = try await run(["status"] + ledger, folder)
    #expect(status.stdout.contains("filters of the last run: --include '*.csv' --exclude /tmp/"))
    // A retry without errors has nothing to do, with filters or without, and says nothing of what was left out.
    let retried = try await run(["retry"] + ledger + ["--include", "*.log"], folder)
    #expect(retried.status == 0 && retried.stdout.contains("completed 1 + error 0 + skipped 2 + pending 0"))
    // Stands alone: what the filters leave out is neither missing nor extra.
    let verified = try await run(["verify"] + sides + filters, folder)
    #expect(verified.status == 0, "\(verified.stdout)")
    #expect(verified.stdout.contains("verified 1") && verified.stdout.contains("+ skipped 2"))
    #expect(try await run(["verify"] + sides, folder).status == 1)
    let inventory = try await run(
      ["inventory", sides[0], "--ledger", "\(folder.path)/inventory.ledger", "--json"] + filters, folder)
    #expect(inventory.status == 0, "\(inventory.stderr)")
    let counted = try JSONDecoder().decode(Counted.self, from: Data(inventory.stdout.utf8))
    #expect(counted.objects == 1 && counted.excluded.objects == 2)
    // The inventory holds every key all the same, and has no job that it could be compared by.
    let diff = try await run(
      ["diff", "\(folder.path)/job.ledger", "\(folder.path)/inventory.ledger"], folder)
    #expect(diff.status == 0 && diff.stdout.contains("of equal size only 3"), "\(diff.stdout)\(diff.stderr)")
    let rest = try await run(["migrate"] + sides + ledger, folder)
    #expect(rest.status == 0 && rest.stdout.contains("completed 3 + error 0 + skipped 0 + pending 0"))
  }
}

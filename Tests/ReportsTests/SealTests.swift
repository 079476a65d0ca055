import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite("the seal of a report")
struct SealTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let endings: [(ObjectKey, Ending)] = [
    (ObjectKey("a"), .completed(.endToEnd, [crc64], sent: true)),
    (ObjectKey("b/日本"), .completed(.streamed, [digest(.crc64xz, 7, .source, .streamed)], sent: true)),
    (ObjectKey("c"), .error(.archived, "the object is archived")),
    (ObjectKey("d"), .skipped("excluded: --exclude d")), (ObjectKey("e"), .pending),
  ]

  private func report(
    _ endings: [(ObjectKey, Ending)] = endings, _ name: String = "out", key: Ed25519PrivateKey? = nil
  ) async throws -> ReportFiles {
    let ledger = try await makeLedger(in: folder, endings, runState: .stopped)
    return try await writeReport(
      ledger: ledger, to: "\(folder.path)/\(name)", toolVersion: "0.1.0", signingKey: key)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/out/\(name)")))
  }

  @Test("it names every file with size and SHA-256, the counts and the root, and is read back")
  func contents() async throws {
    let files = try await report()
    let seal = try Seal(bytes: try bytes("SEAL.json"))
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out").sorted()
    #expect(seal.files.map(\.name) + ["SEAL.json"] == (names.filter { $0 != "SEAL.json" } + ["SEAL.json"]))
    for file in seal.files {
      let found = try bytes(file.name)
      #expect(file.content == FileContent(size: Int64(found.count), sha256: .of(found, .sha256)))
    }
    #expect(seal.rows == 5 && seal.job == "harbor-job" && seal.tool == "tranship 0.1.0")
    #expect(seal.counts == [.completed: 2, .error: 1, .skipped: 1, .pending: 1])
    #expect(seal.root == files.seal.root && files.unsealed.isEmpty)
    #expect(files.seal.seal == .of(try bytes("SEAL.json"), .sha256))
  }

  @Test("the ten lines of the documentation find the root", arguments: [0, 1, 2, 3, 4, 5, 7, 8, 9, 100])
  func tenLines(_ count: Int) async throws {
    let files = try await report((0..<count).map { (ObjectKey("k\($0)"), .error(.failed, "=1,\"\n")) })
    let program = try Documented.python("root")
    #expect(program.split(separator: "\n").count <= 10)
    let said = try await Documented.run(program, [files.objectsCSV], in: try TemporaryFolder())
    #expect(said.status == 0 && said.stdout == "\(files.seal.root.hex)\n", "\(said.stderr)")
  }

  @Test("a writer's ledger keeps the seal, a reader's does not")
  func kept() async throws {
    let ledger = try await makeLedger(in: folder, Self.endings)
    let written = try await writeReport(ledger: ledger, to: "\(folder.path)/out", toolVersion: "0.1.0")
    #expect(try await ledger.seals() == [written.seal])
    #expect(written.seal.run == 1 && written.seal.objects == 5 && !written.seal.isSigned)
    await ledger.close()
    let reader = try await Ledger.open(ledger.path, .read)
    let again = try await writeReport(ledger: reader, to: "\(folder.path)/again", toolVersion: "0.1.0")
    #expect(again.seal == written.seal)
    #expect(try await reader.seals() == [written.seal])
    await reader.close()
  }

  @Test("a report over an older one leaves no seal of before, and names what it did not write")
  func overwriting() async throws {
    let key = try #require(Ed25519PrivateKey.generate())
    _ = try await report(Self.endings, key: key)
    try Data("old".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/out/harbor-job_extra_list"))
    let files = try await report([Self.endings[0]])
    #expect(files.unsealed == ["harbor-job_extra_list"])
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out/SEAL.sig"))
    let check = checkReport(at: "\(folder.path)/out")
    #expect(
      check.findings == ["harbor-job_extra_list: is not named by the seal: it is no part of the report"])
  }

  @Test("what a killed process left of a report goes with the next one; what another one is writing stays")
  func leftOvers() async throws {
    _ = try await report()
    // No process has a number beyond the kernel's largest one; the first is always there.
    let names = [".objects.csv.\(Int32.max).partial", ".objects.csv.1.partial", ".x.partial", ".a.b.partial"]
    for name in names { try Data().write(to: URL(fileURLWithPath: "\(folder.path)/out/\(name)")) }
    #expect(try await report().unsealed == names.dropFirst().sorted())
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out/\(names[0])"))
  }

  @Test("a file that cannot be published leaves a folder without a seal and without temporary files")
  func cutOff() async throws {
    _ = try await report()
    // A folder cannot be replaced by a file.
    try FileManager.default.removeItem(atPath: "\(folder.path)/out/summary.csv")
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/out/summary.csv", withIntermediateDirectories: false)
    await #expect(throws: StorageError.self) { try await report() }
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out")
    #expect(!names.contains("SEAL.json") && !names.contains { $0.hasSuffix(".partial") }, "\(names)")
    #expect(!checkReport(at: "\(folder.path)/out").fits)
  }

  @Test(
    "names that are no plain names of the folder are refused",
    arguments: [
      ("../x", false), ("a/b", false), ("/etc/passwd", false), ("..", false), (".", false), ("", false),
      ("SEAL.json", false), ("SEAL.sig", false), ("a\u{0}", false), ("a\n", false), ("a..b", true),
      ("harbor_total_list", true),
    ])
  func plainNames(_ name: String, _ isPlain: Bool) {
    #expect(Seal.isPlain(name) == isPlain)
  }
}

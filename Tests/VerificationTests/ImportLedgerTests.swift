import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing
import Verification

@Suite("evidence from others in the ledger")
struct ImportLedgerTests {
  private let folder: TemporaryFolder
  private let at = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)
  private static let md5 = "900150983cd24fb0d6963f7d28e17f72"

  init() throws { folder = try TemporaryFolder() }

  private var job: JobSettings {
    JobSettings(
      name: "job", source: JobSide(kind: .s3, bucket: "from", prefix: "orders/", endpoint: "", region: ""),
      destination: JobSide(kind: .oss, bucket: "into", prefix: "from%20s3/", endpoint: "", region: ""))
  }

  private func ledger() async throws -> Ledger {
    let ledger = try await Ledger.open("\(folder.path)/\(UUID().uuidString).ledger", .create)
    try await ledger.establish(job)
    return ledger
  }

  private func file(_ text: String, _ name: String = "list") throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func load(
    _ path: String, _ ledger: Ledger, _ settings: EvidenceImport.Settings
  ) async throws -> (counts: EvidenceImport.Counts, kind: EvidenceKind?, problems: [(Int64, String)]) {
    var kind: EvidenceKind?
    var problems: [(Int64, String)] = []
    let counts = try await EvidenceImport(into: ledger, of: job, settings).run(path, at: at) { event in
      switch event {
      case .recognised(let found): kind = found
      case .problem(let line, let cause): problems.append((line, cause))
      }
    }
    return (counts, kind, problems)
  }

  @Test("rows stand under the side's prefix with their file and line; the same file adds nothing")
  func twice() async throws {
    let ledger = try await ledger()
    let path = try file(
      "\(Self.md5)  ./a b\nbad\n\n\(Self.md5)  ./c\n\(String(repeating: " ", count: 34))./d\n")
    let settings = EvidenceImport.Settings(side: .destination, dropping: ObjectKey("./"))
    let first = try await load(path, ledger, settings)
    #expect(first.kind == .md5sum)
    #expect(first.problems.map(\.0) == [2])
    var expected = EvidenceImport.Counts()
    (expected.rows, expected.added, expected.withoutDigest, expected.bad) = (4, 2, 1, 1)
    #expect(first.counts == expected)
    let stored = try await ledger.importedDigests(.destination, ObjectKey("from s3/c"))
    #expect(
      stored.map(\.file) == [path] && stored.map(\.line) == [4] && stored.map(\.checksum.hex) == [Self.md5])
    (expected.added, expected.alreadyThere) = (0, 2)
    #expect(try await load(path, ledger, settings).counts == expected)
    #expect(try await ledger.importedDigests(.source, ObjectKey("from s3/c")).isEmpty)
    await ledger.close()
  }

  @Test("a file that changed under its old name is a problem, and the ledger keeps what it had")
  func changed() async throws {
    let ledger = try await ledger()
    let other = "00000000000000000000000000000000"
    let settings = EvidenceImport.Settings(side: .source)
    _ = try await load(try file("\(Self.md5)  a\n\(Self.md5)  b\n"), ledger, settings)
    let again = try await load(try file("\(Self.md5)  a\n\(other)  b\n"), ledger, settings)
    #expect(again.counts.alreadyThere == 1 && again.counts.bad == 1 && again.counts.added == 0)
    #expect(again.problems.map(\.0) == [2] && again.problems.first?.1.contains("rename") == true)
    #expect(
      try await ledger.importedDigests(.source, ObjectKey("orders/b")).map(\.checksum.hex) == [Self.md5])
    await ledger.close()
  }

  static let names: [(kind: EvidenceKind, line: String, dropping: String, key: String?)] = [
    (.md5sum, "\(md5)  a", "", "orders/a"), (.md5sum, "\(md5)  ./a", "./", "orders/a"),
    (.md5sum, "\(md5)  orders/a", "orders/", "orders/a"), (.md5sum, "\(md5)  a", "./", nil),
    (.md5sum, "\(md5)  ./", "./", nil),
    (.migration, "orders/a\t3\t1\t2024-03-12 07:00:00", "", "orders/a"),
    (.migration, "orders/a\t3\t1\t2024-03-12 07:00:00", "orders/", "orders/a"),
    (.attributes, #"{"Key":"x","ChecksumCRC32":"y/Q5Jg=="}"#, "", "x"),
    (
      .s3Batch,
      ImportBatchReportTests.row(key: "orders/a", hex: "CBF43926").replacing("bucket,", with: "from,"), "",
      "orders/a"
    ),
    (.s3Batch, ImportBatchReportTests.row(key: "orders/a", hex: "CBF43926"), "", nil),
  ]

  @Test("a name becomes the key that the help promises, or a problem", arguments: names)
  func naming(_ row: (kind: EvidenceKind, line: String, dropping: String, key: String?)) async throws {
    let ledger = try await ledger()
    let settings = EvidenceImport.Settings(side: .source, kind: row.kind, dropping: ObjectKey(row.dropping))
    let done = try await load(try file(row.line), ledger, settings)
    if let key = row.key {
      #expect(done.counts.added == 1, "\(done)")
      #expect(try await ledger.importedDigests(.source, ObjectKey(key)).count == 1)
    } else {
      #expect(done.counts.added == 0 && done.counts.bad == 1, "\(done)")
    }
    await ledger.close()
  }

  @Test("a file that nobody recognises throws and adds nothing; an empty one is no error")
  func unknown() async throws {
    let ledger = try await ledger()
    let settings = EvidenceImport.Settings(side: .source)
    let path = try file("some words\n")
    await #expect(throws: StorageError.self) { _ = try await load(path, ledger, settings) }
    #expect(try await load(try file("", "empty"), ledger, settings).counts == EvidenceImport.Counts())
    await ledger.close()
  }

  @Test("many rows go in over many transactions, several digests of a row with their own places")
  func many() async throws {
    let ledger = try await ledger()
    let line =
      #","Checksum":{"ChecksumCRC32":"y/Q5Jg==","ChecksumCRC64NVME":"rosUhgp5mIg=","ChecksumType":"FULL_OBJECT"},"ObjectSize":9}"#
    let text = (0..<9001).map { "{\"Key\":\"k\($0)\"\(line)" }.joined(separator: "\n")
    let settings = EvidenceImport.Settings(side: .source)
    let done = try await load(try file(text), ledger, settings)
    #expect(done.kind == .attributes && done.counts.rows == 9001 && done.counts.added == 18_002)
    let last = try await ledger.importedDigests(.source, ObjectKey("k9000"))
    #expect(
      last.map(\.ordinal) == [0, 1] && last.map(\.line) == [9001, 9001] && last.map(\.size) == [9, 9])
    await ledger.close()
  }

  @Test("a line that is too long is a problem, and takes the object around it along and no other")
  func tooLong() async throws {
    let ledger = try await ledger()
    let settings = EvidenceImport.Settings(side: .source, kind: .attributes)
    let filler = "\"x\": \"" + String(repeating: "y", count: 2 << 20) + "\","
    let rest = "\"ChecksumCRC32\": \"y/Q5Jg==\"}"
    let text = ["{\"Key\": \"a\",", filler, rest, "{\"Key\": \"b\",", rest].joined(separator: "\n")
    let done = try await load(try file(text), ledger, settings)
    #expect(done.problems.map(\.0) == [1, 3] && done.counts.added == 1, "\(done.problems)")
    #expect(try await ledger.importedDigests(.source, ObjectKey("b")).map(\.line) == [4])
    let name = String(repeating: "n", count: 5000)
    let long = try await load(
      try file("\(Self.md5)  \(name)\n\(Self.md5)  c", "long"), ledger, EvidenceImport.Settings(side: .source)
    )
    #expect(long.counts.added == 1 && long.problems.map(\.0) == [1])
    await ledger.close()
  }

  @Test("random damage to a report never traps, and what is taken has a digest and a name")
  func damage() throws {
    var random = SeededNumbers(state: 20_240_301)
    for name in [
      "gnu.md5", "rclone.md5.base64", "batch.csv", "attributes.json", "harbor-job_completed_list",
      "total_list_0",
    ] {
      let good = Array(try Fixtures.data("evidence/\(name)"))
      for _ in 0..<60 {
        var bytes = good
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          let place = Int.random(in: bytes.indices, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.remove(at: place)
          default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
          }
        }
        _ = EvidenceSniffer.kind(ofHead: bytes[...])
        for kind in EvidenceKind.allCases {
          let found = findings(lines: bytes.split(separator: 10).map { Array($0) }, kind)
          #expect(found.rows.allSatisfy { !$0.checksums.isEmpty && !$0.name.bytes.isEmpty })
        }
      }
    }
  }
}

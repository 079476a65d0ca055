import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import Testing

@testable import Reports

@Suite struct ReportTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func report(_ ledger: Ledger, _ name: String = "out") async throws -> ReportFiles {
    try await writeReport(ledger: ledger, to: folder.path + "/" + name, toolVersion: "0.1.0")
  }

  private static let mixed: [(ObjectKey, Ending)] = [
    (ObjectKey("orders/a&b<c>.csv"), .completed(.endToEnd, [crc64], sent: true)),
    (
      ObjectKey("orders/日本語/注文.csv"),
      .completed(.streamed, [digest(.crc64xz, 7, .source, .streamed)], sent: true)
    ),
    (ObjectKey("-rf"), .completed(.endToEnd, [digest(.crc32c, 5, .destination, .reported)], sent: false)),
    (ObjectKey("cold.tar"), .error(.archived, "the object\tis archived\n=1+1")),
    (ObjectKey("tmp/x"), .skipped("=left out by --exclude tmp/")),
    (ObjectKey("zzz"), .pending),
  ]

  @Test("the classic lists have the service's columns, in the order of the key bytes")
  func classicLists() async throws {
    let files = try await report(try await makeLedger(in: folder, Self.mixed, runState: .stopped))
    #expect(
      try contents(files.totalList) == """
        s3://harbor-src-tokyo/%2Drf\t%2Drf\t9\t2024-02-29 00:00:00
        s3://harbor-src-tokyo/cold.tar\tcold.tar\t9\t2024-02-29 00:00:00
        s3://harbor-src-tokyo/orders/a%26b%3Cc%3E.csv\torders/a%26b%3Cc%3E.csv\t9\t2024-02-29 00:00:00
        s3://harbor-src-tokyo/orders/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E6%B3%A8%E6%96%87.csv\torders/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E6%B3%A8%E6%96%87.csv\t9\t2024-02-29 00:00:00
        s3://harbor-src-tokyo/tmp/x\ttmp/x\t9\t2024-02-29 00:00:00
        s3://harbor-src-tokyo/zzz\tzzz\t9\t2024-02-29 00:00:00

        """)
    #expect(
      try contents(files.completedList) == """
        %2Drf\t9\t-\t2024-03-01 00:01:01
        orders/a%26b%3Cc%3E.csv\t9\t11051210869376104954\t2024-03-01 00:01:01
        orders/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E6%B3%A8%E6%96%87.csv\t9\t7\t2024-03-01 00:01:01

        """)
    #expect(
      try contents(files.errorList) == """
        cold.tar\t2024-03-01 00:00:59\t2024-03-01 00:01:01\tarchived: the object\\u{9}is archived\\u{a}=1+1

        """)
    #expect(
      try contents(files.skippedList) == """
        s3://harbor-src-tokyo/tmp/x\ttmp/x\t9\t'=left out by --exclude tmp/

        """)
  }

  @Test("the files have the names of the job, and nothing else stays in the folder")
  func names() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    _ = try await report(ledger, "deep/er")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/er").sorted() == [
        "SEAL.json", "harbor-job_completed_list", "harbor-job_error_list", "harbor-job_skipped_list",
        "harbor-job_total_list", "objects.csv", "objects.hashes", "summary.csv", "summary.html",
        "summary.json", "throughput.csv",
      ])
  }

  @Test("the same ledger gives the same bytes")
  func determinism() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    let one = try await report(ledger, "one")
    let other = try await report(ledger, "other")
    for path in [
      \ReportFiles.totalList, \.completedList, \.errorList, \.skippedList, \.summaryHTML, \.summaryCSV,
      \.objectsCSV,
    ] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: one[keyPath: path]))
      #expect(bytes == (try Data(contentsOf: URL(fileURLWithPath: other[keyPath: path]))))
    }
  }

  @Test("the table of the summary is CSV with a header, and its numbers keep the law")
  func summaryCSV() async throws {
    let files = try await report(try await makeLedger(in: folder, Self.mixed, runState: .stopped))
    let text = try contents(files.summaryCSV)
    #expect(text.hasPrefix("name,value,unit\r\njob,harbor-job,\r\nsource,s3://harbor-src-tokyo,\r\n"))
    let pairs = text.split(separator: "\r\n").filter { !$0.hasPrefix("speed_sentence,") }.map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let values = Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
    #expect(pairs.allSatisfy { $0.count == 3 })
    #expect(
      ["total", "completed", "error", "skipped", "pending"].map { values[$0] } == ["6", "3", "1", "1", "1"])
    #expect(values["balanced"] == "yes" && values["outcome"] == "failed")
    #expect(values["proof_end_to_end"] == "2" && values["proof_streamed"] == "1")
    #expect(values["error_archived"] == "1" && values["error_failed"] == "0")
    #expect(values["bytes_total"] == "54" && values["bytes_sent"] == "27" && values["found_equal"] == "1")
    #expect(values["run_time"] == "90.000" && values["last_ended_at"] == "2024-03-01T00:01:30.000Z")
  }

  @Test("a hostile key has its documented spelling in the lists, and reads back to its bytes")
  func hostileLists() async throws {
    let vectors = try HostileKeys.read()
    let ledger = try await makeLedger(in: folder, vectors.map { (ObjectKey($0.key), .error(.failed, "x")) })
    let files = try await report(ledger)
    let expected = vectors.sorted { ObjectKey($0.key) < ObjectKey($1.key) }
    let lines = try contents(files.totalList).split(separator: "\n")
    #expect(lines.count == vectors.count)
    for (line, vector) in zip(lines, expected) {
      let cells = line.split(separator: "\t")
      #expect(cells.count == 4)
      #expect(cells[1] == vector.machine)
      #expect(ObjectKey(percentEncoded: cells[1]) == ObjectKey(vector.key))
    }
    let names = try contents(files.errorList).split(separator: "\n").compactMap {
      $0.split(separator: "\t").first
    }
    #expect(names.map(String.init) == expected.map(\.machine))
  }

  @Test("a folder that cannot be made or written is named in the error, and the ledger stays usable")
  func unwritable() async throws {
    let ledger = try await makeLedger(in: folder, Self.mixed)
    let error = await #expect(throws: StorageError.self) {
      try await writeReport(ledger: ledger, to: "/proc/none", toolVersion: "0.1.0")
    }
    #expect(error?.code == .localFault)
    #expect(error?.message.contains("/proc/none") == true)
    #expect(try await ledger.tally().isBalanced)
  }

  @Test("a job whose name is a path is refused, and nothing is written outside of the folder")
  func pathAsName() async throws {
    for name in ["../evil", "a/b", "a\u{7f}b", "a\nb"] {
      let ledger = try await makeLedger(in: folder, name: name, Self.mixed)
      let error = await #expect(throws: StorageError.self) { try await report(ledger, "deep/out") }
      #expect(error?.code == .localFault && error?.message.contains("no name for a file") == true)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep") == ["out"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/deep/out").isEmpty)
  }

  @Test("a ledger without a job has no report")
  func withoutJob() async throws {
    let ledger = try await Ledger.open(folder.path + "/empty.ledger", .create)
    await #expect(throws: LedgerError.self) { try await report(ledger) }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
  }
}

import AuditLedger
import Checksums
import ObjectStorage
import Testing

@testable import Reports

@Suite("the report of a verification")
struct AuditSectionTests {
  private func ledger(_ folder: ScratchFolder, sample: SampleWindow?) async throws -> Ledger {
    let (good, odd) = (ObjectKey("good"), ObjectKey("=odd<b>"))
    let ledger = try await makeLedger(
      in: folder,
      [(good, .completed(.endToEnd, [crc64], sent: true)), (odd, .completed(.endToEnd, [crc64], sent: true))])
    let audit = try await ledger.beginAudit(
      AuditSettings(reading: "destination", required: "auto", sample: sample), at: instant(1000))
    for side in Side.allCases {
      let keys = side == .source ? [good, odd] : [good, odd, ObjectKey("extra<i>"), ObjectKey("zz")]
      try await ledger.store(
        ListingPage(objects: keys.sorted().map { ListedObject(key: $0, size: 9) }), side: side, isLast: true,
        began: instant(side == .source ? 1001 : 1002))
    }
    _ = try await ledger.dateListings(of: audit)
    let pairs = try await ledger.auditPairs(audit.id, after: nil, limit: 10) { $0 }
    #expect(pairs.map(\.source.key) == [odd, good])
    let match = try #require(ChecksumMatch(crc64.checksum, crc64.checksum))
    let judged = ObjectOutcome(
      key: odd, destinationKey: odd, resolution: .completed(.readBack, match, sent: false), evidence: [crc64],
      startedAt: instant(1001), endedAt: instant(1002),
      metadata: .differs(["Content-Type: a<b at the source"]),
      audit: audit.id)
    var counts = AuditCounts()
    (counts.kept, counts.objectsRead, counts.bytesRead, counts.sampled) = (1, 1, 9, 59)
    try await ledger.settle([judged], standing: [good], pairs: pairs, audit: audit.id, counts: counts)
    try await ledger.replaceExtras(audit: audit.id) { $0 }
    #expect(try await ledger.endAudit(audit.id, at: instant(1003))?.counts == counts)
    return ledger
  }

  @Test("it says what was read, what stays proven since when, what is extra and what metadata differs")
  func all() async throws {
    let folder = try ScratchFolder()
    let ledger = try await ledger(folder, sample: SampleWindow(text: "5%", from: 0, to: 100))
    let files = try await writeReport(ledger: ledger, to: folder.path + "/report", toolVersion: "1")
    await ledger.close()
    let page = try contents(files.summaryHTML)
    for words in [
      "The verification", "<dd>1 objects, 9 bytes</dd>",
      "<p>Of a random sample of 5%, 59 objects were judged: 0 ended in the error list",
      "2 keys are extra on the destination", "extra&lt;i&gt;",
      "those of 1 differ", "a&lt;b at the source", "With 95 % confidence, at most 4.951 %",
      instant(61).spaced,
      instant(1002).spaced,
    ] {
      #expect(page.contains(words), "\(words)")
    }
    let list = try contents(try #require(files.extraList))
    #expect(
      list == """
        oss://harbor-dst/extra%3Ci%3E\textra%3Ci%3E\t9\textra on destination
        oss://harbor-dst/zz\tzz\t9\textra on destination

        """)
    let table = try contents(files.summaryCSV)
    for row in [
      "verification_kept,1,objects", "extra,2,keys", "metadata_differs,1,objects", "sampled,59,objects",
    ] {
      #expect(table.contains(row + "\r\n") || table.contains(row + "\n"), "\(row)")
    }
  }

  @Test("a job that was never verified has no such section and no such list")
  func none() async throws {
    let folder = try ScratchFolder()
    let ledger = try await makeLedger(in: folder, [(ObjectKey("a"), .pending)])
    let files = try await writeReport(ledger: ledger, to: folder.path + "/report", toolVersion: "1")
    await ledger.close()
    #expect(files.extraList == nil)
    #expect(try !contents(files.summaryHTML).contains("The verification"))
  }
}

import AuditLedger
import ObjectStorage
import Testing

@testable import Reports

@Suite("what is said of a verification in words")
struct AuditWordingTests {
  private func audit(_ change: (inout AuditRecord) -> Void) -> AuditRecord {
    var audit = AuditRecord(
      id: 1, settings: AuditSettings(reading: "none", required: "auto"), startedAt: instant(0),
      sourceListedAt: instant(10), destinationListedAt: instant(20))
    change(&audit)
    return audit
  }

  private func sampled(_ sampled: Int64, wrong: Int64 = 0, unjudged: Int64 = 0) -> String? {
    AuditWording(
      audit {
        $0.settings.sample = SampleWindow(text: "5%", from: 0, to: 9)
        ($0.counts.sampled, $0.counts.sampledWrong, $0.counts.sampledUnjudged) = (sampled, wrong, unjudged)
      }
    ).sample
  }

  @Test("the sample's sentence says what was judged, what was wrong, what was not judged, and the bound")
  func sample() {
    #expect(AuditWording(audit { _ in }).sample == nil)
    #expect(
      sampled(59)
        == "Of a random sample of 5%, 59 objects were judged: 0 ended in the error list, the bytes of the others were "
        + "read and proven. With 95 % confidence, at most 4.951 % of the objects that can be judged so would end in "
        + "the error list.")
    #expect(
      sampled(1000, wrong: 500, unjudged: 1234)
        == "Of a random sample of 5%, 1,000 objects were judged: 500 ended in the error list, the bytes of the others "
        + "were read and proven. With 95 % confidence, at most 52.649 % of the objects that can be judged so would end "
        + "in the error list. 1,234 more of the sample could not be judged by their bytes and count for nothing here."
    )
    #expect(
      sampled(0)
        == "A sample of 5% was asked for, and no object of it could be judged: it says nothing.")
    #expect(
      sampled(0, unjudged: 2)?.hasSuffix(
        " 2 more of the sample could not be judged by their bytes and count for nothing here.") == true)
    #expect(sampled(3, wrong: 3)?.contains("at most 100.000 %") == true)
  }

  @Test("what stays as it was judged is said of the time when both sides were listed")
  func kept() {
    #expect(AuditWording(audit { _ in }).kept == nil)
    let listed = AuditWording(audit { $0.counts.kept = 1200 })
    #expect(
      listed.kept
        == "1,200 keys stay as they were judged before: by the listings of the source (\(instant(10).spaced)) and of "
        + "the destination (\(instant(20).spaced)), and by HEAD where these left it open, nothing that this rests on "
        + "had changed")
    let taken = AuditWording(
      audit {
        $0.counts.kept = 1
        $0.settings.takesInventories = true
        $0.sourceListedAt = nil
      })
    #expect(taken.kept?.contains("the source (at a time that is not known)") == true)
    #expect(taken.kept?.hasSuffix("; nothing was listed again since") == true)
    #expect(taken.listed(instant(20)) == "\(instant(20).spaced), taken from the ledger")
    #expect(listed.listed(instant(20)) == instant(20).spaced)
  }
}

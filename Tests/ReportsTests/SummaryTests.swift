import AuditLedger
import ObjectStorage
import Testing

@testable import Reports

@Suite struct SummaryTests {
  private static let side = JobSide(kind: .s3, bucket: "b", prefix: "", endpoint: "", region: "")

  /// Two completed, one error, one skipped, one pending, beside counters that say so or something else.
  private func summary(_ change: (inout Tally) -> Void) -> Summary {
    var tally = Tally()
    (tally.total, tally.completed, tally.error, tally.skipped, tally.pending) = (5, 2, 1, 1, 1)
    change(&tally)
    var summary = Summary(
      job: JobSettings(name: "job", source: Self.side, destination: Self.side), toolVersion: "1", runs: [],
      counted: tally)
    for (index, list) in [ListName.completed, .completed, .error, .skipped, .pending].enumerated() {
      let key = ObjectKey("k\(index)")
      summary.add(ObjectRow(source: ListedObject(key: key, size: 1), destinationKey: key, list: list))
    }
    return summary
  }

  @Test("a report of rows and counters that agree balances")
  func balanced() {
    let summary = summary { _ in }
    #expect(summary.isBalanced)
    #expect(Outcome(summary).level == .failed)
  }

  @Test("a report whose rows and counters differ says that it proves nothing", arguments: 0..<5)
  func unbalanced(_ field: Int) {
    let summary = summary { tally in
      let fields = [\Tally.completed, \.error, \.skipped, \.pending]
      if field < 4 {
        // The sum still adds up: only the comparison with the rows can tell.
        tally[keyPath: fields[field]] += 1
        tally[keyPath: fields[(field + 1) % 4]] -= 1
      } else {
        tally.total += 1
        tally.completed += 1
      }
    }
    #expect(!summary.isBalanced)
    #expect(Outcome(summary).level == .failed)
    #expect(Outcome(summary).sentence.contains("proves nothing"))
    #expect(SummaryTable(summary).csv.contains("balanced,no,"))
    #expect(SummaryPage(summary).markup.html.contains("does not balance"))
  }

  @Test("speed comes from the runs that ended, and is unknown without one")
  func speed() {
    func summary(_ endedAt: Timestamp?) -> Summary {
      var tally = Tally()
      tally.bytesSent = 3 << 20
      let run = RunRecord(
        id: 1, command: "migrate", toolVersion: "1", startedAt: instant(0), endedAt: endedAt, state: .finished
      )
      return Summary(
        job: JobSettings(name: "job", source: Self.side, destination: Self.side), toolVersion: "1",
        runs: [run],
        counted: tally)
    }
    #expect(summary(instant(2)).mebibytesPerSecond == "1.5")
    #expect(summary(nil).mebibytesPerSecond == nil)
    #expect(summary(instant(0)).mebibytesPerSecond == nil)
  }
}

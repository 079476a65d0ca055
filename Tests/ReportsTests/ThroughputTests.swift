import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite struct ThroughputTests {
  private func run(_ id: Int64, _ start: Int64, _ end: Int64?) -> RunRecord {
    RunRecord(
      id: id, command: "migrate", toolVersion: "1", startedAt: instant(start), endedAt: end.map(instant))
  }

  private func sample(_ second: Int64, _ bytes: Int64) -> ThroughputSample {
    ThroughputSample(at: instant(second), bytes: bytes, objects: 1)
  }

  @Test("a bar is a second, and what lies between runs is left out")
  func bars() {
    let chart = ThroughputChart(
      [sample(0, 5), sample(2, 7), sample(1000, 9)], [run(1, 0, 3), run(2, 1000, 1001)])
    #expect(chart.bars == [5, 0, 7, 0, 9, 0])
    #expect(chart.spanSeconds == 1 && chart.cuts == [4] && chart.peak == 9)
  }

  @Test("a week is drawn with as many bars as there is room for, and no byte is lost")
  func week() {
    let samples = stride(from: Int64(0), to: 604_800, by: 7).map { sample($0, 1_000_000_007) }
    let chart = ThroughputChart(samples, [run(1, 0, 604_800)])
    #expect(chart.bars.count <= 160 && chart.bars.count > 140)
    #expect(chart.bars.reduce(0, +) == Int64(samples.count) * 1_000_000_007)
    #expect(chart.spanSeconds * Int64(chart.bars.count) >= chart.seconds)
  }

  @Test("clocks that were set back, runs that never ended and absurd counts are drawn within the frame")
  func oddities() throws {
    let chart = ThroughputChart(
      [sample(-50, .max), sample(5, .max), sample(99, 1)], [run(1, 0, 9), run(2, 5, -20), run(3, 6, nil)])
    #expect(chart.bars.allSatisfy { $0 >= 0 } && chart.bars.first == .max)
    let html = try #require(chart.markup(milliseconds: 1000)).html
    let heights = html.components(separatedBy: "height=\"").dropFirst().compactMap {
      Double($0.prefix { $0 != "\"" })
    }
    #expect(!heights.isEmpty && heights.allSatisfy { (0...200).contains($0) })
    #expect(ThroughputChart([], [run(1, 0, 9)]).markup(milliseconds: 9000) == nil)
    #expect(ThroughputChart([sample(0, 9)], []).markup(milliseconds: 0) == nil)
  }

  /// What the article that the classic service is known by says of its own migration.
  @Test("110 files of 7,854,000,000 bytes in 672 seconds are told as the article tells them")
  func article() async throws {
    let folder = try ScratchFolder()
    let ledger = try await makeLedger(
      in: folder, seconds: 672, sizes: Array(repeating: 71_400_000, count: 110))
    let files = try await writeReport(ledger: ledger, to: folder.path + "/r", toolVersion: "1")
    let sentence = "110 files, 7.31 GB in 672 s, 11.15 MB/s"
    #expect(try contents(files.summaryHTML).contains("<p>\(sentence) (binary units)."))
    #expect(try contents(files.summaryCSV).contains("speed_sentence,\"\(sentence)\",\r\n"))
    let document = try JSONDecoder().decode(
      Document.self, from: try Data(contentsOf: URL(fileURLWithPath: folder.path + "/r/summary.json")))
    #expect(document.metrics["speed_sentence"]?.value == .text(sentence))
    #expect(document.metrics["bytes_total"]?.value == .number(7_854_000_000))
    #expect(document.metrics["speed"]?.value == .number(11.1) && document.metrics["speed"]?.unit == "MiB/s")
    #expect(document.metrics["run_time"]?.value == .number(672))
  }

  struct Document: Decodable {
    struct Metric: Decodable {
      let value: Value?
      let unit: String?
    }

    enum Value: Decodable, Equatable {
      case number(Double)
      case text(String)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }

    let metrics: [String: Metric]
  }

  private func makeLedger(in folder: ScratchFolder, seconds: Int64, sizes: [Int64]) async throws -> Ledger {
    let ledger = try await Ledger.open(folder.path + "/article.ledger", .create)
    let side = JobSide(kind: .s3, bucket: "b", prefix: "", endpoint: "", region: "")
    try await ledger.establish(JobSettings(name: "article", source: side, destination: side))
    let run = try await ledger.beginRun(command: "migrate", toolVersion: "1", at: instant(0))
    let objects = sizes.enumerated().map {
      ListedObject(key: ObjectKey("f\(1000 + $0.offset)"), size: $0.element)
    }
    try await ledger.store(ListingPage(objects: objects), side: .source, isLast: true)
    try await ledger.record(
      objects.map { Decision(key: $0.key, destinationKey: $0.key, action: .copy) }, at: instant(0))
    let match = try #require(ChecksumMatch(crc64.checksum, crc64.checksum))
    for object in objects {
      try await ledger.record(
        ObjectOutcome(
          key: object.key, destinationKey: object.key,
          resolution: .completed(.endToEnd, match, sent: true), evidence: [crc64], startedAt: instant(1),
          endedAt: instant(2), bytesSent: object.size))
    }
    try await ledger.endRun(
      run.id, state: .finished, message: "", contentMD5Honoured: true, at: instant(seconds))
    return ledger
  }
}

import AuditLedger
import Checksums
import Migration
import ObjectStorage
import Testing

@Suite("the figures of a run that copies")
struct ProgressFiguresTests {
  private func at(_ seconds: Double) -> Timestamp {
    Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + Int64(seconds * 1000))
  }

  private func gauge(_ bytes: Int64) -> RunGauge {
    RunGauge(bytesMoved: bytes, inFlight: 3, width: 16, retries: 2)
  }

  private func ended(_ size: Int64, sent: Int64, _ resolution: Resolution? = nil) throws -> ObjectOutcome {
    let empty = Checksum.of([], .md5)
    let match = try #require(ChecksumMatch(empty, empty))
    return ObjectOutcome(
      key: ObjectKey("k"), destinationKey: ObjectKey("k"),
      resolution: resolution ?? .completed(.endToEnd, match, sent: sent > 0), startedAt: at(0),
      endedAt: at(1),
      bytesSent: sent, source: Generation(eTag: nil, versionID: nil, size: size))
  }

  @Test("a large object counts while it moves, and once when it has ended")
  func large() throws {
    var figures = ProgressFigures()
    figures.begin(objects: 2, bytes: 1000)
    figures.read(gauge(0), at: at(0))
    figures.read(gauge(400), at: at(10))
    #expect(figures.bytesDone == 400 && figures.objects == 0)
    #expect(figures.meanBytesASecond == 40 && figures.bytesASecond == 40)
    figures.add(try ended(600, sent: 600))
    figures.read(gauge(700), at: at(20))
    #expect(figures.bytesDone == 700 && figures.objects == 1)
    // 300 bytes at 35 a second; one object of two in twenty seconds takes longer.
    #expect(figures.secondsLeft == 20)
  }

  @Test("what is found equal is done without moving, and what is sent again is not done twice")
  func equal() throws {
    var figures = ProgressFigures()
    figures.begin(objects: 3, bytes: 300)
    figures.read(gauge(0), at: at(0))
    figures.add(try ended(100, sent: 0))
    #expect(figures.bytesDone == 100)
    figures.add(try ended(100, sent: 250))
    figures.read(gauge(250), at: at(1))
    #expect(figures.bytesDone == 200)
    figures.add(try ended(100, sent: 0, .error(.conflict, message: "")))
    figures.add(try ended(100, sent: 0, .skipped(reason: "")))
    #expect(figures.bytesDone == 300 && figures.errors == 1 && figures.skipped == 1)
    #expect(figures.proofs == [.endToEnd: 2])
    figures.read(gauge(250), at: at(2))
    #expect(figures.secondsLeft == 0)
  }

  @Test("the rate of now is that of the last seconds, and the mean that of all")
  func rates() {
    var figures = ProgressFigures()
    figures.begin(objects: 1, bytes: 1_000_000)
    #expect(figures.bytesASecond == nil && figures.secondsLeft == nil)
    for second in 0...100 { figures.read(gauge(Int64(min(second, 90)) * 100), at: at(Double(second))) }
    #expect(figures.meanBytesASecond == 90)
    #expect(figures.bytesASecond == 0)
    #expect(figures.objectsASecond == 0)
    // No object ends: when the last one does is not known.
    #expect(figures.secondsLeft == nil)
  }
}

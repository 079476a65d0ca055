import DevStore
import Foundation
import StorageTesting
import Testing

/// What curl sees of answers that go wrong; a presigned address needs no client of ours.
@Suite("answers that go wrong on the wire")
struct FaultAnswerTests {
  private static let size = 6000

  /// Action, curl's exit status, the answer's status, and the bytes that came; nil for any number.
  private static let answers: [(action: String, status: Int32, code: String, size: Int?)] = [
    (#""do":"cut","at":100,"then":"rst""#, 56, "200", 100), (#""do":"cut","then":"close""#, 18, "200", 3000),
    (#""do":"lose""#, 56, "000", 0), (#""do":"lose","then":"close""#, 52, "000", 0),
    (#""do":"short""#, 0, "200", 3000), (#""do":"short","at":1,"length":"missing""#, 0, "200", 1),
    (#""do":"long","by":5"#, 0, "200", 6005), (#""do":"body","is":"html""#, 0, "200", 63),
    (#""do":"body","is":"empty""#, 0, "200", 0), (#""do":"flip""#, 0, "200", 6000),
    (#""do":"error","status":503,"code":"SlowDown""#, 0, "503", nil), (#""do":"expire""#, 0, "400", nil),
    (#""do":"clock","ahead":90000"#, 0, "403", nil),
    (#""do":"redirect","to":"http://127.0.0.2/""#, 0, "307", nil),
    (#""do":"drip","bytes":2000,"ms":1"#, 0, "200", 6000), (#""do":"delay","ms":1"#, 0, "200", 6000),
    (#""do":"close-idle""#, 0, "200", 6000), (#""do":"other","with":"other""#, 0, "200", 5),
    (#""do":"two-lengths""#, 28, "200", 6000), (#""do":"endless-headers","count":20000"#, 56, "200", 0),
    (#""do":"cut","then":"stall""#, 28, "200", 3000), (#""do":"change","to":"grow""#, 0, "200", 6004),
    (#""do":"change","to":"archive""#, 0, "403", nil), (#""do":"change","to":"restore""#, 0, "200", nil),
    (#""do":"change","to":"delete""#, 0, "404", nil),
  ]

  @Test("every fault is what it says, and is counted and in the journal")
  func answers() async throws {
    let running = try await RunningStore(.s3)
    let address = try await Self.fill(running)
    for (action, status, code, size) in Self.answers {
      running.store.follow(
        try FaultPlanTests.plan("{\"id\":\"r\",\"op\":\"GetObject\",\"key\":\"key\",\(action)}"))
      let isEndless = action.contains("stall") || action.contains("two-lengths")
      let curl = try await Subprocess(
        "/usr/bin/env",
        [
          "curl", "-s", "-o", "out", "--max-time", isEndless ? "1" : "20", "-w",
          "%{http_code} %{size_download}", address,
        ], in: running.folder
      ).run()
      #expect(curl.status == status, "\(action)")
      let said = curl.stdout.split(separator: " ").map(String.init)
      #expect(said.first == code, "\(action)")
      if let size { #expect(said.last == "\(size)", "\(action)") }
      #expect(running.store.faultHits() == ["r": 1], "\(action)")
      #expect(running.store.journal().last?.fault == "r", "\(action)")
    }
    await running.store.stop()
  }

  /// Two objects, and the presigned address of the first.
  private static func fill(_ running: RunningStore) async throws -> String {
    let filled = try await Subprocess.script(
      "fill_presigned.py", [running.store.endpoint, "bucket", "\(size)"], environment: running.environment,
      in: running.folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")
    return filled.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

import Foundation
import Testing

/// Seeded mixtures of faults, each a short run of the built binary.
@Suite("chaos", .timeLimit(.minutes(60)))
struct ChaosTests {
  /// Seeds that brought something to light once.
  private static let found = [1151, 1170, 2193, 2384, 12111]

  /// `TRANSHIP_CHAOS_SEED` is the first seed, `TRANSHIP_CHAOS_RUNS` how many follow one another.
  static let seeds: [Int] = {
    let environment = ProcessInfo.processInfo.environment
    let first = environment["TRANSHIP_CHAOS_SEED"].flatMap { Int($0) } ?? 1
    let runs = environment["TRANSHIP_CHAOS_RUNS"].flatMap { Int($0) } ?? 40
    let seeds = Array(max(0, first)..<max(0, first) + max(1, runs))
    return environment["TRANSHIP_CHAOS_SEED"] == nil ? seeds + found : seeds
  }()

  @Test("whatever goes wrong together, no list says what is not so", arguments: seeds)
  func mixture(_ seed: Int) async throws {
    let row = Self.row(seed)
    let violations = try await Scenario.violations(row, seed: seed)
    #expect(
      violations.isEmpty,
      """
      seed \(seed), \(row.route), source \(row.source), destination \(row.destination):
      \(violations.joined(separator: "\n"))
      replay: make chaos SEED=\(seed) RUNS=1
      """)
  }

  /// Two to five faults at either side; the seed alone decides.
  static func row(_ seed: Int) -> FaultRow {
    var chance = SplitMix(state: UInt64(seed))
    let routes: [FaultRow.Route] = [.s3ToOSS, .ossToS3, .s3ToFile, .fileToOSS]
    var row = FaultRow(id: "chaos \(seed)", route: routes[chance.next(below: routes.count)])
    func rules(_ actions: [String]) -> [String] {
      (0..<2 + chance.next(below: 4)).map { _ in
        let rate = [0.03, 0.1, 0.2, 0.3][chance.next(below: 4)]
        return "\"rate\":\(rate),\(actions[chance.next(below: actions.count)])"
      }
    }
    if row.route.source != nil { row.source = rules(answers + reads) }
    if row.route.destination != nil { row.destination = rules(answers + writes) }
    (row.statuses, row.othersComplete) = ([0, 1, 2], false)
    row.mayMiss = true
    row.leavesUploads = true
    row.liesOfAll = true
    // What a store keeps of a copy whose answer was lost or lied, while the source has another object by then, could be
    // anybody's: nothing overwrites it.
    let isLeft =
      row.destination.contains { $0.contains("\"do\":\"store-") }
      || row.source.contains { $0.contains("\"replace\"") }
    if isLeft { row.remaining = ["conflict", "unverifiable"] }
    return row
  }

  private static let answers = [
    #""do":"error","status":500"#,
    #""do":"error","status":503,"code":"SlowDown","headers":{"Retry-After":"1"}"#,
    #""do":"lose""#, #""do":"lose","then":"close""#, #""do":"cut""#, #""do":"cut","at":1,"then":"close""#,
    #""do":"close-idle""#, #""do":"delay","ms":30"#, #""do":"drip","bytes":4096,"ms":1"#,
    #""do":"two-lengths""#,
    #""do":"clock","ahead":1200"#, #""do":"error","status":403,"code":"RequestTimeTooSkewed""#,
  ]
  private static let reads = [
    #""op":"GetObject","do":"short""#, #""op":"GetObject","do":"long","length":"missing""#,
    #""op":"GetObject","do":"flip""#, #""op":"GetObject","do":"body","is":"html""#,
    #""op":"GetObject","do":"ignore-range""#, #""op":"GetObject","do":"change","to":"replace""#,
    #""op":"ListObjectsV2","do":"body","is":"empty""#, #""op":"ListObjectsV2","do":"short""#,
    #""op":"ListObjectsV2","do":"list-repeat""#, #""op":"ListObjectsV2","do":"list-no-token""#,
  ]
  private static let writes = [
    #""op":["PutObject","UploadPart"],"do":"store-short""#,
    #""op":["PutObject","UploadPart"],"do":"store-flip""#,
    #""op":"CompleteMultipartUpload","do":"body","is":"error""#,
    #""op":"CompleteMultipartUpload","do":"body","is":"empty""#,
    #""op":"UploadPart","do":"headers","remove":"ETag""#,
    #""op":"PutObject","do":"headers","alter":["ETag","x-oss-hash-crc64ecma"]"#,
  ]
}

/// Numbers that a seed decides.
struct SplitMix {
  var state: UInt64

  mutating func next(below bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(max(1, bound)))
  }
}

import DevStore
import Foundation
import StorageTesting
import Testing

/// A run that ends in the middle of any request, and the same command again.
@Suite("crash points", .timeLimit(.minutes(60)))
struct CrashTests {
  struct Point: Sendable, CustomTestStringConvertible {
    var route: FaultRow.Route
    var signals = [SIGKILL]
    var moment: Int

    var testDescription: String { "\(route.rawValue), signals \(signals), moment \(moment)" }
  }

  /// Few of them by default, all with `TRANSHIP_MATRIX_KILLS=all`: beyond the last moment a run ends by itself.
  static let kills: [Point] = {
    let all = ProcessInfo.processInfo.environment["TRANSHIP_MATRIX_KILLS"] == "all"
    let moments = all ? Array(1...120) : [1, 6, 11, 17, 23, 30, 38, 47, 56, 66]
    let routes: [FaultRow.Route] = all ? [.s3ToOSS, .ossToS3, .s3ToFile, .fileToOSS] : [.s3ToOSS, .ossToS3]
    return routes.flatMap { route in moments.map { Point(route: route, moment: $0) } }
  }()

  @Test("a run that is killed loses nothing, and its work is not done twice", arguments: kills)
  func killed(_ point: Point) async throws { try await check(point, endsWith: -SIGKILL) }

  @Test(
    "a run that is asked to end says so, and goes on later; asked twice, it ends at once",
    arguments: [[SIGTERM], [SIGINT], [SIGHUP], [SIGINT, SIGINT]].flatMap { signals in
      [9, 33].map { Point(route: .s3ToOSS, signals: signals, moment: $0) }
    })
  func asked(_ point: Point) async throws { try await check(point, endsWith: 130) }

  private func check(_ point: Point, endsWith status: Int32) async throws {
    let violations = try await Scenario.violations(
      of: point.route, Interruption(point.signals, at: point.moment), endsWith: status)
    #expect(violations.isEmpty, "\(point.testDescription):\n\(violations.joined(separator: "\n"))")
  }
}

extension Scenario {
  /// What is wrong after a run that was interrupted and the same command again.
  fileprivate static func violations(
    of route: FaultRow.Route, _ interruption: Interruption, endsWith status: Int32
  ) async throws -> [String] {
    try await Berths.shared.use {
      let scenario = try await Scenario(
        FaultRow(id: "interrupted", route: route), seed: 1, witness: interruption.witness)
      let found = try await scenario.violations(interruption, endsWith: status)
      await scenario.stop()
      return found
    }
  }

  private func violations(_ interruption: Interruption, endsWith status: Int32) async throws -> [String] {
    let began = ContinuousClock.now
    let first = try await run("migrate", interruption)
    var found: [String] = []
    if interruption.hasStruck {
      // A run whose last request it was may have been through.
      if first.status != status, first.status != 0 { found.append("it ended with \(first.status)") }
      if ContinuousClock.now - began > .seconds(20) { found.append("it took longer than 20 seconds to end") }
    } else if first.status != 0 {
      found.append("nothing interrupted it, and it ended with \(first.status): \(first.stderr.suffix(500))")
    }
    let before = destination?.journal() ?? []
    let last = try await run("migrate")
    found += try await judge(last, statuses: [0], ends: [:], others: true)
    return found + repeated(before, destination?.journal() ?? [])
  }

  /// Work that was done twice beyond what was in flight.
  private func repeated(_ before: [JournalEntry], _ all: [JournalEntry]) -> [String] {
    func stored(_ operation: String) -> [[UInt8]: Int] {
      all.filter { $0.operation == operation && $0.status == 200 }
        .reduce(into: [:]) { $0[$1.key ?? [], default: 0] += 1 }
    }
    var found: [String] = []
    // The probe of what the destination checks is no object.
    let twice = stored("PutObject").filter { $0.value > 1 && truth[Self.hex($0.key)] != nil }
    if twice.count > Self.concurrency { found.append("I9: \(twice.count) objects were sent twice") }
    if twice.contains(where: { $0.value > 2 }) { found.append("I9: an object was sent three times") }
    for (key, count) in stored("CompleteMultipartUpload") where count > 1 {
      found.append("I9: \(String(decoding: key, as: UTF8.self)) was completed \(count) times")
    }
    let sent = all.filter { $0.operation == "UploadPart" && $0.status == 200 }.reduce(0) { $0 + $1.bytesIn }
    let size = truth.values.reduce(0) { max($0, $1.size) }
    if sent > 2 * size { found.append("I9: \(sent) bytes of parts were sent, of \(size)") }
    return found
  }
}

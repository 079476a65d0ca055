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

  /// Whether every moment of every route is wanted.
  private static let isWhole = ProcessInfo.processInfo.environment["TRANSHIP_MATRIX_KILLS"] == "all"

  private static let kills = [FaultRow.Route.s3ToOSS, .ossToS3].flatMap { route in
    [1, 6, 12, 19, 26, 33, 40, 47, 51, 54].map { Point(route: route, moment: $0) }
  }

  @Test("a run that is killed loses nothing, and its work is not done twice", arguments: kills)
  func killed(_ point: Point) async throws {
    let ending = try await check(point, endsWith: -SIGKILL)
    #expect(ending.hasStruck, "the run was through before \(point.testDescription)")
  }

  @Test(
    "a run is killed at each of its moments, until one is through before",
    .enabled(if: isWhole, "make matrix runs it"), .timeLimit(.minutes(60)),
    arguments: [FaultRow.Route.s3ToOSS, .ossToS3, .s3ToFile, .fileToOSS])
  func killedEverywhere(_ route: FaultRow.Route) async throws {
    var moment = 0
    repeat {
      moment += 1
    } while try await check(Point(route: route, moment: moment), endsWith: -SIGKILL).hasStruck
    print("\(route.rawValue): killed at \(moment - 1) moments, and through before the next")
    #expect(moment > 20)
  }

  @Test(
    "a run is killed at each write and sync of its ledger, until one is through before",
    .enabled(if: isWhole && FaultyDisk.isPossible, "make matrix runs it; needs a C compiler"),
    .timeLimit(.minutes(60)),
    arguments: zip(
      [FaultyDisk.Fault.kill, .torn, .powerCut, .powerCut],
      [FaultRow.Route.s3ToOSS, .s3ToOSS, .s3ToOSS, .s3ToFile]))
  func killedAtEveryWrite(_ fault: FaultyDisk.Fault, _ route: FaultRow.Route) async throws {
    let folder = try TemporaryFolder()
    let disk = try await FaultyDisk(in: folder)
    var number = 0
    var hasStruck = true
    while hasStruck {
      number += 1
      let environment = disk.environment(fault, at: number)
      let (struck, violations) = try await Scenario.killedByDisk(environment, route)
      #expect(
        violations.isEmpty, "\(route) \(fault) at write \(number):\n\(violations.joined(separator: "\n"))")
      hasStruck = struck
    }
    print(
      "\(route.rawValue) \(fault.rawValue): killed at \(number - 1) writes of the ledger, and through before the next"
    )
    #expect(number > 40)
  }

  @Test(
    "a run that is asked to end says so, and goes on later; asked twice, it ends at once",
    arguments: [[SIGTERM], [SIGINT], [SIGHUP], [SIGINT, SIGINT]].flatMap { signals in
      [9, 33].map { Point(route: .s3ToOSS, signals: signals, moment: $0) }
    })
  func asked(_ point: Point) async throws {
    let ending = try await check(point, endsWith: 130)
    #expect(ending.hasStruck, "the run was through before \(point.testDescription)")
  }

  private func check(_ point: Point, endsWith status: Int32) async throws -> Interruption {
    let interruption = Interruption(point.signals, at: point.moment)
    let violations = try await Scenario.violations(of: point, interruption, endsWith: status)
    #expect(violations.isEmpty, "\(point.testDescription):\n\(violations.joined(separator: "\n"))")
    return interruption
  }
}

extension Scenario {
  /// What is wrong after a run that was interrupted and the same command again.
  fileprivate static func violations(
    of point: CrashTests.Point, _ interruption: Interruption, endsWith status: Int32
  ) async throws -> [String] {
    var row = FaultRow(id: "interrupted", route: point.route)
    // Requests are still on their way when a run hears that it has to end.
    if point.signals != [SIGKILL] { (row.source, row.destination) = ([slow], [slow]) }
    let slowed = row
    return try await Berths.shared.use {
      let scenario = try await Scenario(slowed, seed: 1, witness: interruption.witness)
      let found = try await scenario.violations(interruption, endsWith: status)
      await scenario.stop()
      return found
    }
  }

  /// Whether a run in an environment was killed, and what is wrong after the same command again.
  fileprivate static func killedByDisk(
    _ environment: [String: String], _ route: FaultRow.Route
  ) async throws -> (Bool, [String]) {
    try await Berths.shared.use {
      let scenario = try await Scenario(FaultRow(id: "killed at a write", route: route), seed: 1)
      scenario.surroundings = environment
      let first = try await scenario.run("migrate")
      scenario.surroundings = [:]
      var found: [String] = []
      if first.status != -SIGKILL, first.status != 0 { found.append("it ended with \(first.status)") }
      let last = try await scenario.run("migrate")
      found += try await scenario.judge(last, statuses: [0], ends: [:], others: true)
      found += scenario.repeated(scenario.destination?.journal() ?? [])
      await scenario.stop()
      return (first.status == -SIGKILL, found)
    }
  }

  private static let slow = "\"do\":\"delay\",\"ms\":150"

  private func violations(_ interruption: Interruption, endsWith status: Int32) async throws -> [String] {
    let first = try await run("migrate", interruption)
    let expected = interruption.hasStruck ? status : 0
    var found: [String] = []
    if first.status != expected { found.append("it ended with \(first.status): \(first.stderr.suffix(500))") }
    source?.follow(nil)
    destination?.follow(nil)
    let last = try await run("migrate")
    found += try await judge(last, statuses: [0], ends: [:], others: true)
    return found + repeated(destination?.journal() ?? [])
  }

  /// What the destination stored a second time, though it had it: whatever came whole is found there again.
  ///
  /// Parts that were on their way, or whose answer nobody had noted yet, are sent again.
  private func repeated(_ journal: [JournalEntry]) -> [String] {
    var found: [String] = []
    for operation in ["PutObject", "CompleteMultipartUpload"] {
      let stored = journal.filter { $0.operation == operation && $0.status == 200 }
        .reduce(into: [:]) { $0[Self.hex($1.key ?? []), default: 0] += 1 }
      // The probe of what the destination checks is no object.
      for (key, count) in stored where count > 1 && truth[key] != nil {
        found.append("I9: \(operation) stored \(key) \(count) times")
      }
    }
    let sent = journal.filter { $0.operation == "UploadPart" && $0.status == 200 }.reduce(0) {
      $0 + $1.bytesIn
    }
    let size = truth.values.reduce(0) { max($0, $1.size) }
    // From a store the object comes in the two parts that it has there, and both may be on their way.
    let onTheirWay = row.route.source == nil ? Int64(Self.concurrency) << 20 : size
    if sent > size + onTheirWay { found.append("I9: \(sent) bytes of parts were stored, of \(size)") }
    return found
  }
}

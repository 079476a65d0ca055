import Checksums
import DevStore
import Foundation
import NIOPosix
import ObjectStorage

/// Shows on this machine that faults are caught: the program itself migrates between embedded stores that go wrong.
struct SelfTest: Sendable {
  /// Waits between tries, and for silent peers, are so many times shorter in the runs.
  static let haste = 10

  private static let rowsAtOnce = 3
  private static let triesOfControl = 3

  let program: String
  let seed: UInt64
  /// The folder of all rows; it exists and is empty.
  let folder: String
  /// Whether the folders of the rows stay.
  var keeps = false
  /// What happens to a row's folder after its run, before it is judged; nothing outside of tests.
  var afterRun: @Sendable (_ folder: String) throws -> Void = { _ in }

  /// Runs the rows, a few at a time, and hands out each in their order; with a number, that one alone.
  func run(only number: Int? = nil, _ tell: (Int, SelfTestResult) throws -> Void) async throws {
    let keys = DevStoreKeys()
    let made = try await makeSource(keys)
    var rows = Array(SelfTestRow.all.enumerated())
    let (control, usual) = try await run(control: rows.removeFirst(), keys, made)
    // What is held against a run that went wrong shows nothing.
    if (number ?? 1) == 1 || !control.objections.isEmpty { try tell(1, control) }
    rows.removeAll { number != nil && number != $0.offset + 1 }
    try await withThrowingTaskGroup(of: (place: Int, result: SelfTestResult).self) { group in
      var ended = InOrder()
      for (place, row) in rows.enumerated() {
        if place >= Self.rowsAtOnce, let one = try await group.next() {
          for (place, result) in ended.take(one) { try tell(rows[place].offset + 1, result) }
        }
        group.addTask { (place, try await run(row, keys, made, usual).0) }
      }
      for try await one in group {
        for (place, result) in ended.take(one) { try tell(rows[place].offset + 1, result) }
      }
    }
  }

  /// Runs the first row, which has no fault and against which the others are held.
  ///
  /// Once more where the machine itself was in its way; a program that never gets through is wrong.
  private func run(
    control row: (offset: Int, element: SelfTestRow), _ keys: DevStoreKeys, _ made: [String: String]
  ) async throws -> (SelfTestResult, Observed) {
    for _ in 1..<Self.triesOfControl {
      let (result, observed) = try await run(row, keys, made, nil)
      if !observed.hasFailures || !result.objections.isEmpty { return (result, observed) }
      try? FileManager.default.removeItem(atPath: place(row.offset))
    }
    var (result, observed) = try await run(row, keys, made, nil)
    if observed.hasFailures {
      result.objections.append(
        Objection(check: "requests that fail where nothing goes wrong", expected: "none", got: "some"))
    }
    return (result, observed)
  }

  private func place(_ offset: Int) -> String { "\(folder)/row-\(offset + 1)" }

  private func run(
    _ row: (offset: Int, element: SelfTestRow), _ keys: DevStoreKeys, _ made: [String: String],
    _ usual: Observed?
  ) async throws -> (SelfTestResult, Observed) {
    try Task.checkCancellation()
    let place = place(row.offset)
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: folder + "/source", toPath: place + "/source")
    let ended = try await SelfTestStage.use(folder: place, keys: keys) { stage in
      try await SelfTestRun(test: self, row: row.element, stage: stage, made: made, usual: usual).run()
    }
    if !keeps { try FileManager.default.removeItem(atPath: place) }
    return ended
  }

  /// Fills a bucket that every row gets a copy of.
  private func makeSource(_ keys: DevStoreKeys) async throws -> [String: String] {
    let made = try await SelfTestStage.use(folder: folder + "/making", keys: keys) { stage in
      try await SelfTestBucket(seed: seed).write(
        to: stage.clients.source, on: MultiThreadedEventLoopGroup.singleton.any())
    }
    try FileManager.default.moveItem(atPath: folder + "/making/source", toPath: folder + "/source")
    return made
  }
}

/// Hands out in the order of their places what ends in any.
private struct InOrder {
  private var waiting: [Int: SelfTestResult] = [:]
  private var next = 0

  /// What can be handed out now that one more ended.
  mutating func take(_ one: (place: Int, result: SelfTestResult)) -> [(place: Int, result: SelfTestResult)] {
    waiting[one.place] = one.result
    var ready: [(place: Int, result: SelfTestResult)] = []
    while let result = waiting.removeValue(forKey: next) {
      ready.append((next, result))
      next += 1
    }
    return ready
  }
}

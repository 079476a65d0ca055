import Checksums
import DevStore
import Foundation
import NIOPosix
import ObjectStorage

/// Shows on this machine that faults are caught: the program itself migrates between embedded stores that go wrong.
struct SelfTest: Sendable {
  /// Waits between tries, and for silent peers, are so many times shorter in the runs.
  static let haste = 20

  private static let rowsAtOnce = 3

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
    // The first has no fault, and the others are held against it.
    let (control, usual) = try await run(rows.removeFirst(), keys, made, nil)
    if (number ?? 1) == 1 { try tell(1, control) }
    rows.removeAll { number != nil && number != $0.offset + 1 }
    try await withThrowingTaskGroup(of: (place: Int, SelfTestResult).self) { group in
      var ended: [Int: SelfTestResult] = [:]
      var told = 0
      for (place, row) in rows.enumerated() {
        if place >= Self.rowsAtOnce, let next = try await group.next() { ended[next.place] = next.1 }
        while let result = ended[told] {
          try tell(rows[told].offset + 1, result)
          told += 1
        }
        group.addTask { (place, try await run(row, keys, made, usual).0) }
      }
      for try await next in group { ended[next.place] = next.1 }
      while let result = ended[told] {
        try tell(rows[told].offset + 1, result)
        told += 1
      }
    }
  }

  private func run(
    _ row: (offset: Int, element: SelfTestRow), _ keys: DevStoreKeys, _ made: [String: String],
    _ usual: Observed?
  ) async throws -> (SelfTestResult, Observed) {
    try Task.checkCancellation()
    let place = "\(folder)/row-\(row.offset + 1)"
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

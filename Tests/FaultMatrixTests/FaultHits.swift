import Foundation
import Synchronization

/// What was injected by all rows and mixtures together; it is said when the tests end.
final class FaultHits: Sendable {
  static let shared = FaultHits()

  private struct Counts {
    var runs = 0
    var rules = 0
    var fired = 0
    var hits = 0
    var statuses: [Int32: Int] = [:]
  }

  private let counts = Mutex(Counts())

  private init() { atexit { FaultHits.shared.say() } }

  /// Notes how often each rule of a run fired, and how the run ended.
  func add(_ hits: [Int], endedWith status: Int32) {
    counts.withLock {
      $0.runs += 1
      $0.rules += hits.count
      $0.fired += hits.count { $0 > 0 }
      $0.hits += hits.reduce(0, +)
      $0.statuses[status, default: 0] += 1
    }
  }

  private func say() {
    let counts = counts.withLock { $0 }
    let statuses = counts.statuses.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }
    print(
      "faults: \(counts.runs) runs, \(counts.fired) of \(counts.rules) rules fired, \(counts.hits) hits;",
      "ended \(statuses.joined(separator: ", "))")
  }
}

import Foundation
import Testing

/// Every row of the matrix by the built binary against servers whose answers go wrong; judged by what is on the disks.
@Suite("the matrix of faults", .timeLimit(.minutes(10)))
struct FaultMatrixTests {
  /// One seed by default; `TRANSHIP_MATRIX_SEEDS=1,2,3` for others.
  static let seeds: [Int] = {
    let text = ProcessInfo.processInfo.environment["TRANSHIP_MATRIX_SEEDS"] ?? ""
    let seeds = text.split(separator: ",").compactMap { Int($0) }
    return seeds.isEmpty ? [1] : seeds
  }()

  @Test(
    "nothing is lost, nothing wrong is called right, and a run without faults ends it",
    arguments: FaultRow.bodies)
  func bodies(_ row: FaultRow) async throws { try await check(row) }

  @Test("pages that go wrong and names that are hostile lose no key", arguments: FaultRow.listings)
  func listings(_ row: FaultRow) async throws { try await check(row) }

  @Test("what a destination stores or answers is not believed", arguments: FaultRow.writing)
  func writing(_ row: FaultRow) async throws { try await check(row) }

  private func check(_ row: FaultRow) async throws {
    for seed in Self.seeds {
      let violations = try await Scenario.violations(row, seed: seed)
      #expect(
        violations.isEmpty,
        """
        \(row.testDescription), seed \(seed):
        \(violations.joined(separator: "\n"))
        replay: TRANSHIP_MATRIX_SEEDS=\(seed) swift test --filter FaultMatrixTests
        """)
    }
  }
}

import Foundation
import Testing

/// The judge says no where something is wrong; else the matrix would prove nothing.
@Suite("the judge of the matrix")
struct JudgeTests {
  private static func objects(_ folder: String) throws -> [String] {
    let place = folder + "/destination/buckets/into/objects/"
    return try FileManager.default.contentsOfDirectory(atPath: place).sorted().map { place + $0 }
  }

  private static func edit(_ path: String, _ change: (inout String) -> Void) throws {
    var text = try String(contentsOfFile: path, encoding: .utf8)
    change(&text)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  static let damages: [(invariant: String, damage: @Sendable (String) throws -> Void)] = [
    (
      "I2",
      { folder in
        for path in try objects(folder) where path.hasSuffix(".data") {
          try Data("other".utf8).write(to: URL(fileURLWithPath: path))
        }
      }
    ),
    (
      "I2", { folder in for path in try objects(folder) { try FileManager.default.removeItem(atPath: path) } }
    ),
    ("I1", { folder in try edit(folder + "/report-1/job_completed_list") { $0 = "" } }),
    ("I1", { folder in try edit(folder + "/report-1/job_total_list") { $0 += $0 } }),
    ("I12", { folder in try edit(folder + "/report-1/summary.json") { $0.replace("7", with: "8") } }),
    (
      "I17",
      { folder in
        try Data().write(to: URL(fileURLWithPath: folder + "/destination/buckets/into/uploads/1.upload"))
      }
    ),
    (
      "I13",
      { folder in
        try Data(Scenario.keys.secret.utf8).write(to: URL(fileURLWithPath: folder + "/leak.csv"))
      }
    ),
  ]

  @Test("every kind of damage is seen under its name", arguments: Self.damages.indices)
  func seen(_ index: Int) async throws {
    let (invariant, damage) = Self.damages[index]
    let found = try await Berths.shared.use { try await Scenario.judged(after: damage) }
    #expect(found.contains { $0.hasPrefix("run 1: \(invariant):") }, "\(index): \(found)")
  }

  @Test("nothing is said of a run that went well")
  func silent() async throws {
    let found = try await Berths.shared.use { try await Scenario.judged { _ in } }
    #expect(found == [])
  }
}

import Foundation
import StorageTesting
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

  static let damages: [(invariant: String, damage: @Sendable (Scenario) throws -> Void)] = [
    (
      "I2",
      { scenario in
        for path in try objects(scenario.folder.path) where path.hasSuffix(".data") {
          try Data("other".utf8).write(to: URL(fileURLWithPath: path))
        }
      }
    ),
    (
      "I2",
      { scenario in
        for path in try objects(scenario.folder.path) { try FileManager.default.removeItem(atPath: path) }
      }
    ),
    ("I1", { scenario in try edit(scenario.folder.path + "/report-1/job_completed_list") { $0 = "" } }),
    ("I1", { scenario in try edit(scenario.folder.path + "/report-1/job_total_list") { $0 += $0 } }),
    (
      "I12",
      { scenario in try edit(scenario.folder.path + "/report-1/summary.json") { $0.replace("7", with: "8") } }
    ),
    (
      "I17",
      { scenario in
        try Data().write(
          to: URL(fileURLWithPath: scenario.folder.path + "/destination/buckets/into/uploads/1.upload"))
      }
    ),
    (
      "I13",
      { scenario in
        try Data(Scenario.keys.secret.utf8).write(
          to: URL(fileURLWithPath: scenario.folder.path + "/source/leak.csv"))
      }
    ),
    ("I14", { scenario in try Data().write(to: URL(fileURLWithPath: scenario.folder.path + "/stray")) }),
    ("I14", { scenario in try edit(scenario.folder.path + "/outside/kept") { $0 = "touched!!" } }),
    (
      "I16",
      { scenario in
        for path in try objects(scenario.folder.path) where path.hasSuffix(".json") {
          try edit(path) { $0.replace("x-matrix", with: "x-other") }
        }
      }
    ),
    ("I13", { scenario in try scenario.canary.sing() }),
  ]

  @Test("a run that has something to do is not the repetition of a finished one")
  func repetition() async throws {
    let found = try await Berths.shared.use { try await Scenario.judgedAsRepeated() }
    #expect(found.contains { $0.hasPrefix("run 1: I8:") }, "\(found)")
  }

  @Test("more requests of one kind than tries are seen")
  func bounded() async throws {
    let found = try await Berths.shared.use {
      try await Scenario.judged { scenario in scenario.extraRequests = 200 }
    }
    #expect(found.contains { $0.hasPrefix("run 1: I11:") }, "\(found)")
  }

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

import Checksums
import ObjectStorage
import Testing

@testable import Transfers

@Suite("in which ranges an object is copied, and how its source's parts are hashed")
struct PartRouteTests {
  private static let size: Int64 = 1000
  private static let limits = WriteLimits(minimumPart: 50, maximumPart: 400)

  struct Row: Sendable {
    var name: String
    /// Part sizes of each candidate.
    var candidates: [[Int64]]
    var authority = KnownParts.Authority.store
    var algorithm = ChecksumAlgorithm.multipartETag
    var guessingLimit: Int64 = 1000
    /// Where each range begins.
    var offsets: [Int64]
    /// How many of the candidates come out.
    var tried: Int
    var isInOrder = false
  }

  static let table: [Row] = [
    Row(name: "known", candidates: [[300, 300, 300, 100]], offsets: [0, 300, 600, 900], tried: 1),
    Row(
      name: "told by the first part", candidates: [[300, 300, 300, 100]], authority: .firstPart,
      offsets: [0, 300, 600, 900], tried: 1),
    Row(
      name: "known, a composite checksum", candidates: [[300, 300, 300, 100]], algorithm: .sha256,
      offsets: [0, 300, 600, 900], tried: 1),
    Row(
      name: "known, too large for the destination", candidates: [[500, 500]],
      offsets: [0, 200, 400, 600, 800], tried: 1, isInOrder: true),
    Row(
      name: "known, too large for the destination, beyond the limit of guesses", candidates: [[500, 500]],
      guessingLimit: 10, offsets: [0, 200, 400, 600, 800], tried: 1, isInOrder: true),
    Row(
      name: "one part", candidates: [[1000]], algorithm: .sha256, offsets: [0, 200, 400, 600, 800], tried: 1,
      isInOrder: true),
    Row(
      name: "perhaps one part", candidates: [[1000]], authority: .guess, offsets: [0, 200, 400, 600, 800],
      tried: 1, isInOrder: true),
    Row(
      name: "perhaps one part, beyond the limit", candidates: [[1000]], authority: .guess, guessingLimit: 999,
      offsets: [0, 200, 400, 600, 800], tried: 0),
    Row(
      name: "one guess", candidates: [[300, 300, 300, 100]], authority: .guess, offsets: [0, 300, 600, 900],
      tried: 1),
    Row(
      name: "several guesses", candidates: [[250, 250, 250, 250], [300, 300, 300, 100]], authority: .guess,
      offsets: [0, 200, 400, 600, 800], tried: 2, isInOrder: true),
    Row(
      name: "several guesses, beyond the limit", candidates: [[250, 250, 250, 250], [300, 300, 300, 100]],
      authority: .guess, guessingLimit: 999, offsets: [0, 250, 500, 750], tried: 1),
    Row(
      name: "several guesses, beyond the limit, and the destination takes none",
      candidates: [[500, 500], [999, 1]],
      authority: .guess, guessingLimit: 999, offsets: [0, 200, 400, 600, 800], tried: 0),
    Row(
      name: "nothing to try", candidates: [], authority: .guess, offsets: [0, 200, 400, 600, 800], tried: 0),
  ]

  @Test("every row of the table holds", arguments: table)
  func row(_ row: Row) throws {
    let goal = try #require(
      Checksum(
        row.algorithm, bytes: Array(repeating: 0, count: row.algorithm.byteCount),
        partCount: row.candidates.first?.count ?? 2))
    let candidates = try row.candidates.map {
      try #require(PartBoundaries(objectSize: Self.size, sizes: $0))
    }
    let cut = SourceCut(goal: goal, parts: KnownParts(candidates: candidates, authority: row.authority))
    let settings = CopySettings(partSize: 200, guessingLimit: row.guessingLimit)
    let route = PartRoute(size: Self.size, cut: cut, settings, Self.limits)
    let parts = (0..<route.layout.count).compactMap { route.layout.part(at: $0) }
    #expect(parts.map(\.range.first) == row.offsets, "\(row.name)")
    #expect(parts.last?.range.last == Self.size - 1)
    #expect(route.tried == Array(candidates.prefix(row.tried)), "\(row.name)")
    #expect(route.isInOrder == row.isInOrder, "\(row.name)")
    // Each range hashes the source's parts in it, or none does.
    #expect(parts.allSatisfy { ($0.cut != nil) == (row.tried > 0 && !row.isInOrder) }, "\(row.name)")
  }

  @Test("an object with a digest of its whole goes in equal ranges")
  func whole() {
    let route = PartRoute(size: Self.size, cut: nil, CopySettings(partSize: 200), Self.limits)
    #expect(route.layout.count == 5 && route.tried.isEmpty && !route.isInOrder)
  }
}

import Foundation
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

@Suite("error lists that were damaged", .timeLimit(.minutes(2)))
struct ErrorListMutationTests {
  static let samples = [
    "a/b.csv\t2024-01-02 03:04:05\t2024-01-02 03:04:06\tAccessDenied\nä%20c\t2024-01-02 03:04:05\t2024-01-02 03:04:06\tx y\n",
    "\"a,b\",2024-01-02T03:04:05Z,2024-01-02T03:04:06Z,\"it broke, twice\"\n",
    "- gone\n+ new\n* differs\n! broken\n= same\n",
    "bucket,a%2Fb\nbucket,c+d\n", "bucket,a,v1\n", "one\ntwo/three\n\nfour five\n", "\u{feff}one\r\ntwo\r\n",
  ].map { Array($0.utf8) }

  static let words = [
    "\t", "\r\n", "\"", "\"\"", "%", "%zz", "%00", "bucket,", "2024-01-02 03:04:05", "* ", "\u{feff}", "\n\n",
  ]

  /// Every row's name, with the line that it is of; throws as a list does that is refused.
  static func read(_ bytes: [UInt8]) throws(ReportProblem) -> (
    names: [(name: [UInt8], line: [UInt8])], lines: Int
  ) {
    var rows = try ErrorListSniffer.rows(ofHead: bytes[...], bucket: "bucket")
    var lines = ReportLines()
    bytes.withUnsafeBytes { lines.append($0) }
    lines.end()
    var (found, count): ([(name: [UInt8], line: [UInt8])], Int) = ([], 0)
    while let next = lines.next() {
      guard case .line(let line) = next else { throw ReportProblem("a line is too long") }
      count += 1
      if case .row(let row) = try rows.read(line) { found.append((Array(row.name), Array(line.bytes))) }
    }
    return (found, count)
  }

  @Test("a damaged one is refused or read line by line: no name comes from elsewhere, and none is made up")
  func damaged() {
    var (taken, refused) = (0, 0)
    for seed in 0..<6000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      let bytes = mutator.damaged(Self.samples)
      do throws(ReportProblem) {
        let (names, lines) = try Self.read(bytes)
        taken += 1
        #expect(names.count <= lines, "seed \(seed)")
        for (name, line) in names {
          #expect(!name.isEmpty && !name.contains(UInt8(ascii: "\n")), "seed \(seed)")
          #expect(
            line.contains(name), "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
      } catch {
        refused += 1
        #expect(!"\(error)".isEmpty, "seed \(seed)")
      }
    }
    #expect(taken > 500 && refused > 500, "\(taken) taken, \(refused) refused")
  }
}

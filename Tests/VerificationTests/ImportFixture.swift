import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import SavedReports
import StorageTesting
import Testing
import Verification

/// The files that the lists of `fixtures/evidence` are of: name and contents.
let listedFiles: [String: String] = [
  " lead": "q", "*star": "w", "a b.txt": "abc", "back\\slash": "y", "cr\rhere": "z", "empty": "",
  "new\nline": "x", "ré+100%.txt": "123456789", "sub/日本語.csv": "hello world",
]

/// What a program that shows control characters as symbols makes of a name.
func symbolic(_ name: String) -> String {
  String(
    String.UnicodeScalarView(
      name.unicodeScalars.map { $0.value < 32 ? Unicode.Scalar($0.value + 0x2400) ?? $0 : $0 }))
}

/// The same numbers in every run, after SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Reads lines as a format does, from the first to the end.
func findings(
  _ lines: [String], _ kind: EvidenceKind, side: Side = .source, sourceKind: StoreLocation.Kind = .s3
) -> [EvidenceFinding] {
  findings(lines: lines.map { Array($0.utf8) }, kind, side: side, sourceKind: sourceKind)
}

func findings(
  lines: [[UInt8]], _ kind: EvidenceKind, side: Side = .source, sourceKind: StoreLocation.Kind = .s3
) -> [EvidenceFinding] {
  var format = kind.format(side: side, sourceKind: sourceKind)
  var found: [EvidenceFinding] = []
  for (index, line) in lines.enumerated() {
    let hasReturn = line.last == UInt8(ascii: "\r")
    let bytes = line.dropLast(hasReturn ? 1 : 0)
    found += format.read(ReportLine(Int64(index) + 1, bytes, endsWithCarriageReturn: hasReturn))
  }
  return found + format.finish()
}

/// The findings of a file of `fixtures/evidence`, read as the import reads it.
func findings(
  ofFixture name: String, _ kind: EvidenceKind, side: Side = .source, sourceKind: StoreLocation.Kind = .s3,
  isZeroTerminated: Bool = false
) throws -> [EvidenceFinding] {
  let path = Fixtures.folder.appendingPathComponent("evidence/\(name)").path
  var lines = try EvidenceLines(path, isZeroTerminated: isZeroTerminated)
  var format = kind.format(side: side, sourceKind: sourceKind, isZeroTerminated: isZeroTerminated)
  var found: [EvidenceFinding] = []
  while case .line(let line) = try lines.next() { found += format.read(line) }
  return found + format.finish()
}

extension Collection where Element == EvidenceFinding {
  var rows: [EvidenceRow] {
    compactMap { if case .row(let row) = $0.content { row } else { nil } }
  }

  var problems: [String] {
    compactMap { if case .problem(let cause) = $0.content { cause } else { nil } }
  }

  var withoutDigest: Int { count { $0.content == .withoutDigest } }

  /// The digests by name, as text.
  var digests: [String: [String]] {
    Dictionary(
      rows.map { row in
        (row.name.shown, row.checksums.map { "\($0.algorithm.rawValue) \($0.hex)" })
      }, uniquingKeysWith: +)
  }
}

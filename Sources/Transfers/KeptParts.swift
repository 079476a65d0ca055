import AuditLedger
import Checksums
import ObjectStorage

/// Which parts of an upload that an earlier run left need not be sent again.
enum KeptParts {
  /// | the ledger's row of a part | the destination's | kept |
  /// | --- | --- | --- |
  /// | none: it was on its way when the run ended | any | no: its digests are not known |
  /// | with the digests that this run computes | the same number, size and ETag, no other digest | yes |
  /// | without one of them | any | no |
  /// | any | none, or another size, ETag or digest | no |
  ///
  /// The rows are of an upload that is cut as the layout says.
  static func of(
    _ layout: PartLayout, rows: [StartedPart], shown: [StoredPart], algorithms: [ChecksumAlgorithm],
    partAlgorithm: ChecksumAlgorithm
  ) -> [CopiedPart] {
    let shown = Dictionary(shown.map { ($0.number, $0) }) { first, _ in first }
    let rows = Dictionary(rows.map { ($0.stored.number, $0) }) { first, _ in first }
    return (0..<layout.count).compactMap { index in
      guard let part = layout.part(at: index), let row = rows[part.number], let stored = shown[part.number],
        row.range == part.range, isSame(row, stored),
        algorithms.allSatisfy({ algorithm in row.streamed.contains { $0.algorithm == algorithm } }),
        row.sourceParts.count == part.cut?.count ?? 0,
        row.sourceParts.allSatisfy({ $0.algorithm == partAlgorithm })
      else { return nil }
      return CopiedPart(
        stored: row.stored, size: part.range.length, streamed: row.streamed, sourceDigests: row.sourceParts,
        bytesSent: 0)
    }
  }

  private static func isSame(_ row: StartedPart, _ shown: StoredPart) -> Bool {
    shown.size == row.stored.size && shown.eTag.isSame(as: row.stored.eTag)
      && shown.checksums.allSatisfy { one in
        (row.streamed + row.stored.checksums).allSatisfy { $0.algorithm != one.algorithm || $0 == one }
      }
  }
}

import Checksums
import ObjectStorage
import SavedReports

/// A checksum as S3 writes it in its reports: Base64, perhaps with the number of parts behind it, and a type.
///
/// | type | parts known | the value is over |
/// | --- | --- | --- |
/// | `FULL_OBJECT` | any | the object |
/// | `COMPOSITE` | yes | the digests of so many parts |
/// | `COMPOSITE` | no | a problem: it could be taken for the object's |
/// | none, CRC-64/NVME | any | the object |
/// | none, any other | yes | the digests of so many parts, the only kind that was there before types were |
/// | none, any other | no | the object |
enum StoreChecksum {
  /// By the names of the `ChecksumAlgorithm` of S3; others are known to nobody here.
  static let algorithms: [(name: String, algorithm: ChecksumAlgorithm)] = [
    ("CRC32", .crc32), ("CRC32C", .crc32c), ("CRC64NVME", .crc64nvme), ("SHA1", .sha1), ("SHA256", .sha256),
    ("MD5", .md5),
  ]

  static func algorithm(named name: String) -> ChecksumAlgorithm? {
    algorithms.first { $0.name == name }?.algorithm
  }

  /// Reads `value` or `value-N`.
  ///
  /// - Parameters:
  ///   - type: `FULL_OBJECT`, `COMPOSITE`, or nil where the report has none.
  ///   - partCounts: what the report says elsewhere of the number of parts; all must agree.
  static func read(
    _ algorithm: ChecksumAlgorithm, _ text: String, type: String?, partCounts: [Int?]
  ) throws(ReportProblem) -> Checksum {
    let pieces = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    var counts = partCounts.compactMap { $0 }
    if pieces.count == 2 {
      guard let count = Int(pieces[1]) else { throw unreadable(algorithm) }
      counts.append(count)
    }
    let isComposite = try isComposite(
      algorithm, type, hasSuffix: pieces.count == 2, hasCount: !counts.isEmpty)
    guard isComposite else { return try checksum(algorithm, pieces[0], nil) }
    guard let count = counts.first else {
      throw ReportProblem("a composite \(algorithm.rawValue) without its number of parts")
    }
    guard counts.allSatisfy({ $0 == count }), (1...10_000).contains(count) else {
      throw ReportProblem("the row contradicts itself in the number of parts")
    }
    return try checksum(algorithm, pieces[0], count)
  }

  private static func isComposite(
    _ algorithm: ChecksumAlgorithm, _ type: String?, hasSuffix: Bool, hasCount: Bool
  ) throws(ReportProblem) -> Bool {
    switch type {
    case "COMPOSITE": return true
    case "FULL_OBJECT":
      guard !hasSuffix else {
        throw ReportProblem("a \(algorithm.rawValue) of the full object with a number of parts")
      }
      return false
    case nil: return hasSuffix || (hasCount && algorithm != .crc64nvme)
    case .some(let other): throw ReportProblem("unknown type of checksum \(shownSafely(other))")
    }
  }

  private static func checksum(
    _ algorithm: ChecksumAlgorithm, _ base64: Substring, _ count: Int?
  ) throws(ReportProblem) -> Checksum {
    guard let checksum = Checksum(algorithm, base64: base64, partCount: count) else {
      throw unreadable(algorithm)
    }
    return checksum
  }

  private static func unreadable(_ algorithm: ChecksumAlgorithm) -> ReportProblem {
    ReportProblem("the \(algorithm.rawValue) is not Base64 of \(algorithm.byteCount) bytes")
  }
}

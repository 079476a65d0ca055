import Checksums
import ObjectStorage
import SavedReports

/// What `md5sum`, `sha1sum`, `sha256sum` and `rclone hashsum` print.
///
/// | row | meaning |
/// | --- | --- |
/// | `hex  name`, `hex *name` | a digest |
/// | `\hex  name` | the name has `\n`, `\r` and `\\` for what would break the line |
/// | `MD5 (name) = hex`, `\MD5 (name) = hex` | the same with the algorithm's name |
/// | `base64  name` | a digest of `rclone hashsum --base64` |
/// | blanks, `UNSUPPORTED` or `ERROR`, two blanks, name | without a digest |
struct ChecksumList: EvidenceFormat {
  let namesAreWholeKeys = false
  private let algorithm: ChecksumAlgorithm?
  private let namesAreEscaped: Bool
  private var linesEndWithCarriageReturn: Bool?

  /// Takes digests of one algorithm, or of every algorithm that these programs know where it is nil.
  init(_ algorithm: ChecksumAlgorithm?, namesAreEscaped: Bool) {
    self.algorithm = algorithm
    self.namesAreEscaped = namesAreEscaped
  }

  mutating func read(_ line: ReportLine) -> [EvidenceFinding] {
    let usual = linesEndWithCarriageReturn ?? line.endsWithCarriageReturn
    linesEndWithCarriageReturn = usual
    guard !line.bytes.isEmpty else { return [] }
    guard usual || !line.endsWithCarriageReturn else {
      return [
        EvidenceFinding(
          line: line.number,
          .problem("a carriage return ends this line and not the first one: it may belong to the name"))
      ]
    }
    return [EvidenceFinding(line: line.number, content(line.bytes))]
  }

  private func content(_ bytes: ArraySlice<UInt8>) -> EvidenceFinding.Content {
    if Self.isWithoutDigest(bytes) { return .withoutDigest }
    let isEscaped = namesAreEscaped && bytes.first == UInt8(ascii: "\\")
    let row = isEscaped ? bytes.dropFirst() : bytes
    guard let entry = ChecksumEntry(tagged: row) ?? ChecksumEntry(plain: row) else {
      return .problem("neither a digest, two blanks and a name, nor ALGORITHM (name) = digest")
    }
    guard algorithm == nil || algorithm == entry.checksum.algorithm else {
      let found = entry.checksum.algorithm.rawValue
      return .problem(
        "a digest of the length of \(found) in a list of another kind; --format rclone takes all")
    }
    guard let name = isEscaped ? Self.unescaped(entry.name) : Array(entry.name) else {
      return .problem("a backslash in the name is not followed by n, r or another backslash")
    }
    guard !name.isEmpty else { return .problem("no name behind the digest") }
    return .row(EvidenceRow(name: ObjectKey(bytes: name), checksums: [entry.checksum]))
  }

  /// Whether the column of the digest holds blanks or a word; the column is as wide as the digest would be.
  static func isWithoutDigest(_ bytes: ArraySlice<UInt8>) -> Bool {
    let blanks = bytes.prefix { $0 == UInt8(ascii: " ") }.count
    if blanks >= ChecksumEntry.narrowest + 2 { return blanks < bytes.count }
    let rest = bytes.dropFirst(blanks)
    for word in ["UNSUPPORTED  ", "ERROR  "] where rest.hasPrefix(word) && rest.count > word.utf8.count {
      let width = blanks + word.utf8.count - 2
      return width >= ChecksumEntry.narrowest || blanks == 0
    }
    return false
  }

  /// The name that was written with backslashes; nil where one stands alone.
  private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var rest = name.makeIterator()
    while let byte = rest.next() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.next() {
      case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "r"): bytes.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      default: return nil
      }
    }
    return bytes
  }
}

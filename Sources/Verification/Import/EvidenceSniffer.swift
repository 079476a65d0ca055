import Checksums
public import ObjectStorage
import SavedReports

/// Tells what kind of report a file is from its first lines.
public enum EvidenceSniffer {
  private static let linesLookedAt = 20

  /// The kind of the first line that is a row of one; nil where none of the first lines is.
  public static func kind(ofHead head: ArraySlice<UInt8>, isZeroTerminated: Bool = false) -> EvidenceKind? {
    if !isZeroTerminated && ObjectAttributesDump.recognises(head: head) { return .attributes }
    let lines = head.split(
      separator: isZeroTerminated ? 0 : UInt8(ascii: "\n"), maxSplits: linesLookedAt,
      omittingEmptySubsequences: true)
    return lines.prefix(linesLookedAt).lazy.compactMap(kind(ofLine:)).first
  }

  private static func kind(ofLine line: ArraySlice<UInt8>) -> EvidenceKind? {
    let bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    if let entry = ChecksumEntry(tagged: unescaped(bytes)) ?? ChecksumEntry(plain: unescaped(bytes)) {
      return kind(of: entry, in: bytes)
    }
    if BatchReport.recognises(bytes) { return .s3Batch }
    if MigrationRows.recognises(bytes) { return .migration }
    return ChecksumList.isWithoutDigest(bytes) ? .rclone : nil
  }

  /// Base64 and CRCs come from rclone; what it shares with the other programs is theirs.
  private static func kind(of entry: ChecksumEntry, in bytes: ArraySlice<UInt8>) -> EvidenceKind {
    guard !entry.isBase64 else { return .rclone }
    switch entry.checksum.algorithm {
    case .md5: return .md5sum
    case .sha1: return .sha1sum
    case .sha256: return .sha256sum
    case .crc32, .crc32c, .crc64xz, .crc64nvme, .multipartETag: return .rclone
    }
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes.first == UInt8(ascii: "\\") ? bytes.dropFirst() : bytes
  }

  /// The error of a file that nobody recognises.
  public static func unknown(_ path: String, head: ArraySlice<UInt8>) -> StorageError {
    let choices = EvidenceKind.allCases.map(\.rawValue).joined(separator: ", ")
    let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
    let cause =
      isWide ? "it is UTF-16, save it as UTF-8" : "none of its first lines is a row of a known report"
    return StorageError(
      .localFault,
      "cannot tell what \(shownSafely(path)) is: \(cause); name its kind with --format, one of \(choices)")
  }
}

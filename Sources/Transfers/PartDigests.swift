import AuditLedger
import Checksums
import ObjectStorage

/// The digests of a whole object, put together from its parts.
struct PartDigests {
  /// In bytes.
  let size: Int64
  let whole: [Checksum]
  /// The multipart ETag of the parts that were sent.
  let uploadETag: Checksum?
  /// Whether the destination gave every part its MD5 for an ETag: then that of the object is no other digest either.
  let partTagsAreMD5s: Bool
  /// Digests over the source's own parts, one for every cut that was tried.
  let rebuilt: [Checksum]

  /// Throws where digests that ran beside the parts are not those of the parts.
  init(_ parts: [CopiedPart], _ running: RunningDigests?, _ cut: SourceCut?) throws(CopyFailure) {
    size = parts.reduce(0) { $0 + $1.size }
    let combined = [ChecksumAlgorithm.crc64xz, .crc64nvme, .crc32, .crc32c].compactMap { algorithm in
      Self.combined(parts, algorithm)
    }
    let partMD5s = parts.compactMap { part in part.streamed.first { $0.algorithm == .md5 } }
    uploadETag = partMD5s.count == parts.count ? Checksum.multipartETag(ofPartMD5s: partMD5s) : nil
    partTagsAreMD5s = parts.allSatisfy { part in part.stored.checksums.contains { $0.algorithm == .md5 } }
    let inOrder =
      try running?.finish(over: combined.first { $0.algorithm == .crc64xz }) ?? RunningDigests.Result()
    let isAlong = parts.allSatisfy { !$0.sourceDigests.isEmpty }
    let along = isAlong ? Checksum.over(parts: parts.flatMap(\.sourceDigests)) : nil
    rebuilt = inOrder.rebuilt + [along].compactMap(\.self)
    whole =
      combined + inOrder.checksums + [uploadETag].compactMap(\.self) + rebuilt.filter { $0 == cut?.goal }
  }

  private static func combined(_ parts: [CopiedPart], _ algorithm: ChecksumAlgorithm) -> Checksum? {
    var whole: Checksum?
    for part in parts {
      guard let next = part.streamed.first(where: { $0.algorithm == algorithm }) else { return nil }
      whole = whole.map { $0.combined(with: next, secondLength: part.size) } ?? next
    }
    return whole
  }

  /// Whether a digest of the destination is of the same bytes, cut alike, as one of these.
  func canBeCompared(_ published: Checksum) -> Bool {
    whole.contains { $0.algorithm == published.algorithm && $0.partCount == published.partCount }
  }

  /// Throws where the bytes that came are not those that the source publishes a digest of.
  func require(_ expected: [Checksum]) throws(CopyFailure) {
    for one in expected {
      guard let found = whole.first(where: { $0.algorithm == one.algorithm }), found != one else { continue }
      throw CopyFailure(
        .source,
        StorageError(
          .corrupted,
          "the source publishes \(one.algorithm.rawValue) \(one.text), the bytes that came have \(found.text)"
        ))
    }
  }
}

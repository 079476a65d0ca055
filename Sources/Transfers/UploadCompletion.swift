import AuditLedger
import Checksums
import ObjectStorage

/// An upload that became an object.
struct CompletedUpload: Sendable {
  var receipt: WriteReceipt
  /// The digests of the object that the destination computed.
  var published: [Checksum]
  /// Whether no answer said so: the destination was found to hold it.
  var isFound = false
}

/// Makes an object of the parts of an upload, and finds out what the destination says of it.
struct UploadCompletion {
  let copier: Copier
  let item: WorkItem
  let upload: UploadID
  let mayReplace: Bool

  /// Completes the upload; an answer that is lost or doubtful is settled by what the destination holds.
  func run(_ parts: [StoredPart], _ digests: PartDigests) async throws(CopyFailure) -> CompletedUpload {
    var tries = 1
    while true {
      let receipt: WriteReceipt
      do {
        receipt = try await copier.destination.completeUpload(
          item.destinationKey, upload, parts: parts, ifAbsent: !mayReplace)
      } catch {
        // A key that exists before anything of ours could have been stored is somebody else's.
        let isOthers = error.code == .alreadyExists && tries == 1
        // What is gone, or stands there, behind an answer that was lost is what that answer was about.
        let isThere = tries > 1 && [.alreadyExists, .noSuchUpload].contains(error.code)
        if !isOthers, let completed = try await completedAlready(digests, isThere: isThere) {
          return completed
        }
        do {
          try await copier.retrying.wait(afterTry: tries, error)
        } catch let final {
          throw CopyFailure(.destination, final)
        }
        tries += 1
        continue
      }
      return CompletedUpload(receipt: receipt, published: try await published(receipt, digests))
    }
  }

  /// | the answer's digests | its ETag | taken |
  /// | --- | --- | --- |
  /// | one can be compared with what was sent | any | the digests |
  /// | none can | is that of the parts that were sent | the ETag too: two that were computed apart do not agree by chance |
  /// | none can | anything else | what HEAD says of the same object: only there its encryption is shown |
  private func published(
    _ receipt: WriteReceipt, _ digests: PartDigests
  ) async throws(CopyFailure) -> [Checksum] {
    let told = receipt.checksums + receipt.compositeChecksums
    guard !told.contains(where: digests.canBeCompared) else { return told }
    if let sent = digests.uploadETag, receipt.eTag?.multipartShape == sent { return told + [sent] }
    guard let stored = try await stored(isThere: true), let one = stored.eTag, let other = receipt.eTag,
      one.isSame(as: other)
    else { return told }
    return stored.checksums + stored.compositeChecksums
  }

  private func completedAlready(
    _ digests: PartDigests, isThere: Bool
  ) async throws(CopyFailure) -> CompletedUpload? {
    guard let stored = try await stored(isThere: isThere), stored.size == item.source.size else { return nil }
    let published = stored.checksums + stored.compositeChecksums
    guard published.contains(where: { one in digests.whole.contains { ChecksumMatch(one, $0) != nil } })
    else { return nil }
    let receipt = WriteReceipt(
      eTag: stored.eTag, versionID: stored.versionID, checksums: stored.checksums,
      compositeChecksums: stored.compositeChecksums, requestID: stored.requestID)
    return CompletedUpload(receipt: receipt, published: published, isFound: true)
  }

  /// What the destination holds now; nil where it does not say.
  private func stored(isThere: Bool) async throws(CopyFailure) -> ObjectAttributes? {
    do {
      return try await copier.asked(isThere: isThere) { () throws(StorageError) in
        try await copier.destination.head(item.destinationKey, part: nil)
      }
    } catch  where error.disposition == .fail {
      return nil
    } catch {
      throw CopyFailure(.destination, error)
    }
  }
}

import AuditLedger
import Checksums
import ObjectStorage

/// How the source's object was cut, and the ETag that its parts' MD5s have to give.
struct SourceCut: Sendable {
  /// The source's multipart ETag.
  var goal: Checksum
  var parts: KnownParts

  /// The ETag that has to come out before the last byte is passed on; nil where the cut is not known for sure.
  var requiredETag: Checksum? { parts.authority == .store ? goal : nil }
}

/// What rebuilt multipart ETags say of the bytes that came.
enum CutCheck: Sendable {
  case fits
  /// The store tells how the object is cut, and cut so the bytes give another ETag.
  case wrongBytes(Checksum)
  /// The store tells another cut than was assumed.
  case otherCut(PartBoundaries)
  /// Nobody tells how the object is cut.
  case unknown
}

extension Copier {
  /// How an object is cut whose only digest is a multipart ETag; nil for any other object.
  func cut(
    of item: WorkItem, _ attributes: ObjectAttributes
  ) async throws(CopyFailure) -> SourceCut? {
    guard !attributes.checksums.contains(where: { $0.partCount == nil }),
      let goal = attributes.compositeChecksums.first(where: { $0.algorithm == .multipartETag }),
      let count = goal.partCount
    else { return nil }
    let parts = try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying)
        .parts(of: item.source.key, size: item.source.size, count: count, eTag: attributes.eTag)
    }
    return parts.candidates.isEmpty ? nil : SourceCut(goal: goal, parts: parts)
  }

  /// Judges rebuilt ETags; where none fits, asks the store how every part is cut.
  func check(
    _ rebuilt: [Checksum], against cut: SourceCut, _ item: WorkItem
  ) async throws(CopyFailure) -> CutCheck {
    if rebuilt.contains(cut.goal) { return .fits }
    var told = cut.parts.authority == .store ? cut.parts.candidates.first : nil
    if told == nil {
      told = try await on(.source) { () throws(StorageError) in
        try await PartDiscovery(store: source, retrying: retrying).confirmed(
          item.source.key, size: item.source.size, count: cut.goal.partCount ?? 1, eTag: item.source.eTag)
      }
    }
    guard let told else { return .unknown }
    guard let place = cut.parts.candidates.firstIndex(of: told), rebuilt.indices.contains(place) else {
      return .otherCut(told)
    }
    return .wrongBytes(rebuilt[place])
  }
}

import AuditLedger
import Checksums
import ObjectStorage

/// How the source's object was cut, and the ETag that its parts' MD5s have to give.
struct SourceCut: Sendable {
  /// The source's multipart ETag.
  var goal: Checksum
  var parts: KnownParts

  /// The ETag that has to come out before the last byte is passed on; nil where the cut is a guess.
  var requiredETag: Checksum? { parts.authority == .guess ? nil : goal }
}

/// What a rebuilt multipart ETag says of the bytes that came.
enum CutCheck: Sendable {
  case fits
  /// The store tells how the object is cut, and cut so the bytes give another ETag.
  case wrongBytes
  /// The store tells another cut than was assumed.
  case otherCut(PartBoundaries)
  /// Nobody tells how the object is cut.
  case unknown
}

extension Copier {
  /// How an object is cut whose only digest is a multipart ETag; nil for any other object.
  ///
  /// The store is not asked where the parts are known already.
  func cut(
    of item: WorkItem, _ attributes: ObjectAttributes, known: KnownParts? = nil
  ) async throws(CopyFailure) -> SourceCut? {
    guard !attributes.checksums.contains(where: { $0.partCount == nil }),
      let goal = PartDiscovery.goal(
        among: attributes.compositeChecksums.filter { $0.algorithm == .multipartETag })
    else { return nil }
    if let known { return SourceCut(goal: goal, parts: known) }
    let parts = try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying)
        .parts(of: item.source.key, size: item.source.size, goal: goal, eTag: attributes.eTag)
    }
    return parts.candidates.isEmpty ? nil : SourceCut(goal: goal, parts: parts)
  }

  /// Judges the rebuilt ETag of the first candidate; where it does not fit, asks the store how every part is cut.
  func check(
    _ rebuilt: Checksum?, against cut: SourceCut, _ item: WorkItem
  ) async throws(CopyFailure) -> CutCheck {
    guard rebuilt != cut.goal else { return .fits }
    guard let told = try await toldCut(cut, item) else { return .unknown }
    return cut.parts.candidates.first == told ? .wrongBytes : .otherCut(told)
  }

  /// How the store says that every part is cut; nil where it does not say.
  func toldCut(_ cut: SourceCut, _ item: WorkItem) async throws(CopyFailure) -> PartBoundaries? {
    if cut.parts.authority == .store { return cut.parts.candidates.first }
    return try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying).confirmed(
        item.source.key, size: item.source.size, goal: cut.goal, eTag: item.source.eTag)
    }
  }
}

import AuditLedger
import Checksums
import ObjectStorage

/// A source's digest over the digests of its parts, and what is known of how it was cut into them.
struct SourceCut: Sendable {
  /// A multipart ETag or a composite checksum.
  var goal: Checksum
  /// Without candidates where nothing is worth a try.
  var parts: KnownParts

  /// The digest that has to come out before the last byte is passed on; nil where the cut is a guess.
  var required: Checksum? { parts.authority == .guess ? nil : goal }

  /// What the parts are hashed with.
  var partAlgorithm: ChecksumAlgorithm { goal.algorithm == .multipartETag ? .md5 : goal.algorithm }

  /// That the goal was not reached, and what it means, for whoever reads the outcome.
  func note(triedAll: Bool) -> String {
    "the source's \(found(triedAll)), so a bit that changed on its way from there would not be noticed"
  }

  private func found(_ triedAll: Bool) -> String {
    guard goal.algorithm == .multipartETag else {
      return "composite \(goal.algorithm.rawValue) rests on part sizes that it does not tell"
    }
    if goal.partCount == 1 { return "ETag is not that of an upload of one part" }
    let tried =
      switch (parts.authority, triedAll) {
      case (.guess, false): "the likeliest part size, and the object is too large to try others"
      case (.guess, true): "any usual part size"
      case (.firstPart, _), (.store, _):
        "equal parts of the size of the first, and it does not tell the others"
      }
    return "multipart ETag was not reached with \(tried)"
  }
}

/// What the digests that were rebuilt say of the bytes that came.
enum CutCheck: Sendable {
  case fits
  /// The store tells how the object is cut, and cut so the bytes give another digest.
  case wrongBytes
  /// The store tells another cut than those that were tried.
  case otherCut(PartBoundaries)
  /// Nobody tells how the object is cut.
  case unknown
}

extension Copier {
  /// How an object is cut that publishes digests over its parts only; nil for any other object.
  ///
  /// The store is not asked where the parts are known already.
  func cut(
    of item: WorkItem, _ attributes: ObjectAttributes, known: KnownParts? = nil
  ) async throws(CopyFailure) -> SourceCut? {
    guard !attributes.checksums.contains(where: { $0.partCount == nil }),
      let goal = PartDiscovery.goal(among: attributes.compositeChecksums)
    else { return nil }
    if let known { return SourceCut(goal: goal, parts: known) }
    var parts = try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying)
        .parts(of: item.source.key, size: item.source.size, goal: goal, eTag: attributes.eTag)
    }
    // Stores with composite checksums tell their parts, and only MD5s can be computed for many guesses at once.
    if goal.algorithm != .multipartETag, parts.authority == .guess { parts.candidates = [] }
    return SourceCut(goal: goal, parts: parts)
  }

  /// Judges what the cuts that were tried gave; where that is not the goal, asks the store how every part is cut.
  func check(
    _ rebuilt: [Checksum], of tried: [PartBoundaries], against cut: SourceCut, _ item: WorkItem
  ) async throws(CopyFailure) -> CutCheck {
    if rebuilt.contains(cut.goal) { return .fits }
    guard let told = try await toldCut(cut, item) else { return .unknown }
    // A cut that the store told is asked for once: another upload along it could only end the same way.
    return cut.parts.authority == .store || tried.contains(told) ? .wrongBytes : .otherCut(told)
  }

  /// How the store says that every part is cut; nil where it does not say.
  func toldCut(_ cut: SourceCut, _ item: WorkItem) async throws(CopyFailure) -> PartBoundaries? {
    if cut.parts.authority == .store { return cut.parts.candidates.first }
    return try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying).confirmed(
        item.source.key, size: item.source.size, goal: cut.goal, eTag: item.source.eTag,
        hasToldFirst: cut.parts.authority == .firstPart)
    }
  }
}

import AuditLedger
import Checksums
import ObjectStorage

/// Whether answers to HEAD show the generations that were proven earlier.
struct ProvenState {
  let earlier: EarlierProof
  /// What the proof rests on.
  let evidence: [Evidence]

  /// | size, ETag, version | digest that the store publishes | version | last change | holds |
  /// | --- | --- | --- | --- | --- |
  /// | one differs | any | | any | no |
  /// | none differs | other than then | any | any | no |
  /// | none differs | the same as then | any | any | yes |
  /// | none differs | none to compare | known then and now | any | yes |
  /// | none differs | none to compare | unknown | moved | no |
  /// | none differs | none to compare | unknown | not moved | where an ETag that is no placeholder, or the time, says so |
  func holds(_ side: Side, _ answer: ObjectAttributes) -> Bool {
    let proven = side == .source ? earlier.source : earlier.destination
    var withoutTime = answer.generation
    withoutTime.lastModifiedAt = nil
    guard !proven.contradicts(withoutTime) else { return false }
    let comparisons = answer.published.compactMap { isKnown($0, side) }
    guard !comparisons.contains(false) else { return false }
    if !comparisons.isEmpty { return true }
    if let version = proven.versionID, version != "null", answer.versionID != nil { return true }
    guard !proven.wasChangedApart(from: answer.generation) else { return false }
    let timesAreKnown = proven.lastModifiedAt != nil && answer.lastModifiedAt != nil
    let tagSaysSo = proven.eTag != nil && answer.eTag.map { !$0.isPlaceholder } == true
    return timesAreKnown || tagSaysSo
  }

  /// Whether a digest is the one that was known then; nil where none of its kind was known.
  ///
  /// The store's own of then before what was computed here: an ETag may look like an MD5 and be none.
  private func isKnown(_ checksum: Checksum, _ side: Side) -> Bool? {
    func known(_ origins: Set<Origin>) -> [Checksum] {
      evidence.filter { $0.side == side && origins.contains($0.origin) }.map(\.checksum)
        .filter { $0.algorithm == checksum.algorithm && $0.partCount == checksum.partCount }
    }
    let published = known([.listed, .reported])
    if !published.isEmpty { return published.contains(checksum) }
    guard checksum.algorithm != .md5, checksum.partCount == nil else { return nil }
    let computed = known([.streamed, .readBack])
    return computed.isEmpty ? nil : computed.contains(checksum)
  }
}

public import AuditLedger
import Checksums
public import ObjectStorage

/// What two listings alone say of a key; no request is made.
///
/// | known | settled as |
/// | --- | --- |
/// | the plan left the key out | stands |
/// | gone from the source, proven before, destination unchanged | stands |
/// | gone from the source otherwise | source-gone |
/// | absent at the destination | missing |
/// | sizes differ | mismatched |
/// | proven before, unchanged on both sides, and the proof is enough | stands |
/// | the ETags of both sides are equal and of a digest's shape | verified |
/// | anything else, or the object is to be read | open |
public struct ListedComparison: Sendable {
  /// How far the listings settle a key.
  public enum Settlement: Sendable {
    /// What was said before holds.
    case stands
    /// Known now, from this evidence.
    case judged(Verdict, [Evidence])
    case sourceGone
    /// Both sides have to be asked.
    case open
  }

  private let policy: VerificationPolicy
  private let clock: RunClock

  public init(policy: VerificationPolicy, clock: RunClock) {
    self.policy = policy
    self.clock = clock
  }

  /// `mustLook` keeps equal listings from settling anything: the object is to be asked about or read.
  public func settle(_ pair: AuditPair, mustLook: Bool) -> Settlement {
    if pair.isExcluded { return .stands }
    let isUnchanged = pair.earlier.map { isSame($0.destination, pair.destination) } ?? false
    guard pair.sourceIsThere else { return isUnchanged ? .stands : .sourceGone }
    let listed = pair.source.generation
    let plain = CaseFile(
      listed: listed, evidence: [], streamedBytes: nil, destinationSize: pair.destination?.size,
      destinationMD5IsCertain: false)
    switch policy.judge(plain) {
    case .missing: return .judged(.missing, [])
    case .mismatched(let words): return .judged(.mismatched(words), [])
    case .verified, .unverifiable: break
    }
    if mustLook { return .open }
    if let earlier = pair.earlier, isUnchanged, isSame(earlier.source, pair.source),
      policy.isEnough(earlier.proof, sourceHasDigest: earlier.sourceHadDigest)
    {
      return .stands
    }
    return byETags(pair, plain)
  }

  /// Two values that were computed independently and are equal prove; unequal ones may be of different kinds.
  private func byETags(_ pair: AuditPair, _ plain: CaseFile) -> Settlement {
    guard let destination = pair.destination, let one = digest(pair.source.eTag),
      let other = digest(destination.eTag), one == other
    else { return .open }
    let now = clock.now()
    var file = plain
    file.evidence = [
      Evidence(
        side: .source, origin: .listed, checksum: one, generation: pair.source.generation, observedAt: now),
      Evidence(
        side: .destination, origin: .listed, checksum: other, generation: destination.generation,
        observedAt: now),
    ]
    guard case .verified(let proof, let match) = policy.judge(file) else { return .open }
    return .judged(.verified(proof, match), file.evidence)
  }

  private func digest(_ eTag: ETag?) -> Checksum? { eTag?.md5Shape ?? eTag?.multipartShape }

  private func isSame(_ proven: Generation, _ listed: ListedObject?) -> Bool {
    guard let listed, proven.size == listed.size else { return false }
    guard let one = proven.eTag, let other = listed.eTag else {
      // Without a tag only the instant of the last change can tell, and only where both know it.
      guard let changedAt = proven.lastModifiedAt else { return false }
      return changedAt == listed.lastModifiedAt
    }
    return one.isSame(as: other)
  }
}

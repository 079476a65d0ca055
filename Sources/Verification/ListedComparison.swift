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
    guard let destination = pair.destination else { return .judged(.missing, []) }
    let judged = policy.judge(pair.source, destination)
    if case .mismatched(let words)? = judged { return .judged(.mismatched(words), []) }
    if mustLook { return .open }
    if let earlier = pair.earlier, isUnchanged, isSame(earlier.source, pair.source),
      policy.isEnough(earlier.proof, sourceHasDigest: earlier.sourceHadDigest)
    {
      return .stands
    }
    guard let judged, case .verified(_, let match) = judged else { return .open }
    return .judged(judged, evidence(match.checksum, pair.source.generation, destination.generation))
  }

  private func evidence(_ checksum: Checksum, _ source: Generation, _ destination: Generation) -> [Evidence] {
    let now = clock.now()
    return [(Side.source, source), (.destination, destination)].map { side, generation in
      Evidence(side: side, origin: .listed, checksum: checksum, generation: generation, observedAt: now)
    }
  }

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

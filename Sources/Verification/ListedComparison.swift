public import AuditLedger
import Checksums
public import ObjectStorage

/// What two listings alone say of a key; no request is made.
///
/// | known | settled as |
/// | --- | --- |
/// | the plan left the key out | stands |
/// | gone from the source; proven before and enough; destination unchanged | stands, or recheck |
/// | gone from the source otherwise | source-gone |
/// | absent at the destination | missing |
/// | sizes differ | mismatched |
/// | proven before and enough; unchanged on both sides | stands, or recheck |
/// | proven before and enough, otherwise, and the inventories may be from before that | recheck |
/// | sent by this job or proven, and the inventories may be from before that | open |
/// | the ETags of both sides are equal and of a digest's shape, or both sides have no bytes | verified |
/// | the same, but this job sent the ETag as a `Content-MD5` that nobody was seen to check | open |
/// | anything else, or the object is to be read | open |
///
/// A proof is enough where it reaches what is required, and rests on somebody else's digests only where these are
/// accepted. An unchanged side is rechecked where its ETag has no digest's shape or stayed while the time moved.
public struct ListedComparison: Sendable {
  /// How far the listings settle a key.
  public enum Settlement: Sendable {
    /// What was said before holds.
    case stands
    /// What was said before holds where HEAD shows the generations that were proven.
    case recheck
    /// Known now, from this evidence.
    case judged(Verdict, [Evidence])
    case sourceGone
    /// Both sides have to be asked.
    case open
  }

  private let policy: VerificationPolicy
  private let settings: AuditSettings
  private let sourceListedAt: Timestamp
  private let destinationListedAt: Timestamp

  public init(policy: VerificationPolicy, audit: AuditRecord) {
    self.policy = policy
    settings = audit.settings
    sourceListedAt = audit.sourceListedAt ?? audit.startedAt
    destinationListedAt = audit.destinationListedAt ?? audit.startedAt
  }

  /// When the older of the two listings began: what they prove was so then.
  public var seenAt: Timestamp { min(sourceListedAt, destinationListedAt) }

  /// `mustLook` keeps equal listings from settling anything: the object is to be asked about or read.
  public func settle(_ pair: AuditPair, mustLook: Bool) -> Settlement {
    if pair.isExcluded { return .stands }
    let earlier = pair.earlier.flatMap { isEnough($0) ? $0 : nil }
    guard pair.sourceIsThere else {
      return settled(earlier.map { destinationState($0, pair) } ?? .changed) ?? .sourceGone
    }
    // What inventories of before say of such a key says nothing of it now.
    let unsettled: Settlement? = knowsLess(pair) ? (earlier == nil || mustLook ? .open : .recheck) : nil
    guard let destination = pair.destination else { return unsettled ?? .judged(.missing, []) }
    let judged = policy.judge(pair.source, destination)
    if case .mismatched(let words)? = judged { return unsettled ?? .judged(.mismatched(words), []) }
    if mustLook { return .open }
    if let earlier {
      let source = ListedState(earlier.source, pair.source)
      if let settled = settled(max(source, destinationState(earlier, pair))) { return settled }
    }
    if let unsettled { return unsettled }
    guard let judged, case .verified(_, let match) = judged, !mayBeEcho(pair, destination) else {
      return .open
    }
    return .judged(judged, evidence(match.checksum, pair.source.generation, destination.generation))
  }

  private func settled(_ state: ListedState) -> Settlement? {
    switch state {
    case .same: .stands
    case .doubtful: .recheck
    case .changed: nil
    }
  }

  private func isEnough(_ earlier: EarlierProof) -> Bool {
    guard settings.acceptsImported || !earlier.restsOnImported else { return false }
    return policy.isEnough(earlier.proof, sourceHasDigest: earlier.sourceHadDigest)
  }

  private func destinationState(_ earlier: EarlierProof, _ pair: AuditPair) -> ListedState {
    let state = ListedState(earlier.destination, pair.destination)
    return state == .changed && knowsLess(pair) && !pair.sourceIsThere ? .doubtful : state
  }

  /// Whether the inventories may be from before what this job proved or sent.
  private func knowsLess(_ pair: AuditPair) -> Bool {
    settings.takesInventories && (pair.earlier != nil || pair.written != nil)
  }

  /// Whether the destination's ETag may be what this job sent, and nobody computed.
  private func mayBeEcho(_ pair: AuditPair, _ destination: ListedObject) -> Bool {
    guard let written = pair.written, !written.contentMD5WasChecked else { return false }
    return written.stands(as: destination.generation)
  }

  private func evidence(_ checksum: Checksum, _ source: Generation, _ destination: Generation) -> [Evidence] {
    [(Side.source, source, sourceListedAt), (.destination, destination, destinationListedAt)].map {
      side, generation, listedAt in
      Evidence(
        side: side, origin: .listed, checksum: checksum, generation: generation, observedAt: listedAt)
    }
  }
}

/// What a listing says of a generation that was proven, from the best to the worst.
private enum ListedState: Int, Comparable {
  case same
  /// Nothing differs, and it need not be the same bytes.
  case doubtful
  case changed

  /// | size | ETag | last change | state |
  /// | --- | --- | --- | --- |
  /// | other | any | any | changed |
  /// | same | other | any | changed |
  /// | same | same, of a digest's shape | same or unknown | same |
  /// | same | same, of a digest's shape | other | doubtful |
  /// | same | same, of no such shape | any | doubtful |
  /// | same | unknown | same | doubtful |
  /// | same | unknown | other or unknown | changed |
  init(_ proven: Generation, _ listed: ListedObject?) {
    guard let listed, proven.size == listed.size else {
      self = .changed
      return
    }
    let wasMoved = proven.wasChangedApart(from: listed.generation)
    guard let one = proven.eTag, let other = listed.eTag else {
      let timesAreKnown = proven.lastModifiedAt != nil && listed.lastModifiedAt != nil
      self = timesAreKnown && !wasMoved ? .doubtful : .changed
      return
    }
    guard one.isSame(as: other) else {
      self = .changed
      return
    }
    let hasShape = listed.isPlain && (other.md5Shape ?? other.multipartShape) != nil
    self = hasShape && !wasMoved ? .same : .doubtful
  }

  static func < (one: ListedState, other: ListedState) -> Bool { one.rawValue < other.rawValue }
}

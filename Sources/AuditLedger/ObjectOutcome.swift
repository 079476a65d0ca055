public import Checksums
public import ObjectStorage

/// The list that a key of the source ends in.
public enum ListName: String, CaseIterable, Codable, Sendable {
  case completed
  case error
  case skipped
  /// Not reached: the run was stopped.
  case pending
}

/// What kind of error put a key into the error list.
public enum ErrorClass: String, CaseIterable, Codable, Sendable {
  /// The destination holds other bytes, or bytes that cannot be proven equal, and was not overwritten.
  case conflict
  case archived
  case sourceGone = "source-gone"
  case sourceChanged = "source-changed"
  case denied
  /// The bytes of both sides are known to differ.
  case mismatched
  /// The destination does not have the key, and should.
  case missing
  /// The evidence does not reach the required proof.
  case unverifiable
  /// The key cannot exist at the destination, or would leave its root.
  case unsafeName = "unsafe-name"
  /// Metadata, size or another property cannot be carried.
  case notCarriable = "not-carriable"
  /// A store asked for fewer requests until the last try.
  case throttled
  /// A store did not answer in time until the last try.
  case timeout
  case failed
}

/// How one key of the source ended.
public enum Resolution: Hashable, Sendable {
  /// Proven equal; `sent` is false where the destination had it already.
  case completed(Proof, ChecksumMatch, sent: Bool)
  case error(ErrorClass, message: String)
  case skipped(reason: String)
}

/// An outcome that several hold until it is written down: a copy would count a reference to each of its texts.
public final class EndedObject: Sendable {
  public let outcome: ObjectOutcome

  public init(_ outcome: consuming ObjectOutcome) { self.outcome = outcome }
}

/// The end of one key in one attempt, with everything that was seen.
public struct ObjectOutcome: Sendable {
  public var key: ObjectKey
  public var destinationKey: ObjectKey
  public var resolution: Resolution
  public var evidence: [Evidence]
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  /// Bytes that were sent to the destination, all tries together.
  public var bytesSent: Int64
  /// Tries that this attempt took, the first included.
  public var tries: Int
  /// What stands at the destination; nil where nothing of ours does.
  public var destination: Generation?
  /// The request ids that a vendor's support would ask for.
  public var requestIDs: [String]
  /// What could not be carried over, in words; empty where all was.
  public var notes: [String]
  /// The generation of the source that was judged.
  public var source: Generation?
  /// Nil where the metadata was not compared.
  public var metadata: MetadataVerdict?
  /// The audit that judged; 0 for a copy.
  public var audit: Int64
  /// What this outcome adds to the counts of that audit.
  public var counts: AuditCounts
  /// When what proves was seen, where that was before the end: in a listing; nil otherwise.
  public var provenAt: Timestamp?
  /// Of a skipped key that the plan took in: why it was set aside.
  public var aside: Aside?
  /// Why what stood at the destination was overwritten; nil where nothing was.
  public var overwrote: String?
  /// The size of the object in the inventory, where the ledger gave the key out as work and said that no attempt came
  /// before this one: neither is looked up again.
  public var firstOfSize: Int64?

  public init(
    key: ObjectKey, destinationKey: ObjectKey, resolution: Resolution, evidence: [Evidence] = [],
    startedAt: Timestamp, endedAt: Timestamp, bytesSent: Int64 = 0, tries: Int = 1,
    destination: Generation? = nil, requestIDs: [String] = [], notes: [String] = [],
    source: Generation? = nil, metadata: MetadataVerdict? = nil, audit: Int64 = 0,
    counts: AuditCounts = AuditCounts(), provenAt: Timestamp? = nil, aside: Aside? = nil,
    overwrote: String? = nil, firstOfSize: Int64? = nil
  ) {
    self.key = key
    self.destinationKey = destinationKey
    self.resolution = resolution
    self.evidence = evidence
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.bytesSent = bytesSent
    self.tries = tries
    self.destination = destination
    self.requestIDs = requestIDs
    self.notes = notes
    self.source = source
    self.metadata = metadata
    self.audit = audit
    self.counts = counts
    self.provenAt = provenAt
    self.aside = aside
    self.overwrote = overwrote
    self.firstOfSize = firstOfSize
  }
}

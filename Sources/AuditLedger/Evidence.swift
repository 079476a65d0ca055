public import Checksums
public import ObjectStorage

/// The two sides of a migration, always in this order.
public enum Side: String, CaseIterable, Codable, Sendable {
  case source
  case destination
}

/// Who computed a digest, and when.
public enum Origin: String, CaseIterable, Codable, Sendable {
  /// The store, in a listing.
  case listed
  /// The store, in the answer to HEAD, GET, PUT or Complete.
  case reported
  /// This tool, over the bytes on their way from the source.
  case streamed
  /// This tool, over bytes read again later.
  case readBack = "read-back"
  /// Somebody else's report.
  case imported
}

/// Which state of an object a statement speaks of.
public struct Generation: Hashable, Sendable {
  public var eTag: ETag?
  public var versionID: String?
  /// In bytes.
  public var size: Int64
  public var lastModifiedAt: Timestamp?

  public init(
    eTag: ETag? = nil, versionID: String? = nil, size: Int64, lastModifiedAt: Timestamp? = nil
  ) {
    self.eTag = eTag
    self.versionID = versionID
    self.size = size
    self.lastModifiedAt = lastModifiedAt
  }
}

/// A digest of one side's bytes, who computed it, and the generation that it speaks of.
///
/// A `streamed` digest belongs to the source side: it is over the bytes that came out of its socket. So is a
/// `read-back` digest of the source, from a later read that named the generation.
public struct Evidence: Hashable, Sendable {
  public var side: Side
  public var origin: Origin
  public var checksum: Checksum
  public var generation: Generation
  public var observedAt: Timestamp

  public init(
    side: Side, origin: Origin, checksum: Checksum, generation: Generation, observedAt: Timestamp
  ) {
    self.side = side
    self.origin = origin
    self.checksum = checksum
    self.generation = generation
    self.observedAt = observedAt
  }
}

/// How far the evidence reaches, weakest first.
public enum Proof: String, CaseIterable, Codable, Sendable {
  /// Equal sizes and nothing more; never completes an object.
  case size
  /// What came out of the source's socket is what the destination stored.
  case streamed
  /// What the source stored is what the destination stored.
  case endToEnd = "end-to-end"
  /// The same, and the destination's bytes were read again.
  case readBack = "read-back"
}

/// What the evidence says of one object.
///
/// `verified` carries the match that it rests on, and only `VerificationPolicy.judge` builds it.
public enum Verdict: Hashable, Sendable {
  case verified(Proof, ChecksumMatch)
  /// Known to differ; the text names what.
  case mismatched(String)
  case missing
  case unverifiable(UnverifiableReason)
}

/// Why the evidence does not reach the proof that is required.
public enum UnverifiableReason: String, CaseIterable, Codable, Sendable {
  /// No digest of one algorithm is known for both sides.
  case noCommonDigest = "no-common-digest"
  /// Only sizes are known.
  case sizeOnly = "size-only"
  /// The evidence reaches a weaker proof than the policy requires.
  case weakerThanRequired = "weaker-than-required"
  /// The evidence speaks of another generation of the object.
  case otherGeneration = "other-generation"
  /// MD5-shaped ETags differ, and one of them may not be an MD5.
  case opaqueETag = "opaque-etag"
  /// The source's multipart ETag was not reached with any of the part sizes that were tried.
  case partSizesUnknown = "part-sizes-unknown"
  /// The source's only digest is the ETag of an encrypted object, which is none.
  case encryptedETag = "encrypted-etag"
}

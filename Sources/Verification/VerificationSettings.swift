public import AuditLedger
import ObjectStorage

/// Which sides may be read to settle what listings and answers to HEAD leave open.
///
/// Files of a directory are read whatever this says: nothing else is known of them, and it costs nothing.
public enum Reading: String, CaseIterable, Codable, Sendable {
  case none
  case destination
  case both

  func allows(_ side: Side, of kind: StoreLocation.Kind) -> Bool {
    if kind == .directory { return true }
    return side == .source ? self == .both : self != .none
  }
}

/// How objects are verified.
public struct VerificationSettings: Sendable {
  public var required: RequiredProof
  public var reading: Reading
  /// Digests that somebody else computed count.
  public var acceptsImported: Bool
  public var comparesTags: Bool
  /// ETags count for nothing: checksums, CRCs and reads alone prove.
  public var distrustsETags: Bool

  public init(
    required: RequiredProof = .auto, reading: Reading = .none, acceptsImported: Bool = false,
    comparesTags: Bool = false, distrustsETags: Bool = false
  ) {
    self.required = required
    self.reading = reading
    self.acceptsImported = acceptsImported
    self.comparesTags = comparesTags
    self.distrustsETags = distrustsETags
  }
}

/// What was found out about one object, and how it is judged.
public struct VerifiedObject: Sendable {
  public var verdict: Verdict
  public var evidence: [Evidence]
  /// The generation of the source that was judged.
  public var source: Generation
  /// What stands at the destination.
  public var destination: Generation?
  /// Nil where one side's could not be seen.
  public var metadata: MetadataVerdict?
  /// Whether one side's bytes were read; an empty object gives none.
  public var wasRead: Bool
  /// Bytes that came from either side.
  public var bytesRead: Int64
  public var requestIDs: [String]
  public var notes: [String]
}

public import AuditLedger
public import Checksums

/// The proof that a migration asks for.
public enum RequiredProof: String, CaseIterable, Codable, Sendable {
  /// `end-to-end` wherever the source publishes a usable digest, `streamed` where it publishes none.
  case auto
  case streamed
  case endToEnd = "end-to-end"
  case readBack = "read-back"
}

/// Everything that is known of one object when it is judged.
public struct CaseFile: Sendable {
  /// The generation that the inventory row of the source names.
  public var listed: Generation
  /// Digests of both sides; rows of another generation of the source are not looked at.
  public var evidence: [Evidence]
  /// Bytes that came out of the source's socket; nil where nothing was read.
  public var streamedBytes: Int64?
  /// In bytes; nil where the destination does not have the key.
  public var destinationSize: Int64?
  /// The MD5 that was sent as `Content-MD5` and accepted.
  public var contentMD5: Checksum?
  /// Whether this destination was seen, in this run, to refuse a false `Content-MD5`.
  public var contentMD5Honoured: Bool
  /// Whether a 32-digit ETag of the destination can only be an MD5 where the store says so.
  public var destinationMD5IsCertain: Bool

  public init(
    listed: Generation, evidence: [Evidence], streamedBytes: Int64?, destinationSize: Int64?,
    contentMD5: Checksum? = nil, contentMD5Honoured: Bool = false, destinationMD5IsCertain: Bool
  ) {
    self.listed = listed
    self.evidence = evidence
    self.streamedBytes = streamedBytes
    self.destinationSize = destinationSize
    self.contentMD5 = contentMD5
    self.contentMD5Honoured = contentMD5Honoured
    self.destinationMD5IsCertain = destinationMD5IsCertain
  }
}

/// The rule that turns evidence into a verdict; the only place that says `verified`.
///
/// | known | verdict |
/// | --- | --- |
/// | key absent at the destination | missing |
/// | sizes differ, or the stream was shorter or longer | mismatched |
/// | a source digest differs from the stream or from the destination | mismatched |
/// | the stream's digest differs from the destination's | mismatched |
/// | an MD5 differs from an ETag that may not be one | unverifiable: opaque-etag |
/// | source digest = destination digest | end-to-end |
/// | source digest = stream, stream = destination digest | end-to-end |
/// | `Content-MD5` enforced with the source's MD5, stream = destination digest | end-to-end |
/// | one of these, the destination's digest computed over bytes read again | read-back |
/// | stream = destination digest, the source publishes none | streamed |
/// | sizes only | unverifiable: size-only or no-common-digest |
public struct VerificationPolicy: Sendable {
  public var required: RequiredProof

  public init(required: RequiredProof = .auto) {
    self.required = required
  }

  public func judge(_ file: CaseFile) -> Verdict {
    guard let destinationSize = file.destinationSize else { return .missing }
    if destinationSize != file.listed.size {
      return .mismatched("the source has \(file.listed.size) bytes, the destination \(destinationSize)")
    }
    if let streamed = file.streamedBytes, streamed != file.listed.size {
      return .mismatched("the source has \(file.listed.size) bytes, \(streamed) came")
    }
    let digests = Digests(file)
    if let difference = digests.difference { return .mismatched(difference) }
    if digests.hasOpaqueDifference { return .unverifiable(.opaqueETag) }
    guard let (proof, match) = digests.strongest else { return .unverifiable(digests.absence) }
    return isEnough(proof, sourceHasDigest: digests.sourceHasDigest)
      ? .verified(proof, match) : .unverifiable(.weakerThanRequired)
  }

  private func isEnough(_ proof: Proof, sourceHasDigest: Bool) -> Bool {
    switch required {
    case .auto: rank(proof) >= rank(sourceHasDigest ? .endToEnd : .streamed)
    case .streamed: rank(proof) >= rank(.streamed)
    case .endToEnd: rank(proof) >= rank(.endToEnd)
    case .readBack: proof == .readBack
    }
  }

  private func rank(_ proof: Proof) -> Int {
    switch proof {
    case .size: 0
    case .streamed: 1
    case .endToEnd: 2
    case .readBack: 3
    }
  }
}
